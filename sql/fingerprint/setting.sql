-- Settings that every session of the database, or of a managed role, starts with.
SELECT
  'setting' AS class,
  format('%s%s', CASE WHEN s.setrole = 0 THEN 'every role' ELSE pg_get_userbyid(s.setrole)::text END, CASE WHEN s.setdatabase = 0 THEN '' ELSE ' in the database' END) AS identity,
  jsonb_build_object(
    'settings', (SELECT jsonb_agg(c.setting ORDER BY c.setting) FROM unnest(s.setconfig) AS c(setting))
  ) AS attributes
FROM pg_db_role_setting s
WHERE (s.setdatabase = 0 OR s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  AND (s.setrole = 0 OR pg_get_userbyid(s.setrole) = ANY ($2::text[]))
