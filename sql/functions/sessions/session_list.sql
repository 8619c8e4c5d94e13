-- One round trip for everything that goes on now; the guard finds it and compares with membership.
CREATE OR REPLACE FUNCTION session_list() RETURNS TABLE (
  id uuid,
  threat_model_id uuid,
  threat_model_name text,
  diagram_id uuid,
  diagram_name text,
  websocket_url text,
  host_user_id uuid,
  host_email text,
  participant_count bigint,
  role text,
  created_at timestamptz,
  expires_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _open();
  RETURN QUERY
  SELECT l.*
  FROM _session_list() l;
END
$$;
COMMENT ON FUNCTION session_list IS
'Lists the open sessions of all models that the caller may read.

Returns rows, the newest first, with the names of model and diagram, how many are in it, and the caller''s role in the model.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION session_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_list TO tmi_app;
ALTER FUNCTION session_list OWNER TO tmi_api;
