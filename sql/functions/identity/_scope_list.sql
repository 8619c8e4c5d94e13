-- Lists and searches across models enter several at once; only the models' own rows are read by it.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_list() RETURNS uuid[]
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) 'l:'
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid[]
  END
$$;
COMMENT ON FUNCTION _scope_list IS
'Returns the models that the running API function entered together.

Returns NULL when it entered one, or none.';
REVOKE ALL ON FUNCTION _scope_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_list TO tmi_api;
ALTER FUNCTION _scope_list OWNER TO tmi_guard;
