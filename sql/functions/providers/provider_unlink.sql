-- Nobody locks himself out: the last way in stays, and there is a primary one as long as there is any.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_unlink(
  p_user_id uuid,
  p_provider text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _user_lock(p_user_id);
  DELETE FROM user_providers p
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'provider not found' USING ERRCODE = 'TM404', TABLE = 'user_providers', COLUMN = 'provider';
  ELSIF NOT EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id) THEN
    RAISE EXCEPTION 'the last way to log in stays' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider', DETAIL = 'field: provider',
      HINT = 'link another provider first';
  END IF;
  UPDATE user_providers p
  SET is_primary = true
  WHERE p.id = (
    SELECT o.id
    FROM user_providers o
    WHERE o.user_id = p_user_id
    ORDER BY o.is_primary DESC NULLS LAST, o.created_at, o.provider
    LIMIT 1
  )
    AND p.is_primary IS NOT true;
END
$$;
COMMENT ON FUNCTION provider_unlink IS
'Takes one of a user''s ways to log in away; if it was the primary one, the one linked first of the others becomes it.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
Returns nothing.
Raises TM404 when there is no such user, or the user has no account at the provider; TM409 for the last one.';
REVOKE ALL ON FUNCTION provider_unlink FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_unlink TO tmi_auth;
ALTER FUNCTION provider_unlink OWNER TO tmi_identity;
