-- A session whose host has gone is led by whoever can still change the model, or is over. A definer because a host may be
-- named, and people be put out, who are not the caller.
CREATE OR REPLACE FUNCTION _session_hand_over(
  p_session_id uuid
) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_host_user_id uuid;
BEGIN
  PERFORM
  FROM collaboration_sessions s
  WHERE s.id = p_session_id
  FOR NO KEY UPDATE;
  SELECT p.user_id
  INTO v_host_user_id
  FROM collaboration_sessions s
  JOIN session_participants p ON p.session_id = s.id
  JOIN users u ON u.id = p.user_id
  JOIN threat_model_access a ON a.threat_model_id = s.threat_model_id AND a.user_email = u.email
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL
    AND p.left_at IS NULL
    AND a.role IN ('owner', 'writer')
  ORDER BY p.joined_at, p.id
  LIMIT 1;
  IF FOUND THEN
    UPDATE collaboration_sessions s
    SET host_user_id = v_host_user_id
    WHERE s.id = p_session_id;
  ELSE
    PERFORM _session_close(p_session_id);
  END IF;
  RETURN v_host_user_id;
END
$$;
COMMENT ON FUNCTION _session_hand_over IS
'Makes the writer or owner who has been in a session longest its host, or ends the session when there is none. The host who leaves has left before.

p_session_id: the session, whose row is locked until the transaction ends.
Returns the new host; NULL when the session has ended.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_hand_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_hand_over TO tmi_api;
ALTER FUNCTION _session_hand_over OWNER TO tmi_guard;
