-- Housekeeping sees every model and changes nothing but what is wrong; nobody else does it.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Right') AS right_one, tap.add_model('alice@example.com', 'Wrong') AS wrong_one, tap.add_model('bob@example.com', 'Worse') AS worse_one;
INSERT INTO threats (threat_model_id, name) SELECT m, 't' FROM ids, unnest(ARRAY[right_one, wrong_one, wrong_one, worse_one]) AS m;
INSERT INTO diagrams (threat_model_id, name, type, cells) SELECT m, 'd', 'DFD-1.0.0', '[{"id": "c", "shape": "actor"}]' FROM ids, unnest(ARRAY[right_one, worse_one]) AS m;
INSERT INTO documents (threat_model_id, name, url) SELECT right_one, 'd', 'https://x' FROM ids;
INSERT INTO sources (threat_model_id, name, url) SELECT right_one, 's', 'https://x' FROM ids;
GRANT SELECT ON ids TO PUBLIC;

CREATE TEMP TABLE calls AS SELECT unnest(ARRAY['counts_verify()', 'counts_repair()', 'counts_repair(right_one)', 'metadata_purge_orphans()', 'session_purge()', 'health()']) AS call;
GRANT SELECT ON calls TO PUBLIC;
CREATE FUNCTION tap.refused(p_who text, p_call text) RETURNS text LANGUAGE sql AS $$
  SELECT throws_ok(format('SELECT %s FROM ids', p_call), '42501', NULL, format('%s: %s is refused', p_who, p_call))
$$;
SELECT tap.act('alice@example.com');
SELECT tap.refused('an owner', call) FROM calls;
SELECT tap.become('auth');
SELECT tap.refused('the login service', call) FROM calls;
SELECT tap.report('alice@example.com');
SELECT tap.refused('a report', call) FROM calls;
SELECT tap.become('maintenance');
SELECT throws_ok('SELECT threat_model_list()', '42501', NULL, 'housekeeping reads no models');
SELECT throws_ok('SELECT 1 FROM threat_models', '42501', NULL, 'by no way');
SELECT throws_ok('SELECT _counts_wrong()', '42501', NULL, 'and calls no helpers');

-- Counts
SELECT is_empty('SELECT 1 FROM counts_verify()', 'counts are right, since triggers keep them');
SELECT is_empty('SELECT 1 FROM counts_repair()', 'and there is nothing to repair');
SELECT throws_ok('SELECT counts_repair(gen_random_uuid())', 'TM404', 'threat model not found', 'nor a model that is not there');
SELECT tap.reset();
-- As a restore does that holds the triggers back.
ALTER TABLE threat_models DISABLE TRIGGER USER;
UPDATE threat_models m SET threat_count = 7 FROM ids WHERE m.id = wrong_one;
UPDATE threat_models m SET threat_count = 0, diagram_count = 9, document_count = 1, source_count = 2 FROM ids WHERE m.id = worse_one;
ALTER TABLE threat_models ENABLE TRIGGER USER;
CREATE TEMP TABLE times AS SELECT id, modified_at FROM threat_models;
SELECT tap.become('maintenance');
SELECT set_eq(
  'SELECT v.* FROM counts_verify() v',
  $$SELECT v.* FROM ids CROSS JOIN LATERAL (VALUES (wrong_one, 0, 0, 0, 7, 0::bigint, 0::bigint, 0::bigint, 2::bigint), (worse_one, 1, 2, 9, 0, 0, 0, 1, 1)) AS v (a, b, c, d, e, f, g, h, i)$$,
  'models with wrong counts are found, with the right ones'
);
SELECT is_empty('SELECT 1 FROM ids, counts_repair(right_one)', 'a right model is not repaired');
SELECT results_eq(
  'SELECT r.threat_model_id, r.cached_threat_count, r.threat_count FROM ids, counts_repair(wrong_one) r',
  $$SELECT v.* FROM ids CROSS JOIN LATERAL (VALUES (wrong_one, 7, 2::bigint)) AS v (a, b, c)$$,
  'one model is repaired'
);
SELECT set_eq('SELECT threat_model_id FROM counts_verify()', 'SELECT worse_one FROM ids', 'and the other is still wrong');
SELECT results_eq('SELECT r.threat_model_id, r.cached_diagram_count, r.diagram_count FROM counts_repair() r', 'SELECT v.* FROM ids CROSS JOIN LATERAL (VALUES (worse_one, 9, 1::bigint)) AS v (a, b, c)', 'until all are repaired');
SELECT is_empty('SELECT 1 FROM counts_verify()', 'then all are right');
SELECT tap.reset();
SELECT results_eq(
  'SELECT document_count, source_count, diagram_count, threat_count FROM threat_models, ids WHERE id = worse_one', $$VALUES (0, 0, 1, 1)$$, 'in the table too'
);
SELECT set_eq('SELECT id, modified_at FROM threat_models', 'SELECT * FROM times', 'and nobody''s editing is disturbed by it');

-- Metadata
INSERT INTO metadata (entity_type, entity_id, key, value)
SELECT 'threat_model', right_one, 'k', 'v' FROM ids UNION ALL SELECT 'threat', id, 'k', 'v' FROM threats UNION ALL SELECT 'diagram', id, 'k', 'v' FROM diagrams
UNION ALL SELECT 'document', id, 'k', 'v' FROM documents UNION ALL SELECT 'source', id, 'k', 'v' FROM sources;
INSERT INTO metadata (entity_type, entity_id, key, value, diagram_id, cell_id) SELECT 'cell', _named_uuid(id, 'c'), 'k', 'v', id, 'c' FROM diagrams;
CREATE TEMP TABLE good AS SELECT id FROM metadata;
SELECT tap.become('maintenance');
SELECT is(metadata_purge_orphans(), 0::bigint, 'metadata that describes something stays');
SELECT tap.reset();
ALTER TABLE metadata DISABLE TRIGGER USER;
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
SELECT right_one, e, gen_random_uuid(), 'k', 'v' FROM ids, unnest(ARRAY['threat', 'diagram', 'document', 'source']) AS e;
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value) SELECT right_one, 'threat', id, 'other', 'v' FROM ids, threats WHERE threat_model_id = worse_one;
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value) SELECT right_one, 'threat_model', wrong_one, 'k', 'v' FROM ids;
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value, diagram_id, cell_id)
SELECT threat_model_id, 'cell', _named_uuid(id, 'gone'), 'k', 'v', id, 'gone' FROM diagrams;
ALTER TABLE metadata ENABLE TRIGGER USER;
SELECT tap.become('maintenance');
SELECT is(metadata_purge_orphans(), 8::bigint, 'metadata of what is not there, or of another model, goes');
SELECT tap.reset();
SELECT set_eq('SELECT id FROM metadata', 'SELECT id FROM good', 'and nothing else');

-- Sessions
INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, created_at, modified_at, expires_at)
SELECT d.threat_model_id, d.id, 'wss://' || m.name, now() - interval '1 day', now() - interval '1 day', CASE m.name WHEN 'Right' THEN now() END
FROM diagrams d JOIN threat_models m ON m.id = d.threat_model_id;
INSERT INTO session_participants (session_id, user_id, last_seen_at)
SELECT s.id, u.id, now() - CASE WHEN u.name = 'Alice' THEN interval '20 minutes' ELSE interval '10 minutes' END
FROM collaboration_sessions s, users u;
CREATE TEMP VIEW open AS SELECT websocket_url, (SELECT count(*)::integer FROM session_participants p WHERE p.session_id = s.id AND p.left_at IS NULL) AS present FROM collaboration_sessions s WHERE ended_at IS NULL;
SELECT tap.become('maintenance');
SELECT throws_ok('SELECT session_purge(''-1 s'')', 'TM422', NULL, 'an idle time is not negative');
SELECT is(session_purge(), 1::bigint, 'a session that has expired is ended');
SELECT tap.reset();
SELECT results_eq('SELECT websocket_url, present FROM open', $$VALUES ('wss://Worse', 2)$$, 'one in which somebody was seen in the last quarter of an hour is not');
SELECT is_empty('SELECT 1 FROM session_participants p JOIN collaboration_sessions s ON s.id = p.session_id WHERE s.ended_at IS NOT NULL AND p.left_at IS NULL', 'nobody is left in the one that ended');
UPDATE session_participants SET left_at = now() WHERE last_seen_at > now() - interval '15 minutes';
SELECT tap.become('maintenance');
SELECT is(session_purge('21 minutes'), 0::bigint, 'how long is too long can be said');
SELECT is(session_purge(NULL), 1::bigint, 'with nobody seen for a quarter of an hour it is ended');
SELECT is(session_purge('0'), 0::bigint, 'once');

-- Health
SELECT set_eq(
  'SELECT name FROM health()',
  ARRAY['schema_version', 'server_version', 'invalid_indexes', 'unused_indexes', 'cache_hit_rate', 'replication_lag'],
  'health has a row for each check'
);
SELECT is_empty('SELECT name FROM health() WHERE status NOT IN (''ok'', ''warning'', ''error'') OR detail IS NULL', 'each with a status and what was found');
SELECT results_eq('SELECT status, detail FROM health() WHERE name = ''invalid_indexes''', $$VALUES ('ok', 'none')$$, 'no index is invalid');
SELECT is((SELECT detail LIKE split_part(current_setting('server_version'), ' ', 1) || '%' FROM health() WHERE name = 'server_version'), true, 'the server''s version is told');
SELECT tap.reset();
DELETE FROM schema_migrations;
SELECT tap.become('maintenance');
SELECT results_eq('SELECT status, detail FROM health() WHERE name = ''schema_version''', $$VALUES ('warning', 'no migration was applied')$$, 'a schema without a version is noticed');
SELECT tap.reset();
INSERT INTO schema_migrations (version, dirty) VALUES (17, true);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_last_login_idx'::regclass;
SELECT tap.become('maintenance');
SELECT results_eq('SELECT status, detail FROM health() WHERE name = ''schema_version''', $$VALUES ('error', '17, where a migration stopped in the middle')$$, 'as is one in which a migration stopped');
SELECT results_eq('SELECT status, detail FROM health() WHERE name = ''invalid_indexes''', $$VALUES ('error', 'users_last_login_idx')$$, 'and an invalid index');
SELECT is((SELECT status FROM health() WHERE name = 'unused_indexes'), 'ok', 'a small index that nobody uses costs nothing');
SELECT tap.reset();
INSERT INTO users (email, name) SELECT n || '@example.com', 'x' FROM generate_series(1, 4000) AS n;
CREATE INDEX large ON users (sha512(email::bytea)) WITH (fillfactor = 10);
SELECT tap.become('maintenance');
SELECT results_eq(
  'SELECT status, regexp_replace(detail, '' .*'', '''') FROM health() WHERE name = ''unused_indexes''', $$VALUES ('warning', 'large')$$, 'a large one is named'
);
SELECT finish();
