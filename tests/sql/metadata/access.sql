-- Metadata of anything is read by readers and written by writers of its model, and reached through nothing else.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave'), tap.add_user('erin');
SELECT tap.act('alice@example.com');
-- Two models with one of everything; their ids end in 1 and 2.
SELECT count(*)
FROM unnest(ARRAY['1', '2']) AS n
CROSS JOIN LATERAL threat_model_create('Model ' || n, p_id => ('10000000-0000-4000-8000-00000000000' || n)::uuid,
  p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}]');
SELECT tap.reset();
INSERT INTO diagrams (id, threat_model_id, name, type, cells)
SELECT ('40000000-0000-4000-8000-00000000000' || n)::uuid, ('10000000-0000-4000-8000-00000000000' || n)::uuid, 'D', 'DFD-1.0.0', '[{"id": "c", "shape": "x"}]' FROM unnest(ARRAY['1', '2']) AS n;
INSERT INTO threats (id, threat_model_id, name) SELECT ('50000000-0000-4000-8000-00000000000' || n)::uuid, ('10000000-0000-4000-8000-00000000000' || n)::uuid, 'T' FROM unnest(ARRAY['1', '2']) AS n;
INSERT INTO documents (id, threat_model_id, name, url) SELECT ('60000000-0000-4000-8000-00000000000' || n)::uuid, ('10000000-0000-4000-8000-00000000000' || n)::uuid, 'D', 'https://x' FROM unnest(ARRAY['1', '2']) AS n;
INSERT INTO sources (id, threat_model_id, name, url) SELECT ('70000000-0000-4000-8000-00000000000' || n)::uuid, ('10000000-0000-4000-8000-00000000000' || n)::uuid, 'S', 'https://x' FROM unnest(ARRAY['1', '2']) AS n;
CREATE TEMP TABLE entities AS
SELECT
  ('10000000-0000-4000-8000-00000000000' || n)::uuid AS model,
  t AS type,
  CASE t WHEN 'cell' THEN _named_uuid(('40000000-0000-4000-8000-00000000000' || n)::uuid, 'c') ELSE (p || '0000000-0000-4000-8000-00000000000' || n)::uuid END AS id,
  n
FROM unnest(ARRAY['1', '2']) AS n
CROSS JOIN (VALUES ('threat_model', '1'), ('diagram', '4'), ('threat', '5'), ('document', '6'), ('source', '7'), ('cell', NULL)) AS e (t, p);
-- What can be done with an entity's metadata, and which role it takes.
CREATE TEMP TABLE actions (role text, call text);
INSERT INTO actions VALUES
  ('reader', $$SELECT count(*) FROM metadata_get(%L, %L, %L, 'k')$$),
  ('reader', $$SELECT count(*) FROM metadata_list(%L, %L, %L)$$),
  ('reader', $$SELECT count(*) FROM metadata_keys(%L, %L, %L)$$),
  ('writer', $$SELECT count(*) FROM metadata_set(%L, %L, %L, 'k', 'new')$$),
  ('writer', $$SELECT count(*) FROM metadata_update(%L, %L, %L, 'k', 'newer')$$),
  ('writer', $$SELECT count(*) FROM metadata_bulk_set(%L, %L, %L, '[{"key": "k", "value": "v"}]')$$),
  ('writer', $$SELECT count(*) FROM metadata_replace(%L, %L, %L, '[{"key": "k", "value": "v"}, {"key": "l", "value": "v"}]')$$),
  ('writer', $$SELECT count(*) FROM metadata_bulk_delete(%L, %L, %L, ARRAY['k'])$$),
  ('writer', $$SELECT metadata_delete(%L, %L, %L, 'k')$$);
INSERT INTO metadata (entity_type, entity_id, key, value, diagram_id, cell_id)
SELECT type, id, k, 'v', CASE type WHEN 'cell' THEN ('40000000-0000-4000-8000-00000000000' || n)::uuid END, CASE type WHEN 'cell' THEN 'c' END
FROM entities CROSS JOIN unnest(ARRAY['k', 'l']) AS k;
CREATE TEMP VIEW calls AS
SELECT a.role, e.type, format(a.call, e.model, e.type, e.id) AS call FROM actions a CROSS JOIN entities e WHERE e.n = '1';
-- Entities of the second model, named in the first one.
CREATE TEMP VIEW crossed AS
SELECT e.type, format(a.call, '10000000-0000-4000-8000-000000000001', e.type, e.id) AS call FROM actions a CROSS JOIN entities e WHERE e.n = '2';
GRANT SELECT ON entities, actions, calls, crossed TO PUBLIC;

SELECT tap.nobody();
SELECT throws_ok(call, 'TM401', NULL, 'nobody: ' || call) FROM calls;
SELECT tap.act('dave@example.com');
SELECT throws_ok(call, 'TM404', 'threat model not found', 'a stranger: ' || call) FROM calls;
SELECT tap.act('bob@example.com');
SELECT throws_ok(call, 'TM403', NULL, 'a reader: ' || call) FROM calls WHERE role = 'writer';
SELECT tap.report('alice@example.com');
SELECT throws_ok(call, '42501', NULL, 'a report: ' || call) FROM calls;

-- Another model's, even for its owner: the answer does not depend on whether it has the key.
SELECT tap.act('alice@example.com');
SELECT throws_ok(call, 'TM404', replace(type, '_', ' ') || ' not found', 'crossed: ' || call) FROM crossed;
SELECT throws_ok(replace(call, '''k''', '''other'''), 'TM404', replace(type, '_', ' ') || ' not found', 'crossed: ' || call) FROM crossed;
SELECT throws_ok(format(a.call, '10000000-0000-4000-8000-000000000001', t, gen_random_uuid()), 'TM404', replace(t, '_', ' ') || ' not found', 'nowhere: ' || a.call || ' of a ' || t)
FROM actions a CROSS JOIN unnest(ARRAY['threat_model', 'diagram', 'threat', 'document', 'source', 'cell']) AS t;
SELECT throws_ok(format(a.call, '10000000-0000-4000-8000-000000000001', t, '50000000-0000-4000-8000-000000000001'), 'TM422', NULL, format('%s of a %s', a.call, coalesce(t, 'nothing')))
FROM actions a CROSS JOIN unnest(ARRAY['user', 'Threat', '', NULL]) AS t;
SELECT throws_ok(format(a.call, '10000000-0000-4000-8000-000000000001', 'diagram', '50000000-0000-4000-8000-000000000001'), 'TM404', 'diagram not found', 'one kind is not taken for another: ' || a.call) FROM actions a;
SELECT tap.reset();
SELECT is((SELECT count(*) FROM metadata WHERE value <> 'v' OR key NOT IN ('k', 'l')), 0::bigint, 'nothing of all this has written anything');
SELECT is((SELECT count(*) FROM metadata), 24::bigint, 'or deleted');
-- By plain SQL, and without the functions' checks
SELECT throws_ok(
  format($$INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value) VALUES ('10000000-0000-4000-8000-000000000001', %L, %L, 'x', 'v')$$, type, id), 'TM422', NULL,
  'plain SQL does not put metadata of a ' || type || ' into another model'
)
FROM entities WHERE n = '2' AND type NOT IN ('cell');
SELECT tap.api('carol@example.com');
SELECT is_empty('SELECT FROM metadata', 'what has entered no model sees no metadata');
SELECT throws_ok($$INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value) VALUES ('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'x', 'v')$$, '42501', NULL, 'and writes none');

-- What is allowed
SELECT tap.act('bob@example.com');
SELECT lives_ok(call, 'a reader: ' || call) FROM calls WHERE role = 'reader';
SELECT results_eq(
  format('SELECT m.key, m.value FROM metadata_list(%L, %L, %L) m', model, type, id), $$VALUES ('k', 'v'), ('l', 'v')$$, 'a reader reads the metadata of a ' || type
)
FROM entities;
SELECT tap.act('carol@example.com');
SAVEPOINT start;
SELECT lives_ok(call, 'a writer: ' || call) FROM calls WHERE role = 'writer' AND call NOT LIKE '%metadata_delete%' AND call NOT LIKE '%bulk_delete%';
SELECT lives_ok(call, 'a writer: ' || call) FROM calls WHERE call LIKE '%metadata_delete%';
SELECT throws_ok(call, 'TM404', 'metadata not found', 'once: ' || call) FROM calls WHERE call LIKE '%metadata_delete%';
ROLLBACK TO start;
SELECT results_eq(format($$SELECT * FROM metadata_bulk_delete(%L, %L, %L, ARRAY['l', 'nowhere', 'k', 'k'])$$, model, type, id), ARRAY['k', 'l'], 'a writer deletes those keys of a ' || type || ' that are there') FROM entities WHERE n = '1';
SELECT is_empty(format('SELECT * FROM metadata_keys(%L, %L, %L)', model, type, id), 'and none is left of a ' || type) FROM entities WHERE n = '1';
SELECT is((SELECT count(*) FROM entities e CROSS JOIN LATERAL metadata_list(e.model, e.type, e.id) m WHERE e.n = '2'), 12::bigint, 'the other model''s are as they were');
ROLLBACK TO start;

-- Metadata goes with what it describes.
SELECT threat_delete('10000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000001');
SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001');
SELECT document_delete('10000000-0000-4000-8000-000000000001', '60000000-0000-4000-8000-000000000001');
SELECT source_delete('10000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000001');
SELECT tap.reset();
SELECT results_eq($$SELECT DISTINCT entity_type FROM metadata WHERE threat_model_id = '10000000-0000-4000-8000-000000000001'$$, ARRAY['threat_model'], 'deleting an entity deletes its metadata, and its cells''');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_delete('10000000-0000-4000-8000-000000000001');
SELECT tap.reset();
SELECT is((SELECT array_agg(DISTINCT threat_model_id) FROM metadata), ARRAY['10000000-0000-4000-8000-000000000002'::uuid], 'deleting a model all that is left');
SELECT * FROM finish();
