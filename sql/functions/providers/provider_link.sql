-- A user who is logged in adds another way in; linking the same account twice is harmless.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_link(
  p_user_id uuid,
  p_provider text,
  p_provider_user_id text,
  p_email text DEFAULT NULL,
  p_name text DEFAULT NULL
) RETURNS SETOF user_providers
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _identity_lock(p_provider, p_provider_user_id);
  PERFORM _user_lock(p_user_id);
  RETURN QUERY
  UPDATE user_providers p
  SET provider_email = coalesce(_email(p_email), p.provider_email),
    provider_name = coalesce(p_name, p.provider_name)
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider
    AND p.provider_user_id = p_provider_user_id
  RETURNING p.*;
  IF NOT FOUND THEN
    PERFORM _provider_add(p_user_id, p_provider, p_provider_user_id, _email(p_email), p_name);
    RETURN QUERY
    SELECT p.*
    FROM user_providers p
    WHERE p.user_id = p_user_id
      AND p.provider = p_provider;
  END IF;
END
$$;
COMMENT ON FUNCTION provider_link IS
'Links an account at a provider to a user, who can log in by it from then on; the first link is the primary one.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person, 1 to 256 characters.
p_email: the address as the provider gives it.
p_name: the name as the provider gives it.
Returns the row.
Raises TM404 when there is no such user; TM409 when the user has another account at the provider, or another user has this one; TM422 for a value that is missing or unknown.';
REVOKE ALL ON FUNCTION provider_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_link TO tmi_auth;
ALTER FUNCTION provider_link OWNER TO tmi_identity;
