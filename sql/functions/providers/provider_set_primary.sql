-- The primary provider is where a service sends a user who logs in again; there is exactly one.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_set_primary(
  p_user_id uuid,
  p_provider text
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
  PERFORM _user_lock(p_user_id);
  -- Two statements: the index allows no second primary provider, not even for a moment.
  UPDATE user_providers p
  SET is_primary = false
  WHERE p.user_id = p_user_id
    AND p.is_primary
    AND p.provider <> p_provider;
  RETURN QUERY
  UPDATE user_providers p
  SET is_primary = true
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider
  RETURNING p.*;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'provider not found' USING ERRCODE = 'TM404', TABLE = 'user_providers', COLUMN = 'provider';
  END IF;
END
$$;
COMMENT ON FUNCTION provider_set_primary IS
'Makes one of the providers that a user logs in by the primary one.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
Returns the row.
Raises TM404 when there is no such user, or the user has no account at the provider.';
REVOKE ALL ON FUNCTION provider_set_primary FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_set_primary TO tmi_auth;
ALTER FUNCTION provider_set_primary OWNER TO tmi_identity;
