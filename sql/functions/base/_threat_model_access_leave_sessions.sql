-- Access can go in several ways; in each of them the person also leaves the sessions of the model. SECURITY DEFINER:
-- whoever takes the access away may not end other people's participations.
CREATE OR REPLACE FUNCTION _threat_model_access_leave_sessions() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_session record;
BEGIN
  FOR v_session IN
    SELECT s.id, array_agg(u.id) AS user_ids
    FROM changed c
    -- A model or user that is being deleted is not there any more: foreign keys see to its sessions.
    JOIN threat_models m ON m.id = c.threat_model_id
    JOIN users u ON u.email = c.user_email
    JOIN collaboration_sessions s ON s.threat_model_id = c.threat_model_id
    WHERE s.ended_at IS NULL
      AND (
        s.host_user_id = u.id
        OR EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id AND p.user_id = u.id AND p.left_at IS NULL)
      )
    GROUP BY s.id
    ORDER BY s.id
  LOOP
    -- The session before its participants, as everywhere.
    PERFORM
    FROM collaboration_sessions s
    WHERE s.id = v_session.id
    FOR NO KEY UPDATE;
    UPDATE session_participants p
    SET left_at = now()
    WHERE p.session_id = v_session.id
      AND p.user_id = ANY (v_session.user_ids)
      AND p.left_at IS NULL;
    IF EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = v_session.id AND s.host_user_id = ANY (v_session.user_ids)) THEN
      PERFORM _session_hand_over(v_session.id);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threat_model_access_leave_sessions IS
'Trigger: ends the participations of those who lose access to a model in its sessions, and hands over or ends the sessions that they host.

Returns nothing.';
REVOKE ALL ON FUNCTION _threat_model_access_leave_sessions FROM PUBLIC;
ALTER FUNCTION _threat_model_access_leave_sessions OWNER TO tmi_guard;
