-- What a monitor asks every minute, in rows, so that another check is another row and nothing else changes. No definer: a login that is
-- a member of pg_monitor sees more of replication than one that is not.
CREATE OR REPLACE FUNCTION health() RETURNS TABLE (
  name text,
  status text,
  detail text
)
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_schema regnamespace := current_schema()::regnamespace;
  v_version integer := current_setting('server_version_num')::integer;
  -- The embedded server, which nobody else reaches, need not be the newest.
  v_embedded boolean := current_setting('cluster_name') = 'tmi-db' AND current_setting('listen_addresses') = '';
BEGIN
  RETURN QUERY
  SELECT
    'schema_version',
    CASE WHEN m.version IS NULL THEN 'warning' WHEN m.dirty THEN 'error' ELSE 'ok' END,
    CASE WHEN m.version IS NULL THEN 'no migration was applied' WHEN m.dirty THEN format('%s, where a migration stopped in the middle', m.version) ELSE m.version::text END
  FROM (SELECT) AS o
  LEFT JOIN schema_migrations m ON true;

  RETURN QUERY
  SELECT
    'server_version',
    CASE WHEN v_version < 150000 THEN 'error' WHEN v_version < f.version AND NOT v_embedded THEN 'warning' ELSE 'ok' END,
    split_part(current_setting('server_version'), ' ', 1) || CASE
      WHEN v_version < 150000 THEN ' is older than 15'
      WHEN v_version < f.version THEN format(' lacks the security fixes of November 2026 (%s)', f.versions)
      ELSE ''
    END
  FROM (
    SELECT
      max(v.version) FILTER (WHERE v.version / 10000 = v_version / 10000) AS version,
      string_agg(format('%s.%s', v.version / 10000, v.version % 10000), ', ' ORDER BY v.version) AS versions
    -- The runner names them too, to warn where there is no function yet.
    FROM unnest(ARRAY[150020, 160016, 170012, 180007]) AS v (version)
  ) f;

  RETURN QUERY
  SELECT
    'invalid_indexes',
    CASE WHEN count(*) > 0 THEN 'error' ELSE 'ok' END,
    coalesce(string_agg(c.relname::text, ', ' ORDER BY c.relname), 'none')
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = v_schema
    AND NOT (i.indisvalid AND i.indisready);

  -- A small one costs nothing, and a unique one earns its place by refusing.
  RETURN QUERY
  SELECT
    'unused_indexes',
    CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
    coalesce(string_agg(format('%s (%s)', u.relname, pg_size_pretty(u.size)), ', ' ORDER BY u.size DESC, u.relname), 'none')
  FROM (
    SELECT c.relname, pg_relation_size(c.oid) AS size
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_stat_user_indexes s ON s.indexrelid = c.oid
    WHERE c.relnamespace = v_schema
      AND NOT i.indisunique
      AND s.idx_scan = 0
  ) u
  WHERE u.size >= 1048576;

  RETURN QUERY
  SELECT
    'cache_hit_rate',
    CASE WHEN d.blks_hit + d.blks_read >= 100000 AND d.blks_hit < 0.9 * (d.blks_hit + d.blks_read) THEN 'warning' ELSE 'ok' END,
    coalesce(round(100.0 * d.blks_hit / nullif(d.blks_hit + d.blks_read, 0), 1) || ' %', 'nothing was read yet')
  FROM pg_stat_database d
  WHERE d.datname = current_database();

  IF pg_is_in_recovery() THEN
    RETURN QUERY
    SELECT
      'replication_lag',
      CASE WHEN l.lag > '30 seconds' THEN 'warning' ELSE 'ok' END,
      format('%s behind the primary', coalesce(l.lag, '0'))
    FROM (
      SELECT CASE WHEN pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn() THEN now() - pg_last_xact_replay_timestamp() END AS lag
    ) l;
  ELSE
    RETURN QUERY
    SELECT
      'replication_lag',
      CASE WHEN max(r.replay_lag) > '30 seconds' THEN 'warning' ELSE 'ok' END,
      CASE
        WHEN count(*) = 0 THEN 'no standby'
        WHEN count(r.state) < count(*) THEN format('%s standbys, whose lag only members of pg_monitor see', count(*))
        ELSE format('%s standbys, at most %s behind', count(*), coalesce(max(r.replay_lag), '0'))
      END
    FROM pg_stat_replication r;
  END IF;
END
$$;
COMMENT ON FUNCTION health IS
'Says how the database is: schema_version, server_version and whether its security fixes are in, invalid_indexes, unused_indexes of a megabyte or more, cache_hit_rate, replication_lag.

Returns rows: the name of a check, its status (ok, warning or error), and what was found. Which migrations are pending only the tool knows, which has their files.
Raises nothing.';
REVOKE ALL ON FUNCTION health FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health TO tmi_maintenance;
ALTER FUNCTION health OWNER TO tmi_guard;
