-- A sign-in begins a family, whose end is fixed here however often its tokens are exchanged.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_issue(
  p_user_id uuid,
  p_token_hash text,
  p_ttl interval DEFAULT '30 days',
  p_family_ttl interval DEFAULT '90 days'
) RETURNS TABLE (
  user_id uuid,
  family_id uuid,
  expires_at timestamptz,
  family_expires_at timestamptz
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
  v_family_expires_at timestamptz := now() + _token_ttl(p_family_ttl, '365 days', 'family_ttl');
  v_expires_at timestamptz := least(now() + _token_ttl(p_ttl, '90 days', 'ttl'), v_family_expires_at);
BEGIN
  PERFORM _user_lock(p_user_id);
  RETURN QUERY
  INSERT INTO refresh_tokens AS t (user_id, token_hash, expires_at, family_expires_at)
  VALUES (p_user_id, _token_hash(p_token_hash, 'token_hash'), v_expires_at, v_family_expires_at)
  ON CONFLICT ON CONSTRAINT refresh_tokens_token_hash_key DO NOTHING
  RETURNING t.user_id, t.family_id, t.expires_at, t.family_expires_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the token is in use' USING ERRCODE = 'TM409', TABLE = 'refresh_tokens', COLUMN = 'token_hash', CONSTRAINT = 'refresh_tokens_token_hash_key', DETAIL = 'field: token_hash',
      HINT = 'make a new random one';
  END IF;
END
$$;
COMMENT ON FUNCTION token_issue IS
'Issues the first refresh token of a sign-in.

p_user_id: the user.
p_token_hash: the sha256 of the token, 64 hexadecimal digits; the token itself is 256 random bits that the database never sees.
p_ttl: how long the token is good, 1 second to 90 days, but not beyond its family.
p_family_ttl: how long the token and all that it is exchanged for are good, 1 second to 365 days.
Returns the row of the user, the family and when token and family end.
Raises TM404 when there is no such user; TM409 when the token is in use; TM422 for a bad hash or duration.';
REVOKE ALL ON FUNCTION token_issue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_issue TO tmi_auth;
ALTER FUNCTION token_issue OWNER TO tmi_identity;
