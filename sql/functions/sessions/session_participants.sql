-- Everybody in a session sees who else is, and who of them can change what is drawn.
CREATE OR REPLACE FUNCTION session_participants(
  p_threat_model_id uuid,
  p_session_id uuid
) RETURNS TABLE (
  user_id uuid,
  email text,
  name text,
  role text,
  is_host boolean,
  joined_at timestamptz,
  last_seen_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  END IF;
  RETURN QUERY
  SELECT p.*
  FROM _session_people(p_session_id) p;
END
$$;
COMMENT ON FUNCTION session_participants IS
'Lists who is in a session now, with the role of each in the model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns rows, the first to come first; none for a session that has ended.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen.';
REVOKE ALL ON FUNCTION session_participants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_participants TO tmi_app;
ALTER FUNCTION session_participants OWNER TO tmi_api;
