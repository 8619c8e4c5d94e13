-- For a DBA at a psql prompt: lets BEGIN; SELECT act_as('alice@example.com'); show what Alice sees. A definer because it signs with keys that only the guard reads.
CREATE OR REPLACE FUNCTION act_as(
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_key context_keys;
  v_email text;
  v_signed text;
BEGIN
  SELECT u.email
  INTO v_email
  FROM users u
  WHERE u.email = lower(btrim(p_email));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
  SELECT k.*
  INTO v_key
  FROM context_keys k
  WHERE k.retired_at IS NULL
  ORDER BY k.created_at DESC, k.id
  LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no live context key' USING ERRCODE = 'TM404', TABLE = 'context_keys', HINT = 'make one with tmi-db key new';
  END IF;
  v_signed := concat_ws('.',
    'v1',
    v_key.id,
    rtrim(translate(encode(convert_to(v_email, 'UTF8'), 'base64'), E'+/\n', '-_'), '='),
    (extract(epoch FROM now())::bigint + 60)::text
  );
  PERFORM set_config(
    'tmi.context',
    v_signed || '.' || encode(sha256(v_key.outer_pad || sha256(v_key.inner_pad || convert_to(v_signed, 'UTF8'))), 'hex'),
    true
  );
END
$$;
COMMENT ON FUNCTION act_as IS
'Acts as a user until the transaction ends; for members of tmi_owner, within BEGIN.

p_email: an existing user''s address.
Returns nothing.
Raises TM404 when there is no such user or no live key.';
REVOKE ALL ON FUNCTION act_as FROM PUBLIC;
ALTER FUNCTION act_as OWNER TO tmi_guard;
-- After the change of owner, which moves what the former owner held to the new one.
GRANT EXECUTE ON FUNCTION act_as TO tmi_owner;
