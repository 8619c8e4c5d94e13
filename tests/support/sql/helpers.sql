-- People and models for tests, and ways to act as them. Run with the schema under test first in the search_path.
--
-- What sets something up acts as the superuser and comes back to the role it was called in; what acts as somebody stays
-- in that role until the next such call or the end of the transaction. All of it needs a superuser's session, so
-- injected SQL in a service's session gains nothing by these functions.
--
--   tap.add_user('alice')                          makes alice@example.com
--   tap.add_model('alice@example.com', 'Payments') makes a model of hers
--   tap.share(model, 'bob@example.com', 'reader')  gives or changes a role
--   tap.act('alice@example.com')                   a service's login, acting for Alice
--   tap.nobody()                                   a service's login, acting for nobody
--   tap.report('alice@example.com')                a report's login, reading for Alice
--   tap.become('auth')                             any login: app, auth, report, maintenance, stranger
--   tap.api('alice@example.com')                   the role that owns the API's functions, acting for Alice
--   tap.reset()                                    the superuser again
--   tap.sign('alice@example.com', '-1 s')          a signed identity, for a given time

-- The identity ------------------------------------------------------------------------------------------------------

CREATE FUNCTION tap.base64url(p_bytes bytea) RETURNS text
LANGUAGE sql
IMMUTABLE
AS $$ SELECT rtrim(translate(encode(p_bytes, 'base64'), E'+/\n', '-_'), '=') $$;

CREATE FUNCTION tap.hmac(p_secret bytea, p_message text) RETURNS bytea
LANGUAGE plpgsql
IMMUTABLE
AS $$
DECLARE
  v_key bytea := p_secret || decode(repeat('00', 64 - octet_length(p_secret)), 'hex');
  v_inner bytea := v_key;
  v_outer bytea := v_key;
BEGIN
  FOR i IN 0 .. 63 LOOP
    v_inner := set_byte(v_inner, i, get_byte(v_key, i) # 54);
    v_outer := set_byte(v_outer, i, get_byte(v_key, i) # 92);
  END LOOP;
  RETURN sha256(v_outer || sha256(v_inner || convert_to(p_message, 'UTF8')));
END
$$;

-- Appends to any text the signature that a key gives; the key of the tests is filled in by whoever loads this file.
CREATE FUNCTION tap.sign_text(p_text text, p_key text DEFAULT :key) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
AS $$
DECLARE
  v_secret text := translate(split_part(p_key, '.', 2), '-_', '+/');
BEGIN
  v_secret := v_secret || repeat('=', -length(v_secret) & 3);
  RETURN p_text || '.' || encode(tap.hmac(decode(v_secret, 'base64'), p_text), 'hex');
END
$$;
REVOKE ALL ON FUNCTION tap.sign_text FROM PUBLIC;

-- Signs an identity as a service does that holds the key.
CREATE FUNCTION tap.sign(
  p_email text,
  p_expires_in interval DEFAULT '60 s',
  p_key text DEFAULT :key
) RETURNS text
LANGUAGE sql
STABLE
AS $$
  SELECT tap.sign_text(
    concat_ws(
      '.',
      'v1',
      split_part(p_key, '.', 1),
      tap.base64url(convert_to(p_email, 'UTF8')),
      floor(extract(epoch FROM now() + p_expires_in))::bigint
    ),
    p_key
  )
$$;
REVOKE ALL ON FUNCTION tap.sign FROM PUBLIC;

-- Acting ------------------------------------------------------------------------------------------------------------

-- Back to the superuser, without identity or scope.
CREATE FUNCTION tap.reset() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM set_config('role', 'none', true),
    set_config('tmi.context', '', true),
    set_config('tmi.scope', '', true);
END
$$;

-- A login of the tests: app, auth, report, maintenance or stranger, with what it inherits from its group, and no identity.
CREATE FUNCTION tap.become(p_login text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.reset();
  PERFORM set_config('role', 'test_' || p_login, true);
END
$$;

-- A service that acts for a user, with a signed, live identity.
CREATE FUNCTION tap.act(p_email text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.reset();
  PERFORM set_config('tmi.context', tap.sign(p_email), true);
  PERFORM set_config('role', 'test_app', true);
END
$$;

-- A report that reads for a user.
CREATE FUNCTION tap.report(p_email text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.act(p_email);
  PERFORM set_config('role', 'test_report', true);
END
$$;

-- What an API function does that acts for a user: the role that owns them all, under row-level security.
CREATE FUNCTION tap.api(p_email text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.act(p_email);
  PERFORM set_config('role', 'tmi_api', true);
END
$$;

-- A service that acts for nobody.
CREATE FUNCTION tap.nobody() RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN PERFORM tap.become('app'); END $$;

-- People and models -------------------------------------------------------------------------------------------------

-- Makes a user unless there is one, and returns the address.
CREATE FUNCTION tap.add_user(p_name text) RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
  v_role text := current_setting('role');
  v_email text := lower(p_name) || '@example.com';
BEGIN
  PERFORM set_config('role', 'none', true);
  INSERT INTO users (email, name)
  VALUES (v_email, initcap(p_name))
  ON CONFLICT (email) DO NOTHING;
  PERFORM set_config('role', v_role, true);
  RETURN v_email;
END
$$;

-- Makes a model that the user created and owns, and returns its id.
CREATE FUNCTION tap.add_model(p_owner_email text, p_name text DEFAULT 'Payments') RETURNS uuid
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
  v_role text := current_setting('role');
  v_id uuid;
BEGIN
  PERFORM set_config('role', 'none', true);
  INSERT INTO threat_models (name, owner_email, created_by)
  VALUES (p_name, p_owner_email, p_owner_email)
  RETURNING id INTO v_id;
  INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, model_created_at)
  SELECT m.id, m.owner_email, 'owner', m.owner_email, m.created_at
  FROM threat_models m
  WHERE m.id = v_id
  ON CONFLICT (threat_model_id, user_email) DO NOTHING;
  PERFORM set_config('role', v_role, true);
  RETURN v_id;
END
$$;

-- Gives a user a role in a model, or another one than before.
CREATE FUNCTION tap.share(p_threat_model_id uuid, p_email text, p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
  v_role text := current_setting('role');
BEGIN
  PERFORM set_config('role', 'none', true);
  INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by, model_created_at)
  SELECT m.id, p_email, p_role, m.owner_email, m.created_at
  FROM threat_models m
  WHERE m.id = p_threat_model_id
  ON CONFLICT (threat_model_id, user_email) DO UPDATE
  SET role = excluded.role;
  PERFORM set_config('role', v_role, true);
END
$$;
