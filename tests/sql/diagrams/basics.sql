-- Drawings are made by writers, seen by readers, and take their references with them.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_access => '[{"email": "bob@example.com", "role": "reader"}]', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_model_create('Other', p_id => '10000000-0000-4000-8000-000000000002');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000002', 'Elsewhere', p_id => '40000000-0000-4000-8000-000000000009');

SELECT tap.nobody();
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D')$$, 'TM401', NULL, 'nobody cannot draw');
SELECT tap.act('dave@example.com');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D')$$, 'TM404', NULL, 'a stranger cannot draw');
SELECT throws_ok($$SELECT * FROM diagram_list('10000000-0000-4000-8000-000000000001')$$, 'TM404', NULL, 'a stranger cannot list drawings');
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D')$$, 'TM403', NULL, 'a reader cannot draw');
SELECT throws_ok($$SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009')$$, 'TM403', NULL, 'a reader cannot delete a drawing');

SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_type => 'UML')$$, '23514', NULL, 'there is one type of drawing');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => '{}')$$, 'TM422', NULL, 'cells are an array');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => '[{"id": "a", "shape": "actor"}, {"id": 7, "shape": "actor"}]')$$, 'TM422', NULL, 'a cell''s id is a text');
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => '[{"id": "a"}]')$$, 'TM422', NULL, 'a cell has a shape');
SELECT throws_ok(
  $$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => '[{"id": "a", "shape": "x"}, {"id": "a", "shape": "x"}]')$$,
  'TM422', 'two cells have the same id', 'two cells cannot have one id'
);
SELECT throws_ok(
  $$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => (SELECT jsonb_agg(jsonb_build_object('id', i::text, 'shape', 'x')) FROM generate_series(1, 10001) i))$$,
  'TM413', NULL, '10,001 cells are too many'
);
SELECT throws_ok(
  $$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => jsonb_build_array(jsonb_build_object('id', '1', 'shape', 'x', 'label', repeat('y', 8400000))))$$,
  'TM413', NULL, 'more than 8 MB of cells are too much'
);
SELECT lives_ok(
  $$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_cells => '[{"id": "a", "shape": "strange", "x": 1, "own": {"deep": [1, 2]}}, {"id": "b", "shape": "edge"}]',
    p_metadata => '{"k": "v"}', p_id => '40000000-0000-4000-8000-000000000001')$$,
  'a writer draws'
);
SELECT throws_ok($$SELECT * FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_id => '40000000-0000-4000-8000-000000000009')$$, 'TM409', 'the id is in use', 'an id of another model''s drawing is in use, whoever''s it is');
SELECT throws_ok($$SELECT * FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009')$$, 'TM404', 'diagram not found', 'a drawing of another model is not found');
SELECT throws_ok($$SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009')$$, 'TM404', 'diagram not found', 'and not deleted');
SELECT throws_ok(
  $$SELECT * FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000009')$$, '23503', NULL, 'a threat cannot name a drawing of another model'
);
SELECT throws_ok(
  $$SELECT * FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000001', p_cell_id => 'c')$$,
  'TM422', 'the diagram has no such cell', 'nor a cell that is not drawn'
);
SELECT lives_ok(
  $$SELECT * FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000001', p_cell_id => 'a', p_id => '50000000-0000-4000-8000-000000000001')$$,
  'but one that is'
);

SELECT tap.act('bob@example.com');
SELECT is(
  (SELECT d.cells -> 0 FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') d),
  '{"id": "a", "shape": "strange", "x": 1, "own": {"deep": [1, 2]}}'::jsonb,
  'a reader sees cells as they were drawn, strange ones too'
);
SELECT results_eq(
  $$SELECT d.name, d.cell_count FROM diagram_list('10000000-0000-4000-8000-000000000001') d$$, $$VALUES ('Flow', 2)$$, 'a list counts cells and leaves them out'
);
SELECT is((SELECT m.diagram_count FROM threat_model_get('10000000-0000-4000-8000-000000000001') m), 1, 'the model counts its drawings');

SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '2001-01-01')$$, 'TM412', NULL, 'a stale writer cannot delete');
SELECT lives_ok($$SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001')$$, 'a writer deletes a drawing');
SELECT is(
  (SELECT (t.diagram_id IS NULL, t.cell_id IS NULL)::text FROM threat_get('10000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000001') t),
  '(t,t)', 'its threats stay, and point nowhere'
);
SELECT is((SELECT m.diagram_count FROM threat_model_get('10000000-0000-4000-8000-000000000001') m), 0, 'the count goes down');
SELECT tap.reset();
SELECT is_empty($$SELECT FROM metadata d WHERE d.entity_id = '40000000-0000-4000-8000-000000000001'$$, 'and its metadata is gone');
SELECT * FROM finish();
