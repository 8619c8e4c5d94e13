-- Whoever opens, joins or ends a session writes into the model, even as a reader: a revoke that has committed stops it.
-- A definer because it locks the model and the caller's access row, in the order of every write.
CREATE OR REPLACE FUNCTION _session_hold(
  p_threat_model_id uuid
) RETURNS TABLE (
  user_id uuid,
  role text
)
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
  v_email text := _actor();
BEGIN
  SELECT u.id, a.role
  INTO user_id, role
  FROM threat_models m
  JOIN threat_model_access a ON a.threat_model_id = m.id
  JOIN users u ON u.email = a.user_email
  WHERE m.id = p_threat_model_id
    AND a.user_email = v_email
  FOR NO KEY UPDATE OF m
  FOR SHARE OF a;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _session_hold IS
'Locks a model, and the caller''s access to it, until the transaction ends.

p_threat_model_id: the model, entered by the caller.
Returns the row of the caller''s user id, and the role that is now held.
Raises TM401 without a valid identity; TM404 when the access has gone meanwhile.';
REVOKE ALL ON FUNCTION _session_hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_hold TO tmi_api;
ALTER FUNCTION _session_hold OWNER TO tmi_guard;
