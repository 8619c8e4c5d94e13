-- Somebody whose device was stolen signs out everywhere. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_revoke_all(
  p_user_id uuid
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_count bigint;
BEGIN
  PERFORM _user_lock(p_user_id);
  WITH revoked AS (
    UPDATE refresh_tokens t
    SET revoked_at = now()
    WHERE t.user_id = p_user_id
      AND t.revoked_at IS NULL
    RETURNING t.family_id, t.rotated_at, t.expires_at
  )
  SELECT count(DISTINCT r.family_id)
  INTO v_count
  FROM revoked r
  WHERE r.rotated_at IS NULL
    AND r.expires_at > now();
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION token_revoke_all IS
'Revokes every refresh token of a user.

p_user_id: the user.
Returns how many sign-ins that ended.
Raises TM404 when there is no such user.';
REVOKE ALL ON FUNCTION token_revoke_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_revoke_all TO tmi_auth;
ALTER FUNCTION token_revoke_all OWNER TO tmi_identity;
