-- A function that others call never runs with rights that row-level security does not bind.
SELECT no_plan();

CREATE TEMPORARY VIEW mighty AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
JOIN pg_roles r ON r.oid = p.proowner
WHERE p.pronamespace = current_schema()::regnamespace
  AND p.prosecdef
  AND (
    r.rolsuper
    OR r.rolbypassrls
    OR r.rolcanlogin
    OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = p.pronamespace AND c.relowner = p.proowner)
  );
SELECT is_empty('SELECT * FROM mighty', 'no SECURITY DEFINER function is owned by a superuser, a table owner, a login or a role that bypasses policies');

CREATE TEMPORARY VIEW lent AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.pronamespace = current_schema()::regnamespace
  AND pg_get_userbyid(p.proowner) = 'tmi_owner'
  AND a.grantee <> p.proowner
  -- What is inlined, and what triggers and defaults call, runs with the caller's rights.
  AND p.prosecdef;
SELECT is_empty('SELECT * FROM lent', 'the owner of the tables owns no function that others can call with its rights');

CREATE TEMPORARY VIEW foreign_owner AS
SELECT c.relname::text COLLATE "default"
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND pg_get_userbyid(c.relowner) <> 'tmi_owner'
UNION ALL
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
  AND pg_get_userbyid(p.proowner) NOT IN ('tmi_owner', 'tmi_api', 'tmi_guard', 'tmi_identity');
SELECT is_empty('SELECT * FROM foreign_owner', 'tables and functions are owned by the roles that are there for it');

SAVEPOINT sound;
ALTER FUNCTION threat_get OWNER TO postgres;
SELECT results_eq('SELECT * FROM mighty', ARRAY['threat_get'], 'a superuser''s function is found');
SELECT results_eq('SELECT * FROM foreign_owner', ARRAY['threat_get'], 'twice over');
ROLLBACK TO sound;
ALTER FUNCTION threat_get OWNER TO tmi_owner;
SELECT results_eq('SELECT * FROM mighty', ARRAY['threat_get'], 'the table owner''s function is found');
SELECT isnt_empty('SELECT * FROM lent', 'as one that others can call');
ROLLBACK TO sound;
ALTER ROLE tmi_api BYPASSRLS;
SELECT isnt_empty('SELECT * FROM mighty', 'functions of a role that bypasses policies are found');
ROLLBACK TO sound;
ALTER TABLE threats OWNER TO tmi_api;
SELECT results_eq('SELECT * FROM foreign_owner', ARRAY['threats'], 'a table that changed hands is found');

SELECT * FROM finish();
