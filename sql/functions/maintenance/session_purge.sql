-- Clients vanish without leaving; a job ends what nobody is in any more. A definer because no caller sees every session.
CREATE OR REPLACE FUNCTION session_purge(
  p_idle interval DEFAULT '15 minutes'
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
  v_idle interval := coalesce(p_idle, '15 minutes');
  v_session_id uuid;
  v_count bigint := 0::bigint;
BEGIN
  IF v_idle < '0' THEN
    RAISE EXCEPTION 'nobody is idle for less than no time' USING ERRCODE = 'TM422', DETAIL = 'field: idle';
  END IF;
  FOR v_session_id IN
    SELECT s.id
    FROM collaboration_sessions s
    WHERE s.ended_at IS NULL
      AND (
        s.expires_at <= now()
        OR greatest(s.modified_at, (
          SELECT max(p.last_seen_at)
          FROM session_participants p
          WHERE p.session_id = s.id
            AND p.left_at IS NULL
        )) < now() - v_idle
      )
    ORDER BY s.id
    -- A session that somebody is at work on is not idle.
    FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    PERFORM _session_close(v_session_id);
    v_count := v_count + 1;
  END LOOP;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION session_purge IS
'Ends collaboration sessions that have expired, or in which nobody gave a sign of life for a while.

p_idle: for how long; 15 minutes by default.
Returns how many sessions were ended.
Raises TM422 for a negative duration.';
REVOKE ALL ON FUNCTION session_purge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_purge TO tmi_maintenance;
ALTER FUNCTION session_purge OWNER TO tmi_guard;
