-- Joining twice is one participation: clients reconnect.
CREATE OR REPLACE FUNCTION session_join(
  p_threat_model_id uuid,
  p_session_id uuid
) RETURNS SETOF session_participants
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
BEGIN
  SELECT h.user_id
  INTO v_user_id
  FROM _session_hold(p_threat_model_id) h;
  PERFORM _session_lock(p_threat_model_id, p_session_id, true);
  RETURN QUERY
  INSERT INTO session_participants AS p (session_id, user_id)
  VALUES (p_session_id, v_user_id)
  ON CONFLICT (session_id, user_id) WHERE left_at IS NULL DO UPDATE
  SET last_seen_at = now()
  RETURNING p.*;
  UPDATE collaboration_sessions s
  SET expires_at = coalesce(now() + s.ttl, s.expires_at)
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_join IS
'Takes part in a session; whoever is in it already stays so. It is a sign of life as session_touch is.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the participation.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen; TM409 when the session has ended.';
REVOKE ALL ON FUNCTION session_join FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_join TO tmi_app;
ALTER FUNCTION session_join OWNER TO tmi_api;
