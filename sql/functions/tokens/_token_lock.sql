-- Everything that happens to a user's tokens takes turns on the user's row: a successor can't slip through a revocation.
CREATE OR REPLACE FUNCTION _token_lock(
  p_hash text
) RETURNS refresh_tokens
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_token refresh_tokens;
BEGIN
  PERFORM
  FROM users u
  WHERE u.id = (SELECT t.user_id FROM refresh_tokens t WHERE t.token_hash = p_hash)
  FOR NO KEY UPDATE;
  -- Read once it is certain that nobody is about to change it.
  SELECT t.*
  INTO v_token
  FROM refresh_tokens t
  WHERE t.token_hash = p_hash;
  RETURN v_token;
END
$$;
COMMENT ON FUNCTION _token_lock IS
'Locks the user of a token until the transaction ends, and reads the token.

p_hash: the sha256 of the token.
Returns the token as it stands now; NULL when there is none.
Raises nothing.';
REVOKE ALL ON FUNCTION _token_lock FROM PUBLIC;
ALTER FUNCTION _token_lock OWNER TO tmi_identity;
