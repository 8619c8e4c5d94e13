-- Who may call what is decided here, once more and apart from the files that grant it: a function that somebody can call
-- and that does not stand here fails the tests. A name that has no function yet does no harm.
SELECT no_plan();

CREATE TEMPORARY TABLE allowed (role text, function text);
INSERT INTO allowed (role, function)
SELECT 'tmi_app', f
FROM unnest(ARRAY[
  '_as',
  'me', 'me_providers', 'me_update',
  'access_grant', 'access_list', 'access_replace', 'access_revoke', 'access_role',
  'cell_apply_ops', 'cell_entity_id', 'cell_find', 'cell_get', 'cell_list',
  'diagram_bulk_create', 'diagram_create', 'diagram_delete', 'diagram_get', 'diagram_list', 'diagram_patch', 'diagram_update',
  'document_bulk_create', 'document_bulk_delete', 'document_bulk_update', 'document_create', 'document_delete',
  'document_get', 'document_list', 'document_patch', 'document_update',
  'jsonb_patch',
  'metadata_bulk_delete', 'metadata_bulk_set', 'metadata_delete', 'metadata_find', 'metadata_get', 'metadata_keys',
  'metadata_list', 'metadata_replace', 'metadata_set', 'metadata_update',
  'session_create', 'session_end', 'session_get', 'session_join', 'session_leave', 'session_list', 'session_participants',
  'session_touch',
  'source_bulk_create', 'source_bulk_delete', 'source_bulk_update', 'source_create', 'source_delete', 'source_get',
  'source_list', 'source_patch', 'source_update',
  'threat_batch_patch', 'threat_bulk_create', 'threat_bulk_delete', 'threat_bulk_update', 'threat_create',
  'threat_delete', 'threat_get', 'threat_list', 'threat_patch', 'threat_update',
  'threat_model_copy', 'threat_model_create', 'threat_model_delete', 'threat_model_document', 'threat_model_export',
  'threat_model_get', 'threat_model_import', 'threat_model_list', 'threat_model_patch', 'threat_model_search',
  'threat_model_transfer', 'threat_model_update'
]) AS f
UNION ALL
SELECT 'tmi_auth', f
FROM unnest(ARRAY[
  'provider_link', 'provider_list', 'provider_set_primary', 'provider_unlink',
  'token_issue', 'token_purge_expired', 'token_revoke', 'token_revoke_all', 'token_rotate',
  'user_change_email', 'user_delete', 'user_find', 'user_find_by_provider', 'user_get', 'user_list', 'user_login',
  'user_update'
]) AS f
UNION ALL
SELECT 'tmi_report', f
FROM unnest(ARRAY['_as', '_actor', '_member']) AS f
UNION ALL
SELECT 'tmi_maintenance', f
FROM unnest(ARRAY['counts_repair', 'counts_verify', 'health', 'metadata_purge_orphans', 'session_purge']) AS f
UNION ALL
SELECT 'tmi_owner', f
FROM unnest(ARRAY['act_as']) AS f;

-- Everybody who may call a function without owning it; NULL in an access list means the default, which is PUBLIC.
CREATE TEMPORARY VIEW callers AS
SELECT coalesce(r.rolname, 'PUBLIC')::text AS role, p.proname::text AS function, a.is_grantable
FROM pg_proc p
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE p.pronamespace = current_schema()::regnamespace
  AND a.grantee <> p.proowner;

CREATE TEMPORARY VIEW breach AS
SELECT format('%s may call %s', c.role, c.function) COLLATE "default"
FROM callers c
WHERE NOT EXISTS (SELECT FROM allowed a WHERE a.role = c.role AND a.function = c.function)
  -- The roles that own functions call each other's helpers and three plain functions; nobody can log in as one of them.
  AND NOT (c.role IN ('tmi_api', 'tmi_guard', 'tmi_identity') AND c.function ~ '^_|^(uuid_generate_v[47]|jsonb_patch)$')
ORDER BY 1;
SELECT is_empty('SELECT * FROM breach', 'nobody may call a function that this list does not let him call');

CREATE TEMPORARY VIEW grantable AS
SELECT format('%s hands on %s', c.role, c.function) COLLATE "default"
FROM callers c
WHERE c.is_grantable;
SELECT is_empty('SELECT * FROM grantable', 'nobody may hand a right on');

CREATE TEMPORARY VIEW callable_trigger AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
JOIN callers c ON c.function = p.proname
WHERE p.pronamespace = current_schema()::regnamespace
  AND p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype);
SELECT is_empty('SELECT * FROM callable_trigger', 'nobody may attach a trigger function to a table of his own');

CREATE TEMPORARY VIEW unborn AS
SELECT r.rolname::text COLLATE "default"
FROM pg_roles r
WHERE r.rolname IN ('tmi_owner', 'tmi_api', 'tmi_guard', 'tmi_identity')
  AND EXISTS (
    SELECT
    FROM aclexplode(coalesce(
      (SELECT d.defaclacl FROM pg_default_acl d WHERE d.defaclrole = r.oid AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f'),
      acldefault('f', r.oid)
    )) AS a
    WHERE a.grantee <> r.oid
  );
SELECT is_empty('SELECT * FROM unborn', 'functions to come are closed to PUBLIC too');

SAVEPOINT sound;
GRANT EXECUTE ON FUNCTION _context TO PUBLIC;
SELECT results_eq('SELECT * FROM breach', ARRAY['PUBLIC may call _context'], 'a right of everybody is found');
ROLLBACK TO sound;
GRANT EXECUTE ON FUNCTION user_list TO tmi_app;
SELECT results_eq('SELECT * FROM breach', ARRAY['tmi_app may call user_list'], 'a service that lists users is found');
ROLLBACK TO sound;
GRANT EXECUTE ON FUNCTION threat_get TO test_app;
SELECT results_eq('SELECT * FROM breach', ARRAY['test_app may call threat_get'], 'a right of one login is found');
ROLLBACK TO sound;
GRANT EXECUTE ON FUNCTION _enter TO tmi_app;
SELECT results_eq('SELECT * FROM breach', ARRAY['tmi_app may call _enter'], 'a helper in a service''s hands is found');
ROLLBACK TO sound;
CREATE FUNCTION more() RETURNS integer LANGUAGE sql RETURN 1;
SELECT results_eq('SELECT * FROM breach', ARRAY['PUBLIC may call more'], 'a new function that was never closed is found');
ROLLBACK TO sound;
GRANT EXECUTE ON FUNCTION threat_get TO tmi_app WITH GRANT OPTION;
SELECT results_eq('SELECT * FROM grantable', ARRAY['tmi_app hands on threat_get'], 'a right to hand on is found');
ROLLBACK TO sound;
GRANT EXECUTE ON FUNCTION _threats_count_insert TO tmi_api;
SELECT results_eq('SELECT * FROM callable_trigger', ARRAY['_threats_count_insert'], 'a trigger function that somebody may use is found');
ROLLBACK TO sound;
ALTER DEFAULT PRIVILEGES FOR ROLE tmi_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
SELECT results_eq('SELECT * FROM unborn', ARRAY['tmi_owner'], 'open functions to come are found');

SELECT * FROM finish();
