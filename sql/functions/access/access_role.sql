-- Services ask this before they offer a button; the answer for oneself and for others is the same row.
CREATE OR REPLACE FUNCTION access_role(
  p_threat_model_id uuid,
  p_email text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  IF p_email IS NOT NULL THEN
    SELECT a.role
    INTO v_role
    FROM threat_model_access a
    WHERE a.threat_model_id = p_threat_model_id
      AND a.user_email = _email(p_email);
    IF NOT FOUND THEN
      RETURN NULL;
    END IF;
  END IF;
  RETURN v_role;
END
$$;
COMMENT ON FUNCTION access_role IS
'Returns somebody''s effective role in a threat model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_email: whose role; the caller''s by default.
Returns owner, writer or reader; NULL for somebody without access.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION access_role FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_role TO tmi_app;
ALTER FUNCTION access_role OWNER TO tmi_api;
