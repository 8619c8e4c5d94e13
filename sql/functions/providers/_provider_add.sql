-- Logging in and linking share one statement, so that they cannot come to differ on what may be linked.
CREATE OR REPLACE FUNCTION _provider_add(
  p_user_id uuid,
  p_provider text,
  p_provider_user_id text,
  p_email text,
  p_name text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO user_providers (user_id, provider, provider_user_id, provider_email, provider_name, is_primary)
  VALUES (
    p_user_id, p_provider, p_provider_user_id, p_email, p_name,
    NOT EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id AND p.is_primary)
  )
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN;
  ELSIF EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id AND p.provider = p_provider) THEN
    RAISE EXCEPTION 'the account is linked to another identity of this provider' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider', DETAIL = 'field: provider',
      CONSTRAINT = 'user_providers_user_id_provider_key', HINT = 'unlink the other identity first';
  END IF;
  -- In words that do not tell whose it is.
  RAISE EXCEPTION 'the identity is linked to another account' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider_user_id', DETAIL = 'field: provider_user_id',
    CONSTRAINT = 'user_providers_provider_provider_user_id_key', HINT = 'unlink it there first';
END
$$;
COMMENT ON FUNCTION _provider_add IS
'Links an account at a provider to a user, as the primary one if there is none yet.

p_user_id: the user, whose row is locked.
p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person.
p_email: the address as the provider gives it.
p_name: the name as the provider gives it.
Returns nothing.
Raises TM409 when the user has another account at the provider, or another user has this one.';
REVOKE ALL ON FUNCTION _provider_add FROM PUBLIC;
ALTER FUNCTION _provider_add OWNER TO tmi_identity;
