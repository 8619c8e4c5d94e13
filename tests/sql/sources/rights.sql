-- Who may do what with sources: every function, first denied, then allowed.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other, tap.add_model('dave@example.com', 'Dave''s') AS daves;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(model, 'bob@example.com', 'reader'), tap.share(model, 'carol@example.com', 'writer') FROM ids;
INSERT INTO sources (id, threat_model_id, name, url)
SELECT '50000000-0000-4000-8000-000000000001'::uuid, model, 'Server', 'https://example.com' FROM ids
UNION ALL
SELECT '50000000-0000-4000-8000-000000000002'::uuid, model, 'Client', 'https://example.com' FROM ids
UNION ALL
SELECT '50000000-0000-4000-8000-000000000003'::uuid, other, 'Elsewhere', 'https://example.com' FROM ids
UNION ALL
SELECT '50000000-0000-4000-8000-000000000004'::uuid, daves, 'Dave''s', 'https://example.com' FROM ids;

-- MODEL and ROW stand for the ids that a call is made with.
CREATE TEMP TABLE calls (name text, writes boolean, names_a_row boolean, query text);
INSERT INTO calls VALUES
  ('get', false, true, 'SELECT source_get(MODEL, ROW)'),
  ('list', false, false, 'SELECT count(*) FROM source_list(MODEL)'),
  ('create', true, false, 'SELECT source_create(MODEL, ''Another'', ''https://example.com'')'),
  ('update', true, true, 'SELECT source_update(MODEL, ROW, ''{"name": "Changed"}'')'),
  ('patch', true, true, 'SELECT source_patch(MODEL, ROW, ''[{"op": "replace", "path": "/name", "value": "Patched"}]'')'),
  ('bulk create', true, false, 'SELECT source_bulk_create(MODEL, ''[{"name": "One", "url": "https://example.com"}, {"name": "Two", "url": "ssh://example.com"}]'')'),
  ('bulk update', true, true, 'SELECT source_bulk_update(MODEL, jsonb_build_array(jsonb_build_object(''id'', ROW, ''name'', ''Changed'')))'),
  ('bulk delete', true, true, 'SELECT source_bulk_delete(MODEL, jsonb_build_array(ROW))'),
  ('delete', true, true, 'SELECT source_delete(MODEL, ROW)');
GRANT SELECT ON calls TO PUBLIC;
CREATE FUNCTION pg_temp.call(p_name text, p_model uuid, p_row uuid) RETURNS text
LANGUAGE sql
AS $$
  SELECT replace(replace(c.query, 'MODEL', quote_literal(p_model) || '::uuid'), 'ROW', quote_literal(p_row) || '::uuid')
  FROM calls c
  WHERE c.name = p_name
$$;

SELECT tap.nobody();
SELECT throws_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000001'), 'TM401', 'no valid identity', 'nobody: ' || c.name)
FROM calls c, ids i;
SELECT tap.act('dave@example.com');
SELECT throws_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000001'), 'TM404', 'threat model not found', 'a stranger: ' || c.name)
FROM calls c, ids i;
SELECT throws_ok(pg_temp.call(c.name, gen_random_uuid(), '50000000-0000-4000-8000-000000000001'), 'TM404', 'threat model not found', 'as in a model that does not exist: ' || c.name)
FROM calls c;
SELECT throws_ok(pg_temp.call(c.name, i.daves, '50000000-0000-4000-8000-000000000001'), 'TM404', 'source not found', 'a stranger, by way of a model of his own: ' || c.name)
FROM calls c, ids i
WHERE c.names_a_row;
SELECT tap.act('bob@example.com');
SELECT throws_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000001'), 'TM403', NULL, 'a reader: ' || c.name)
FROM calls c, ids i
WHERE c.writes;
SELECT tap.act('alice@example.com');
SELECT throws_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000003'), 'TM404', 'source not found', 'an owner, a row of another model of hers: ' || c.name)
FROM calls c, ids i
WHERE c.names_a_row;
SELECT throws_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000004'), 'TM404', 'source not found', 'or of somebody else''s model: ' || c.name)
FROM calls c, ids i
WHERE c.names_a_row;
SELECT throws_ok(pg_temp.call(c.name, i.model, gen_random_uuid()), 'TM404', 'source not found', 'or one that does not exist: ' || c.name)
FROM calls c, ids i
WHERE c.names_a_row;
SELECT tap.reset();
SELECT results_eq(
  'SELECT name FROM sources ORDER BY id', ARRAY['Server', 'Client', 'Elsewhere', 'Dave''s'], 'after all that nothing has changed'
);
SELECT results_eq('SELECT source_count FROM threat_models m, ids i WHERE m.id IN (i.model, i.other, i.daves) ORDER BY m.name', ARRAY[1, 1, 2], 'nor has a count');

SELECT tap.act('bob@example.com');
SELECT is((SELECT t.name FROM ids i, source_get(i.model, '50000000-0000-4000-8000-000000000001') t), 'Server', 'a reader reads one');
SELECT set_eq('SELECT t.name FROM ids i, source_list(i.model) t', ARRAY['Server', 'Client'], 'and the list');
SELECT tap.act('carol@example.com');
SELECT lives_ok(pg_temp.call(c.name, i.model, '50000000-0000-4000-8000-000000000001'), 'a writer: ' || c.name)
FROM calls c, ids i
WHERE c.name NOT LIKE '%delete';
SELECT lives_ok(pg_temp.call('bulk delete', i.model, '50000000-0000-4000-8000-000000000002'), 'a writer: bulk delete') FROM ids i;
SELECT lives_ok(pg_temp.call('delete', i.model, '50000000-0000-4000-8000-000000000001'), 'a writer: delete') FROM ids i;
SELECT set_eq('SELECT t.name FROM ids i, source_list(i.model) t', ARRAY['Another', 'One', 'Two'], 'what a writer left');
SELECT is((SELECT m.source_count FROM ids i, threat_model_get(i.model) m), 3, 'is counted');
SELECT * FROM finish();
