-- Whatever happens to a session takes turns on its row, and finds it as the one before has left it.
CREATE OR REPLACE FUNCTION _session_lock(
  p_threat_model_id uuid,
  p_session_id uuid,
  p_must_be_open boolean
) RETURNS collaboration_sessions
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_session collaboration_sessions;
BEGIN
  SELECT s.*
  INTO v_session
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  ELSIF p_must_be_open AND (v_session.ended_at IS NOT NULL OR v_session.expires_at <= now()) THEN
    RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', HINT = 'look for an open one, or create one';
  END IF;
  RETURN v_session;
END
$$;
COMMENT ON FUNCTION _session_lock IS
'Locks a session until the transaction ends.

p_threat_model_id: the model, entered by the caller.
p_session_id: the session, which must be of that model.
p_must_be_open: true to refuse a session that has ended or expired.
Returns the session.
Raises TM404 when the model has no such session; TM409 when it has ended and must not have.';
REVOKE ALL ON FUNCTION _session_lock FROM PUBLIC;
ALTER FUNCTION _session_lock OWNER TO tmi_api;
