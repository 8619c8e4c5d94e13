-- Ending a session ends everybody's participation in it, whoever ends it and why. A definer because others are put out.
CREATE OR REPLACE FUNCTION _session_close(
  p_session_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- The session before its participants, as everywhere.
  UPDATE collaboration_sessions s
  SET ended_at = now()
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL;
  UPDATE session_participants p
  SET left_at = now()
  WHERE p.session_id = p_session_id
    AND p.left_at IS NULL;
END
$$;
COMMENT ON FUNCTION _session_close IS
'Ends a session and every participation in it; one that has ended stays as it is.

p_session_id: the session.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_close FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_close TO tmi_api;
ALTER FUNCTION _session_close OWNER TO tmi_guard;
