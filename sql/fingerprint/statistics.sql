-- Extended statistics.
SELECT
  'statistics' AS class,
  quote_ident(s.stxname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(s.stxowner),
    'definition', pg_get_statisticsobjdef(s.oid),
    'target', nullif(s.stxstattarget, -1),
    'comment', obj_description(s.oid, 'pg_statistic_ext')
  ) AS attributes
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE n.nspname = $1
