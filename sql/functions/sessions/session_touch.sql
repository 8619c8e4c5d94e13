-- A heartbeat, sent by every client all the time: it locks the session and nothing above it, and is not announced.
CREATE OR REPLACE FUNCTION session_touch(
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
BEGIN
  -- Whoever loses access is put out under this lock, and is not in the session any more when it is taken.
  PERFORM _session_lock(p_threat_model_id, p_session_id, true);
  UPDATE session_participants p
  SET last_seen_at = now()
  FROM users u
  WHERE u.email = (SELECT _actor())
    AND p.session_id = p_session_id
    AND p.user_id = u.id
    AND p.left_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'you are not in the session' USING ERRCODE = 'TM404', TABLE = 'session_participants', HINT = 'join it first';
  END IF;
  RETURN QUERY
  UPDATE collaboration_sessions s
  SET expires_at = coalesce(now() + s.ttl, s.expires_at)
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id
  RETURNING s.*;
END
$$;
COMMENT ON FUNCTION session_touch IS
'Gives a sign of life in a session, which lives on for the duration that it was created with.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the session.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen, or the caller is not in it; TM409 when the session has ended.';
REVOKE ALL ON FUNCTION session_touch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_touch TO tmi_app;
ALTER FUNCTION session_touch OWNER TO tmi_api;
