-- One atomic step from a provider's answer to a user: two logins at once give one user, and a second provider cannot take over an account.
CREATE OR REPLACE FUNCTION user_login(
  p_provider text,
  p_provider_user_id text,
  p_email text,
  p_name text,
  p_email_verified boolean DEFAULT false
) RETURNS TABLE (
  id uuid,
  email text,
  name text,
  created_at timestamptz,
  modified_at timestamptz,
  last_login timestamptz,
  is_new boolean
)
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _email(p_email);
  v_user_id uuid;
  v_is_new boolean := false;
BEGIN
  -- Logins of one identity, and of one address, take turns; always in this order.
  PERFORM pg_advisory_xact_lock(hashtextextended('user_login ' || current_schema() || ' ' || p_provider || ' ' || p_provider_user_id, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('user_login ' || current_schema() || ' ' || v_email, 0));
  SELECT p.user_id
  INTO v_user_id
  FROM user_providers p
  WHERE p.provider = p_provider
    AND p.provider_user_id = p_provider_user_id;
  IF NOT FOUND THEN
    SELECT u.id
    INTO v_user_id
    FROM users u
    WHERE u.email = v_email
    FOR NO KEY UPDATE;
    IF FOUND THEN
      IF NOT coalesce(p_email_verified, false) THEN
        RAISE EXCEPTION 'the address belongs to an account that this provider is not linked to' USING ERRCODE = 'TM409', TABLE = 'users', COLUMN = 'email', DETAIL = 'field: email',
          HINT = 'log in the way the account was made and link the provider there, or have the provider verify the address';
      ELSIF EXISTS (SELECT FROM user_providers p WHERE p.user_id = v_user_id AND p.provider = p_provider) THEN
        RAISE EXCEPTION 'the account is linked to another identity of this provider' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider', DETAIL = 'field: provider',
          HINT = 'unlink the other identity first';
      END IF;
    ELSE
      INSERT INTO users AS u (email, name)
      VALUES (v_email, p_name)
      RETURNING u.id INTO v_user_id;
      v_is_new := true;
    END IF;
    INSERT INTO user_providers (user_id, provider, provider_user_id, provider_email, provider_name, is_primary)
    VALUES (v_user_id, p_provider, p_provider_user_id, v_email, p_name, NOT EXISTS (SELECT FROM user_providers p WHERE p.user_id = v_user_id));
  ELSE
    UPDATE user_providers p
    SET provider_email = v_email,
      provider_name = p_name
    WHERE p.provider = p_provider
      AND p.provider_user_id = p_provider_user_id
      AND (p.provider_email, p.provider_name) IS DISTINCT FROM (v_email, p_name);
  END IF;
  RETURN QUERY
  UPDATE users u
  SET last_login = now()
  WHERE u.id = v_user_id
  RETURNING u.id, u.email, u.name, u.created_at, u.modified_at, u.last_login, v_is_new;
END
$$;
COMMENT ON FUNCTION user_login IS
'Logs somebody in by the identity that a provider has confirmed, and makes the user and the link when they are new.

p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person, 1 to 256 characters.
p_email: the address as the provider gives it; stored trimmed and in lower case.
p_name: the name to show; used for a new user only.
p_email_verified: true when the provider vouches for the address: only then is a new identity linked to an existing user with that address.
Returns the row of the user, and whether it is new.
Raises TM409 when the address belongs to a user whom the identity may not be linked to; TM422 for a value that is missing or unknown.';
REVOKE ALL ON FUNCTION user_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_login TO tmi_auth;
ALTER FUNCTION user_login OWNER TO tmi_identity;
