-- The database itself; its name, its comment and its other schemas are not the project's.
SELECT
  'database' AS class,
  'database' AS identity,
  jsonb_build_object(
    'acl', coalesce(d.datacl, acldefault('d', d.datdba))::text[],
    'acl_default', acldefault('d', d.datdba)::text[],
    'connection_limit', nullif(d.datconnlimit, -1)
  ) AS attributes
FROM pg_database d
WHERE d.datname = current_database()
