-- The managed roles. Passwords are never read: none of these roles can log in.
SELECT
  'role' AS class,
  r.rolname::text AS identity,
  jsonb_build_object(
    'superuser', r.rolsuper,
    'inherit', r.rolinherit,
    'create_role', r.rolcreaterole,
    'create_database', r.rolcreatedb,
    'login', r.rolcanlogin,
    'replication', r.rolreplication,
    'bypass_row_security', r.rolbypassrls,
    'connection_limit', nullif(r.rolconnlimit, -1),
    'valid_until', nullif(r.rolvaliduntil, 'infinity'),
    'comment', shobj_description(r.oid, 'pg_authid')
  ) AS attributes
FROM pg_roles r
WHERE r.rolname = ANY ($2::text[])
