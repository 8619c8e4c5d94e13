-- Whoever loses access also leaves the sessions of the model; a revoke that has committed stops every later write.
CREATE OR REPLACE FUNCTION access_revoke(
  p_threat_model_id uuid,
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  DELETE FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email = _email(p_email);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'access not found' USING ERRCODE = 'TM404', TABLE = 'threat_model_access', COLUMN = 'user_email';
  END IF;
END
$$;
COMMENT ON FUNCTION access_revoke IS
'Takes somebody''s access to a threat model away, and ends his participation in its sessions.

p_threat_model_id: the model, of which the caller must be an owner.
p_email: whose access.
Returns nothing.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen, or that person has no access; TM409 for the owner of record.';
REVOKE ALL ON FUNCTION access_revoke FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_revoke TO tmi_app;
ALTER FUNCTION access_revoke OWNER TO tmi_api;
