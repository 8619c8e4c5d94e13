-- People know each other by address.
CREATE OR REPLACE FUNCTION user_find(
  p_email text
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email = _email(p_email);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_find IS
'Finds one user.

p_email: the address, in any case.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_find TO tmi_auth;
ALTER FUNCTION user_find OWNER TO tmi_identity;
