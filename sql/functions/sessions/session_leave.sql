-- A session is never without somebody who may end it: the host's leaving hands it over, or ends it.
CREATE OR REPLACE FUNCTION session_leave(
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
  v_session collaboration_sessions;
BEGIN
  SELECT u.id
  INTO v_user_id
  FROM users u
  WHERE u.email = (SELECT _actor());
  v_session := _session_lock(p_threat_model_id, p_session_id, false);
  UPDATE session_participants p
  SET left_at = now()
  WHERE p.session_id = p_session_id
    AND p.user_id = v_user_id
    AND p.left_at IS NULL;
  IF FOUND THEN
    IF v_session.host_user_id IS NULL OR v_session.host_user_id = v_user_id THEN
      PERFORM _session_hand_over(p_session_id);
    END IF;
  ELSE
    -- Leaving twice is no error: the answer to the first may have been lost.
    PERFORM
    FROM session_participants p
    WHERE p.session_id = p_session_id
      AND p.user_id = v_user_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'you were never in the session' USING ERRCODE = 'TM404', TABLE = 'session_participants';
    END IF;
  END IF;
  RETURN QUERY
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_leave IS
'Ends the caller''s participation in a session; leaving twice is no error. When the host leaves, the writer or owner who has been in it longest is the next one; with none, the session ends.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the session, with its host, or when it ended.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen, or the caller was never in it.';
REVOKE ALL ON FUNCTION session_leave FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_leave TO tmi_app;
ALTER FUNCTION session_leave OWNER TO tmi_api;
