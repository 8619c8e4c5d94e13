-- Granting twice is harmless, and granting another role changes it.
CREATE OR REPLACE FUNCTION access_grant(
  p_threat_model_id uuid,
  p_email text,
  p_role text
) RETURNS SETOF threat_model_access
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
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  PERFORM _access_put(p_threat_model_id, jsonb_build_array(jsonb_build_object('email', p_email, 'role', p_role)));
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email = _email(p_email);
END
$$;
COMMENT ON FUNCTION access_grant IS
'Grants somebody a role in a threat model, or changes the role he has.

p_threat_model_id: the model, of which the caller must be an owner.
p_email: the address of an existing user.
p_role: owner, writer or reader.
Returns the row.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 when the owner of record would be lowered; TM422 when nobody has the address or the role is none of the three.';
REVOKE ALL ON FUNCTION access_grant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_grant TO tmi_app;
ALTER FUNCTION access_grant OWNER TO tmi_api;
