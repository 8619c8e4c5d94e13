-- One atomic step from a provider's answer to a user: two logins at once give one user, and a second provider cannot take over an account.
-- A definer because the caller has no right on any table.
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
  PERFORM _identity_lock(p_provider, p_provider_user_id);
  -- The user before the link, as everywhere: one that is being unlinked or deleted is waited for, and then not found.
  SELECT u.id
  INTO v_user_id
  FROM user_providers p
  JOIN users u ON u.id = p.user_id
  WHERE p.provider = p_provider
    AND p.provider_user_id = p_provider_user_id
  FOR NO KEY UPDATE OF u
  FOR KEY SHARE OF p;
  IF FOUND THEN
    -- Some providers say who somebody is the first time only.
    UPDATE user_providers p
    SET provider_email = coalesce(v_email, p.provider_email),
      provider_name = coalesce(p_name, p.provider_name)
    WHERE p.provider = p_provider
      AND p.provider_user_id = p_provider_user_id
      AND (p.provider_email, p.provider_name) IS DISTINCT FROM (coalesce(v_email, p.provider_email), coalesce(p_name, p.provider_name));
  ELSE
    LOOP
      -- Whoever else is making a user of this address is waited for here.
      INSERT INTO users AS u (email, name)
      VALUES (v_email, p_name)
      ON CONFLICT ON CONSTRAINT users_email_idx DO NOTHING
      RETURNING u.id INTO v_user_id;
      v_is_new := FOUND;
      EXIT WHEN v_is_new;
      SELECT u.id
      INTO v_user_id
      FROM users u
      WHERE u.email = v_email
      FOR NO KEY UPDATE;
      -- Whoever had the address may have changed it, or gone, since it stood in the way.
      EXIT WHEN FOUND;
    END LOOP;
    IF NOT v_is_new AND NOT coalesce(p_email_verified, false) THEN
      RAISE EXCEPTION 'the address belongs to an account that this identity is not linked to' USING ERRCODE = 'TM409', TABLE = 'users', COLUMN = 'email', DETAIL = 'field: email',
        HINT = 'log in the way the account was made and link the provider there, or have the provider verify the address';
    END IF;
    PERFORM _provider_add(v_user_id, p_provider, p_provider_user_id, v_email, p_name);
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
p_email: the address as the provider gives it; stored trimmed and in lower case. A known identity keeps its user''s address, whatever this says.
p_name: the name to show; used for a new user only.
p_email_verified: true when the provider vouches for the address: only then is a new identity linked to an existing user with that address. A new user is made either way.
Returns the row of the user, and whether it is new.
Raises TM409 when the address belongs to a user whom the identity may not be linked to; TM422 for a value that is missing or unknown.';
REVOKE ALL ON FUNCTION user_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_login TO tmi_auth;
ALTER FUNCTION user_login OWNER TO tmi_identity;
