-- A token is exchanged once. One that comes back was stolen, from its owner or by him: its whole family falls. That is answered and
-- not raised, since an error would take the revocation back. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_rotate(
  p_old_hash text,
  p_new_hash text,
  p_ttl interval DEFAULT NULL
) RETURNS TABLE (
  outcome text,
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
  v_new_hash text := _token_hash(p_new_hash, 'new_hash');
  v_old refresh_tokens;
  v_new refresh_tokens;
BEGIN
  IF p_ttl IS NOT NULL THEN
    PERFORM _token_ttl(p_ttl, '90 days', 'ttl');
  END IF;
  v_old := _token_lock(_token_hash(p_old_hash, 'old_hash'));
  IF v_old.token_hash = v_new_hash THEN
    RAISE EXCEPTION 'a token is exchanged for another' USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'token_hash', DETAIL = 'field: new_hash', HINT = 'make a new random one';
  ELSIF v_old.revoked_at IS NULL AND v_old.replaced_by <> v_new_hash THEN
    PERFORM _family_revoke(v_old.family_id);
    outcome := 'reused';
    RETURN NEXT;
    RETURN;
  ELSIF v_old.revoked_at IS NULL AND v_old.replaced_by = v_new_hash THEN
    -- The same request once more, whose answer was lost.
    SELECT t.*
    INTO v_new
    FROM refresh_tokens t
    WHERE t.token_hash = v_new_hash;
  ELSIF v_old.revoked_at IS NULL AND v_old.expires_at > now() THEN
    INSERT INTO refresh_tokens AS t (user_id, token_hash, expires_at, family_id, family_expires_at)
    VALUES (
      v_old.user_id,
      v_new_hash,
      least(now() + coalesce(p_ttl, v_old.expires_at - v_old.created_at), v_old.family_expires_at),
      v_old.family_id,
      v_old.family_expires_at
    )
    ON CONFLICT ON CONSTRAINT refresh_tokens_token_hash_key DO NOTHING
    RETURNING t.* INTO v_new;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the token is in use' USING ERRCODE = 'TM409', TABLE = 'refresh_tokens', COLUMN = 'token_hash', CONSTRAINT = 'refresh_tokens_token_hash_key', DETAIL = 'field: new_hash',
        HINT = 'make a new random one';
    END IF;
    UPDATE refresh_tokens t
    SET rotated_at = now(),
      replaced_by = v_new_hash
    WHERE t.id = v_old.id;
  END IF;
  IF v_new.expires_at > now() THEN
    RETURN QUERY
    SELECT 'rotated', v_new.user_id, v_new.family_id, v_new.expires_at, v_new.family_expires_at;
  ELSE
    -- Unknown, revoked and expired are one answer.
    RAISE EXCEPTION 'the refresh token is not valid' USING ERRCODE = 'TM401', TABLE = 'refresh_tokens', HINT = 'log in again';
  END IF;
END
$$;
COMMENT ON FUNCTION token_rotate IS
'Exchanges a refresh token for another, in one step; a token that was exchanged before revokes its whole family.

p_old_hash: the sha256 of the token that was presented, 64 hexadecimal digits.
p_new_hash: the sha256 of the token that is to follow. The same two hashes sent again are the same request, with the same answer.
p_ttl: how long the new token is good, 1 second to 90 days, but not beyond its family; as long as the old one if left out.
Returns the row of an outcome, the user, the family and when token and family end. The outcome is ''rotated'', or ''reused'', with all else NULL: then nobody is let in, and the transaction must be committed all the same, since it holds the revocation of the family.
Raises TM401 for a token that is unknown, revoked or expired; TM409 when the new token is in use; TM422 for a bad hash or duration.';
REVOKE ALL ON FUNCTION token_rotate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_rotate TO tmi_auth;
ALTER FUNCTION token_rotate OWNER TO tmi_identity;
