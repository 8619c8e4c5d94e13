-- A grant is not handed from person to person; its address changes only with the person's own. SECURITY DEFINER: the
-- caller may not see whether an address has a user.
CREATE OR REPLACE FUNCTION _threat_model_access_follow_email() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF EXISTS (SELECT FROM users u WHERE u.email = OLD.user_email) THEN
    RAISE EXCEPTION 'user_email of threat_model_access cannot be changed' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: user_email',
      HINT = 'grant access to the other person, and revoke this one''s';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_model_access_follow_email IS
'Trigger: lets the address of an access row change only when the user''s own address has.

Returns the row.
Raises TM422 while the old address has a user.';
REVOKE ALL ON FUNCTION _threat_model_access_follow_email FROM PUBLIC;
ALTER FUNCTION _threat_model_access_follow_email OWNER TO tmi_guard;
