-- Readers see cells as they were drawn, of their own models' drawings only.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_access => '[{"email": "bob@example.com", "role": "reader"}]', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_model_create('Other', p_id => '10000000-0000-4000-8000-000000000002');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000002', 'Elsewhere', p_cells => '[{"id": "secret", "shape": "x"}]', p_id => '40000000-0000-4000-8000-000000000009');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_id => '40000000-0000-4000-8000-000000000001', p_cells => '[
  {"id": "z", "shape": "store", "x": 1, "y": 2, "width": 40, "height": 30, "data": {"isEncrypted": false, "tags": ["a", "b"]}},
  {"id": "a", "shape": "strange", "own": {"deep": [1, {"n": null}]}},
  {"id": "m", "shape": "store", "x": 1, "y": 2, "width": 40, "height": 30, "data": {"isEncrypted": true, "_metadata": [{"key": "k", "value": "v"}]}}
]');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Second', p_id => '40000000-0000-4000-8000-000000000002', p_cells => '[{"id": "z", "shape": "strange"}]');

SELECT tap.reset();
CREATE TEMP TABLE calls AS
SELECT unnest(ARRAY[
  $$SELECT * FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001')$$,
  $$SELECT * FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'a')$$,
  $$SELECT * FROM cell_find('10000000-0000-4000-8000-000000000001', '{}')$$
]) AS call;
GRANT SELECT ON calls TO PUBLIC;
SELECT tap.nobody();
SELECT throws_ok(call, 'TM401', NULL, 'nobody: ' || call) FROM calls;
SELECT tap.act('dave@example.com');
SELECT throws_ok(call, 'TM404', 'threat model not found', 'a stranger: ' || call) FROM calls;
SELECT tap.report('alice@example.com');
SELECT throws_ok(call, '42501', NULL, 'a report: ' || call) FROM calls;
SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009')$$, 'TM404', 'diagram not found', 'a drawing of another model is not found');
SELECT throws_ok($$SELECT * FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009', 'secret')$$, 'TM404', 'cell not found', 'nor a cell of it');
SELECT is_empty($$SELECT * FROM cell_find('10000000-0000-4000-8000-000000000001', '{"id": "secret"}')$$, 'nor found by what it contains');

SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'nowhere')$$, 'TM404', 'cell not found', 'a cell that is not drawn is not found');
SELECT throws_ok($$SELECT * FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', NULL)$$, 'TM404', 'cell not found', 'nor one without a name');
SELECT throws_ok(format($$SELECT * FROM cell_find('10000000-0000-4000-8000-000000000001', %L)$$, q), 'TM422', NULL, format('cells are not found by %s', coalesce(q, 'nothing')))
FROM unnest(ARRAY['[]', '"store"', 'null', NULL]) AS q;
SELECT results_eq(
  $$SELECT c.cell_id FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') c$$, ARRAY['z', 'a', 'm'], 'cells are listed in the order of the drawing'
);
SELECT results_eq(
  $$SELECT c.cell_id FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'store') c$$, ARRAY['z', 'm'], 'those of one shape alone, if asked for'
);
SELECT is_empty($$SELECT * FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'Store')$$, 'by its exact name');
SELECT is(
  (SELECT (c.diagram_id, c.cell_id, c.shape, c.cell)::text FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'a') c),
  $$(40000000-0000-4000-8000-000000000001,a,strange,"{""id"": ""a"", ""own"": {""deep"": [1, {""n"": null}]}, ""shape"": ""strange""}")$$,
  'a cell is what was drawn'
);
SELECT is((SELECT c.cell #> '{data,_metadata}' FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'm') c), '[{"key": "k", "value": "v"}]'::jsonb, 'what editors keep in it stays there');
SELECT results_eq(
  $$SELECT c.diagram_id, c.cell_id FROM cell_find('10000000-0000-4000-8000-000000000001', '{"shape": "strange"}') c$$,
  $$VALUES ('40000000-0000-4000-8000-000000000001'::uuid, 'a'), ('40000000-0000-4000-8000-000000000002', 'z')$$, 'cells are found in all drawings of a model'
);
SELECT results_eq($$SELECT c.cell_id FROM cell_find('10000000-0000-4000-8000-000000000001', '{"data": {"isEncrypted": false}}') c$$, ARRAY['z'], 'by what they contain at any depth');
SELECT results_eq($$SELECT c.cell_id FROM cell_find('10000000-0000-4000-8000-000000000001', '{"data": {"tags": ["b"]}}') c$$, ARRAY['z'], 'in lists too');
SELECT is_empty($$SELECT * FROM cell_find('10000000-0000-4000-8000-000000000001', '{"shape": "strange", "data": {"isEncrypted": true}}')$$, 'all of it in one cell, not here and there');
SELECT is((SELECT count(*) FROM cell_find('10000000-0000-4000-8000-000000000001', '{}')), 4::bigint, 'an empty pattern finds all');

-- Drawings from before there were rules
SELECT tap.reset();
UPDATE diagrams SET cells = NULL WHERE id = '40000000-0000-4000-8000-000000000002';
SELECT tap.act('bob@example.com');
SELECT is_empty($$SELECT * FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000002')$$, 'a drawing without cells has none');
SELECT * FROM finish();
