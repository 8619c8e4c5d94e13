-- Signing out ends the sign-in, by whichever of its tokens; a second time changes nothing, and an unknown token is as good as revoked.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_revoke(
  p_token_hash text
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
  v_token refresh_tokens := _token_lock(_token_hash(p_token_hash, 'token_hash'));
BEGIN
  PERFORM _family_revoke(v_token.family_id);
END
$$;
COMMENT ON FUNCTION token_revoke IS
'Revokes a refresh token with its family: all tokens that descend from the same sign-in.

p_token_hash: the sha256 of the token, 64 hexadecimal digits.
Returns nothing, whether or not there was anything to revoke.
Raises TM422 for a bad hash.';
REVOKE ALL ON FUNCTION token_revoke FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_revoke TO tmi_auth;
ALTER FUNCTION token_revoke OWNER TO tmi_identity;
