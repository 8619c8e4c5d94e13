-- A provider knows its own id of a person, and nothing else that lasts.
CREATE OR REPLACE FUNCTION user_find_by_provider(
  p_provider text,
  p_provider_user_id text
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
  WHERE u.id = (
    SELECT p.user_id
    FROM user_providers p
    WHERE p.provider = p_provider
      AND p.provider_user_id = p_provider_user_id
  );
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_find_by_provider IS
'Finds one user.

p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_find_by_provider FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_find_by_provider TO tmi_auth;
ALTER FUNCTION user_find_by_provider OWNER TO tmi_identity;
