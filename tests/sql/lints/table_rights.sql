-- Services reach rows through functions alone: no calling role holds a right on a table, reports excepted, who only read.
SELECT no_plan();

-- Every right on tables, columns and sequences that somebody other than the owner has.
CREATE TEMPORARY VIEW granted AS
SELECT c.relname::text AS relation, coalesce(r.rolname, 'PUBLIC')::text AS grantee, a.privilege_type::text AS privilege
FROM pg_class c
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace
  AND a.grantee <> c.relowner
UNION ALL
SELECT format('%s.%s', c.relname, t.attname), coalesce(r.rolname, 'PUBLIC'), a.privilege_type
FROM pg_class c
JOIN pg_attribute t ON t.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(t.attacl) AS a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace
  AND a.grantee <> c.relowner;

CREATE TEMPORARY VIEW breach AS
SELECT format('%s %s on %s', g.grantee, g.privilege, g.relation) COLLATE "default"
FROM granted g
WHERE NOT (g.grantee IN ('tmi_api', 'tmi_guard', 'tmi_identity') AND g.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))
  AND NOT (g.grantee = 'tmi_report' AND g.privilege = 'SELECT')
  -- The version of the schema is nobody's secret, and health() tells it.
  AND NOT (g.grantee = 'tmi_maintenance' AND g.privilege = 'SELECT' AND g.relation = 'schema_migrations')
ORDER BY 1;
SELECT is_empty('SELECT * FROM breach', 'only the owners of functions write tables, only reports read them, nobody truncates them');
SELECT isnt_empty('SELECT * FROM granted', 'and rights there are');

CREATE TEMPORARY VIEW unneeded AS
SELECT g.relation COLLATE "default"
FROM granted g
WHERE g.grantee = 'tmi_report'
  AND split_part(g.relation, '.', 1) IN ('context_keys', 'refresh_tokens', 'migration_log', 'schema_migrations');
SELECT is_empty('SELECT * FROM unneeded', 'reports see neither keys nor tokens nor the ledger');

CREATE TEMPORARY VIEW entered AS
SELECT format('%s %s', coalesce(r.rolname, 'PUBLIC'), a.privilege_type) COLLATE "default"
FROM pg_namespace n
CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = current_schema()
  AND a.grantee <> n.nspowner
  AND coalesce(r.rolname, 'PUBLIC') NOT IN ('tmi_api', 'tmi_guard', 'tmi_identity')
  -- A login is let in one by one, for USAGE and nothing more.
  AND NOT coalesce(r.rolcanlogin AND a.privilege_type = 'USAGE' AND NOT a.is_grantable, false);
SELECT is_empty('SELECT * FROM entered', 'neither PUBLIC nor a calling role may use the schema, and no login may create in it');

CREATE TEMPORARY VIEW become AS
SELECT format('%s is a member of %s', pg_get_userbyid(m.member), pg_get_userbyid(m.roleid)) COLLATE "default"
FROM pg_auth_members m
WHERE pg_get_userbyid(m.roleid) IN ('tmi_owner', 'tmi_api', 'tmi_guard', 'tmi_identity')
  AND pg_get_userbyid(m.member) <> 'tmi_owner'
  -- On PostgreSQL 16 and later, whoever makes a role as a non-superuser is its administrator.
  AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = m.member);
SELECT is_empty('SELECT * FROM become', 'nobody but the owner may become one of the roles that own functions');

SAVEPOINT sound;
GRANT SELECT ON threats TO tmi_app;
SELECT results_eq('SELECT * FROM breach', ARRAY['tmi_app SELECT on threats'], 'a right of a service is found');
ROLLBACK TO sound;
GRANT UPDATE (name) ON threats TO tmi_report;
SELECT results_eq('SELECT * FROM breach', ARRAY['tmi_report UPDATE on threats.name'], 'a report that writes a column is found');
ROLLBACK TO sound;
GRANT TRUNCATE ON threats TO tmi_api;
SELECT results_eq('SELECT * FROM breach', ARRAY['tmi_api TRUNCATE on threats'], 'a right to truncate is found');
ROLLBACK TO sound;
GRANT SELECT ON threats TO PUBLIC;
SELECT results_eq('SELECT * FROM breach', ARRAY['PUBLIC SELECT on threats'], 'a right of everybody is found');
ROLLBACK TO sound;
GRANT SELECT ON threats TO test_app;
SELECT results_eq('SELECT * FROM breach', ARRAY['test_app SELECT on threats'], 'a right of one login is found');
ROLLBACK TO sound;
GRANT SELECT (token_hash) ON refresh_tokens TO tmi_report;
SELECT results_eq('SELECT * FROM unneeded', ARRAY['refresh_tokens.token_hash'], 'a report that sees tokens is found');
ROLLBACK TO sound;
GRANT USAGE ON SCHEMA tmi TO PUBLIC;
SELECT results_eq('SELECT * FROM entered', ARRAY['PUBLIC USAGE'], 'a schema open to everybody is found');
ROLLBACK TO sound;
GRANT USAGE ON SCHEMA tmi TO tmi_app;
SELECT results_eq('SELECT * FROM entered', ARRAY['tmi_app USAGE'], 'a schema open to every service of the cluster is found');
ROLLBACK TO sound;
GRANT CREATE ON SCHEMA tmi TO test_app;
SELECT results_eq('SELECT * FROM entered', ARRAY['test_app CREATE'], 'a login that may create is found');
ROLLBACK TO sound;
GRANT tmi_guard TO test_app;
SELECT results_eq('SELECT * FROM become', ARRAY['test_app is a member of tmi_guard'], 'a login that may become the guard is found');

SELECT * FROM finish();
