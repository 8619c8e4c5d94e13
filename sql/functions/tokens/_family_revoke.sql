-- The tokens of one sign-in fall together, whichever of them is the reason.
CREATE OR REPLACE FUNCTION _family_revoke(
  p_family_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  UPDATE refresh_tokens t
  SET revoked_at = now()
  WHERE t.family_id = p_family_id
    AND t.revoked_at IS NULL;
END
$$;
COMMENT ON FUNCTION _family_revoke IS
'Revokes every token that descends from one sign-in.

p_family_id: the family; its user''s row is locked, so that no token joins it meanwhile.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _family_revoke FROM PUBLIC;
ALTER FUNCTION _family_revoke OWNER TO tmi_identity;
