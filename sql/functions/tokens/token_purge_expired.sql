-- A token that has expired proves nothing any more; a job removes them, some at a time, beside any other.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_purge_expired(
  p_limit integer DEFAULT 10000
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
  IF p_limit < 1 THEN
    RAISE EXCEPTION 'a purge removes at least 1 token' USING ERRCODE = 'TM422', DETAIL = 'field: limit';
  END IF;
  DELETE FROM refresh_tokens t
  WHERE t.id IN (
    SELECT e.id
    FROM refresh_tokens e
    WHERE e.expires_at <= now()
    ORDER BY e.expires_at
    LIMIT coalesce(p_limit, 10000)
    FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION token_purge_expired IS
'Removes refresh tokens that have expired, revoked or not, the longest expired first.

p_limit: how many at the most; 10,000 by default.
Returns how many were removed; fewer than p_limit when there are no more.
Raises TM422 for a limit below 1.';
REVOKE ALL ON FUNCTION token_purge_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_purge_expired TO tmi_auth;
ALTER FUNCTION token_purge_expired OWNER TO tmi_identity;
