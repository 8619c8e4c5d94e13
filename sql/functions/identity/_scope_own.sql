-- Policies for access, transfer and deletion compare a row's model with this.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_own() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) 'o:'
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid
  END
$$;
COMMENT ON FUNCTION _scope_own IS
'Returns the model that the running API function entered as owner.

Returns NULL outside one, or when it entered with a lower role.';
REVOKE ALL ON FUNCTION _scope_own FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_own TO tmi_api;
ALTER FUNCTION _scope_own OWNER TO tmi_guard;
