-- Services keep a user's id in their tokens.
CREATE OR REPLACE FUNCTION user_get(
  p_user_id uuid
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
  WHERE u.id = p_user_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_get IS
'Finds one user.

p_user_id: the user.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_get TO tmi_auth;
ALTER FUNCTION user_get OWNER TO tmi_identity;
