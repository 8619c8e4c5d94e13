-- Policies for reading compare a row's model with this.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_read() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) ANY ('{r:,w:,o:}')
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid
  END
$$;
COMMENT ON FUNCTION _scope_read IS
'Returns the model that the running API function entered as reader, writer or owner.

Returns NULL outside one, or when it entered with a lower role.';
REVOKE ALL ON FUNCTION _scope_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_read TO tmi_api;
ALTER FUNCTION _scope_read OWNER TO tmi_guard;
