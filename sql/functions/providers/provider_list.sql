-- What a profile page shows. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_list(
  p_user_id uuid
) RETURNS SETOF user_providers
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT p.*
  FROM user_providers p
  WHERE p.user_id = p_user_id
  ORDER BY p.is_primary DESC NULLS LAST, p.created_at, p.provider;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM users u WHERE u.id = p_user_id) THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION provider_list IS
'Lists the providers that a user logs in by.

p_user_id: the user.
Returns rows, the primary one first, then the first linked.
Raises TM404 when there is no such user.';
REVOKE ALL ON FUNCTION provider_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_list TO tmi_auth;
ALTER FUNCTION provider_list OWNER TO tmi_identity;
