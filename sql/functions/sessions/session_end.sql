-- The host closes what he opened, and owners of the model anything in it.
CREATE OR REPLACE FUNCTION session_end(
  p_threat_model_id uuid,
  p_session_id uuid
) RETURNS SETOF collaboration_sessions
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_user_id uuid;
  v_role text;
  v_session collaboration_sessions;
BEGIN
  SELECT h.user_id, h.role
  INTO v_user_id, v_role
  FROM _session_hold(p_threat_model_id) h;
  v_session := _session_lock(p_threat_model_id, p_session_id, false);
  IF v_role <> 'owner' AND v_session.host_user_id IS DISTINCT FROM v_user_id THEN
    RAISE EXCEPTION 'only its host and the model''s owners end a session' USING ERRCODE = 'TM403', TABLE = 'collaboration_sessions', HINT = 'leave it instead';
  END IF;
  PERFORM _session_close(p_session_id);
  RETURN QUERY
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_end IS
'Ends a session, and everybody''s participation in it; one that has ended already stays as it is.

p_threat_model_id: the model, of which the caller must be an owner, or a reader at least who is the session''s host.
p_session_id: the session, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM403 for others than the host and owners; TM404 when the model or the session does not exist or may not be seen.';
REVOKE ALL ON FUNCTION session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_end TO tmi_app;
ALTER FUNCTION session_end OWNER TO tmi_api;
