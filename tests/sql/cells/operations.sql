-- What editors send is applied all or none, in order, and every refusal says which operation and why.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_id => '10000000-0000-4000-8000-000000000001',
  p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}]');
SELECT count(*) FROM threat_model_create('Other', p_id => '10000000-0000-4000-8000-000000000002', p_access => '[{"email": "carol@example.com", "role": "writer"}]');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000002', 'Elsewhere', p_id => '40000000-0000-4000-8000-000000000009');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_id => '40000000-0000-4000-8000-000000000001', p_cells => '[
  {"id": "a", "shape": "actor", "x": 0, "y": 0, "width": 40, "height": 30, "label": "A"},
  {"id": "b", "shape": "strange", "own": {"kept": true}},
  {"id": "e", "shape": "edge", "source": {"cell": "a"}, "target": {"cell": "b"}},
  {"id": "c", "shape": "x"}
]');

SELECT tap.reset();
CREATE FUNCTION tap.ops(p_ops text) RETURNS text
LANGUAGE sql
AS $$ SELECT format('SELECT * FROM cell_apply_ops(%L, %L, %L)', '10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', p_ops) $$;
CREATE FUNCTION tap.apply(p_ops text) RETURNS text
LANGUAGE sql
AS $$ SELECT (o.cell_count, o.added, o.updated, o.removed)::text FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', p_ops::jsonb) o $$;
CREATE FUNCTION tap.order() RETURNS text
LANGUAGE sql
AS $$ SELECT string_agg(c.cell_id, ',') FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') c $$;
CREATE FUNCTION tap.cell(p_id text) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT c.cell FROM cell_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', p_id) c $$;
-- Checks code and DETAIL of a refusal.
CREATE FUNCTION tap.refused(p_ops text, p_state text, p_detail text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_detail text;
BEGIN
  BEGIN
    EXECUTE tap.ops(p_ops);
  EXCEPTION
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL;
  END;
  RETURN is((v_state, v_detail)::text, (p_state, p_detail)::text, p_description);
END
$$;

SELECT tap.nobody();
SELECT throws_ok(tap.ops('[{"id": "n", "operation": "add", "data": {"shape": "x"}}]'), 'TM401', NULL, 'nobody cannot draw');
SELECT tap.act('dave@example.com');
SELECT throws_ok(tap.ops('[{"id": "n", "operation": "add", "data": {"shape": "x"}}]'), 'TM404', 'threat model not found', 'a stranger cannot draw');
SELECT tap.act('bob@example.com');
SELECT throws_ok(tap.ops('[{"id": "n", "operation": "add", "data": {"shape": "x"}}]'), 'TM403', NULL, 'a reader cannot draw');
SELECT throws_ok(tap.ops('[]'), 'TM403', NULL, 'and is not even told that there is nothing to do');
SELECT tap.act('carol@example.com');
SELECT throws_ok(
  $$SELECT * FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000009', '[{"id": "n", "operation": "remove"}]')$$, 'TM404', 'diagram not found',
  'a writer of both models cannot reach the drawing of one through the other'
);
SELECT throws_ok(
  $$SELECT * FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '[{"id": "n", "operation": "remove"}]', '2001-01-01')$$, 'TM412', NULL, 'a stale writer is refused'
);

-- Every reason
SELECT tap.refused('[]', 'TM422', 'empty_cell_operations', 'no operations are refused');
SELECT tap.refused(NULL, 'TM422', 'empty_cell_operations', 'as are none at all');
SELECT tap.refused('{}', 'TM422', 'empty_cell_operations', 'and what is no list of them');
SELECT tap.refused((SELECT jsonb_agg('{"id": "n", "operation": "remove"}'::jsonb) FROM generate_series(1, 1001))::text, 'TM413', 'field: ops', '1,001 are too many');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": {"shape": "x", "d": ' || repeat('[', 200) || repeat(']', 200) || '}}]', 'TM413', 'field: ops', 'cells have an end in depth');
SELECT tap.refused(o, 'TM422', 'item 0: invalid_cell_operation', o || ' is no operation')
FROM unnest(ARRAY['[7]', '[null]', '["x"]', '[[]]', '[{}]', '[{"operation": "remove"}]', '[{"id": 7, "operation": "remove"}]', '[{"id": null, "operation": "remove"}]']) AS o;
SELECT tap.refused(format('[{"id": "n", "operation": %s, "data": {"shape": "x"}}]', o), 'TM422', 'item 0: invalid_operation_type', o || ' is no type of operation')
FROM unnest(ARRAY['"move"', '"ADD"', '""', 'null', '7']) AS o;
SELECT tap.refused('[{"id": "n"}]', 'TM422', 'item 0: invalid_operation_type', 'nor is none');
SELECT tap.refused('[{"id": "n", "operation": "add"}]', 'TM422', 'item 0: add_requires_cell_data', 'adding needs a cell');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": null}]', 'TM422', 'item 0: add_requires_cell_data', 'and null is none');
SELECT tap.refused('[{"id": "a", "operation": "add", "data": {"shape": "x"}}]', 'TM409', 'item 0: cell_already_exists', 'a cell is added once');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": {"shape": "x"}}, {"id": "n", "operation": "add", "data": {"shape": "x"}}]', 'TM409', 'item 1: cell_already_exists', 'in one call too');
SELECT tap.refused('[{"id": "n", "operation": "update", "data": {"shape": "x"}}]', 'TM404', 'item 0: update_nonexistent_cell', 'what is not there is not updated');
SELECT tap.refused('[{"id": "c", "operation": "remove"}, {"id": "c", "operation": "update", "data": {"z": 1}}]', 'TM404', 'item 1: update_nonexistent_cell', 'nor what was just removed');
SELECT tap.refused(format('[{"id": "a", "operation": "update", "data": %s}]', d), 'TM422', 'item 0: invalid_cell_data', d || ' is no data of an update')
FROM unnest(ARRAY['null', '7', '[]', '"x"', '{"id": "b"}', '{"shape": null}', '{"shape": 7}', '{"shape": ""}']) AS d;
SELECT tap.refused('[{"id": "a", "operation": "update"}]', 'TM422', 'item 0: invalid_cell_data', 'nor is none');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": {"label": "x"}}]', 'TM422', 'item 0: invalid_cell_data', 'a cell has a shape');
SELECT tap.refused('[{"id": "", "operation": "add", "data": {"shape": "x"}}]', 'TM422', 'item 0: invalid_cell_data', 'and a name');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": {"shape": "edge", "source": {"cell": "nowhere"}}}]', 'TM422', 'item 0: invalid_cell_data', 'an edge does not begin at a cell that is not there');
SELECT tap.refused('[{"id": "n", "operation": "add", "data": {"shape": "edge", "target": {"cell": "c"}}}, {"id": "c", "operation": "remove"}]', 'TM422', 'item 0: invalid_cell_data', 'nor end at one that is gone in the same call');
SELECT tap.refused('[{"id": "z", "operation": "remove"}, {"id": "e", "operation": "update", "data": {"target": {"cell": "nowhere"}}}]', 'TM422', 'item 1: invalid_cell_data', 'nor is it moved to one');
SELECT tap.refused('[{"id": "c", "operation": "update", "data": {"z": 1}}, {"id": "x", "operation": "wrong"}, {"id": "b", "operation": "wrong"}]', 'TM422', 'item 1: invalid_operation_type', 'of several that are wrong the first is named, whatever their cells are called');
SELECT tap.refused('[{"id": "c", "operation": "update", "data": {"z": 1}}, {"id": "b", "operation": "wrong"}, {"id": "x", "operation": "wrong"}]', 'TM422', 'item 1: invalid_operation_type', 'of several that are wrong the first is named, and in any order');
SELECT is(tap.order(), 'a,b,e,c', 'nothing of what was refused has been applied');
SELECT is(tap.cell('c'), '{"id": "c", "shape": "x"}'::jsonb, 'not even what stood before it');

-- Adding, updating, removing
SELECT set_config('test.before', d.modified_at::text, true) FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') d;
SELECT is(tap.apply('[{"id": "a", "operation": "update", "data": {"label": "A"}}, {"id": "nowhere", "operation": "remove"}, {"id": "b", "operation": "update", "data": {}}]'), '(4,0,0,0)', 'operations may change nothing');
SELECT is(tap.apply('[{"id": "n", "operation": "add", "data": {"shape": "x"}}, {"id": "n", "operation": "remove"}]'), '(4,1,0,1)', 'or come to nothing');
SELECT is(
  (SELECT d.modified_at FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') d), current_setting('test.before')::timestamptz,
  'then the drawing has not changed'
);
SELECT is(
  (SELECT o.modified_at FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '[{"id": "a", "operation": "update", "data": {"label": "A"}}]', current_setting('test.before')::timestamptz) o),
  current_setting('test.before')::timestamptz, 'and the answer says so'
);
SELECT is(tap.apply('[{"id": "b", "operation": "update", "data": {"label": "B", "own": {"new": [1, 2]}}}, {"id": "n", "operation": "add", "data": {"id": "n", "shape": "x", "extra": {"n": 1.50}}}]'), '(5,1,1,0)', 'a writer adds and updates');
SELECT cmp_ok((SELECT d.modified_at FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') d), '>', current_setting('test.before')::timestamptz, 'the drawing has changed');
SELECT is(tap.cell('b'), '{"id": "b", "shape": "strange", "own": {"new": [1, 2]}, "label": "B"}'::jsonb, 'what an update names is set, what it does not name is kept');
SELECT is(tap.cell('n')::text, '{"id": "n", "extra": {"n": 1.50}, "shape": "x"}', 'a new cell is kept as it came, to the digit');
SELECT is(tap.order(), 'a,b,e,c,n', 'updated cells keep their place, new ones stand at the end');
SELECT is(tap.apply('[{"id": "z2", "operation": "add", "data": {"shape": "x"}}, {"id": "b", "operation": "remove"}, {"id": "y1", "operation": "add", "data": {"shape": "x"}}, {"id": "z2", "operation": "update", "data": {"label": "Z"}}]'), '(6,2,1,1)', 'many at once');
SELECT is(tap.order(), 'a,e,c,n,z2,y1', 'new cells stand in the order of the operations, not of their names');
SELECT is(tap.cell('z2') ->> 'label', 'Z', 'later operations meet what earlier ones made');
SELECT is(tap.apply('[{"id": "a", "operation": "remove"}, {"id": "a", "operation": "add", "data": {"shape": "x"}}]'), '(6,1,0,1)', 'a cell is removed and added again');
SELECT is(tap.order(), 'e,c,n,z2,y1,a', 'and then stands at the end');
SELECT is(tap.cell('a'), '{"id": "a", "shape": "x"}'::jsonb, 'with nothing of what it was');
SELECT is(tap.apply('[{"id": "n", "operation": "remove"}, {"id": "n", "operation": "remove"}]'), '(5,0,0,1)', 'removing twice is no error');
SELECT is(tap.apply('[{"id": "n", "operation": "remove"}]'), '(5,0,0,0)', 'in another call either');

-- Edges
SELECT is(tap.apply('[{"id": "e", "operation": "update", "data": {"label": "L"}}]'), '(5,0,1,0)', 'an edge whose end is gone can be changed');
SELECT tap.refused('[{"id": "e", "operation": "update", "data": {"source": {"cell": "b"}}}]', 'TM422', 'item 0: invalid_cell_data', 'but not be moved there');
SELECT is(tap.apply('[{"id": "e", "operation": "update", "data": {"target": {"cell": "later"}}}, {"id": "later", "operation": "add", "data": {"shape": "x"}}]'), '(6,1,1,0)', 'an edge may come before the cell that it leads to, in one call');
SELECT is(
  tap.apply('[{"id": "f", "operation": "add", "data": {"shape": "edge", "source": {"x": 1, "y": 2}, "target": {"cell": "a", "port": "p"}}}, {"id": "g", "operation": "add", "data": {"shape": "edge"}}, {"id": "h", "operation": "add", "data": {"shape": "edge", "source": "a", "target": null}}]'),
  '(9,3,0,0)', 'edges may hang in the air'
);
SELECT is(tap.apply('[{"id": "i", "operation": "add", "data": {"shape": "flow", "source": {"cell": "nowhere"}}}]'), '(10,1,0,0)', 'what is no edge leads where it likes');

-- What pointed at a cell
SELECT count(*) FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000001', p_cell_id => 'a', p_id => '50000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000001', p_cell_id => 'c', p_id => '50000000-0000-4000-8000-000000000002');
SELECT lives_ok(format($$SELECT * FROM metadata_set('10000000-0000-4000-8000-000000000001', 'cell', cell_entity_id('40000000-0000-4000-8000-000000000001', %L), 'k', 'v')$$, c), c || ' is described') FROM unnest(ARRAY['a', 'c']) AS c;
SELECT is(tap.apply('[{"id": "a", "operation": "remove"}, {"id": "c", "operation": "update", "data": {"label": "C"}}]'), '(9,0,1,1)', 'a cell goes that a threat and metadata name');
SELECT is(
  (SELECT (t.diagram_id, t.cell_id)::text FROM threat_get('10000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000001') t),
  '(40000000-0000-4000-8000-000000000001,)', 'the threat stays in the drawing and lets go of the cell'
);
SELECT is((SELECT t.cell_id FROM threat_get('10000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000002') t), 'c', 'the other keeps its own');
SELECT tap.reset();
SELECT results_eq($$SELECT d.cell_id FROM metadata d WHERE d.diagram_id = '40000000-0000-4000-8000-000000000001'$$, ARRAY['c'], 'the metadata of the cell that went is gone, and no other');

-- Cells that an import brought
UPDATE diagrams SET cells = '[{"id": "d", "shape": "x", "n": 1}, 7, {"id": "d", "shape": "x", "n": 2}, {"shape": "none"}, {"id": "k", "shape": "x"}]' WHERE id = '40000000-0000-4000-8000-000000000001';
SELECT tap.act('carol@example.com');
SELECT is(tap.apply('[{"id": "d", "operation": "update", "data": {"label": "D"}}]'), '(5,0,1,0)', 'of two cells with one name the first is updated');
SELECT is(
  (SELECT d.cells FROM diagram_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') d),
  '[{"id": "d", "shape": "x", "n": 1, "label": "D"}, 7, {"id": "d", "shape": "x", "n": 2}, {"shape": "none"}, {"id": "k", "shape": "x"}]'::jsonb, 'everything else is kept, odd as it is'
);
SELECT is(tap.apply('[{"id": "d", "operation": "remove"}]'), '(3,0,0,1)', 'both are removed');
SELECT tap.reset();
UPDATE diagrams SET cells = NULL WHERE id = '40000000-0000-4000-8000-000000000001';
SELECT tap.act('carol@example.com');
SELECT is(tap.apply('[{"id": "first", "operation": "add", "data": {"shape": "x"}}]'), '(1,1,0,0)', 'a drawing without cells gets its first');

-- Large drawings
SELECT is((SELECT o.cell_count FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', (SELECT jsonb_agg(jsonb_build_object('id', 'n' || i, 'operation', 'add', 'data', '{"shape": "x"}'::jsonb)) FROM generate_series(1, 750) i)) o), 751, 'a drawing grows');
SELECT is((SELECT o.cell_count FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', (SELECT jsonb_agg(jsonb_build_object('id', 'm' || i, 'operation', 'add', 'data', jsonb_build_object('shape', 'edge', 'source', jsonb_build_object('cell', 'n' || i)))) FROM generate_series(1, 750) i)) o), 1501, 'to 1,500 cells and their edges');
SELECT is((SELECT (o.cell_count, o.updated)::text FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', (SELECT jsonb_agg(jsonb_build_object('id', 'n' || i, 'operation', 'update', 'data', jsonb_build_object('x', i))) FROM generate_series(1, 750) i)) o), '(1501,750)', 'all of which move at once');
SELECT is(
  (SELECT string_agg(c.cell_id, ',') FROM (SELECT * FROM cell_list('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') LIMIT 12) c), 'first,n1,n2,n3,n4,n5,n6,n7,n8,n9,n10,n11', 'and keep their order'
);
SELECT is((SELECT o.removed FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', (SELECT jsonb_agg(jsonb_build_object('id', 'm' || i, 'operation', 'remove')) FROM generate_series(1, 750) i)) o), 750, 'or go at once');
SELECT count(*) FROM diagram_update('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', jsonb_build_object('cells', (SELECT jsonb_agg(jsonb_build_object('id', i::text, 'shape', 'x')) FROM generate_series(1, 9999) i)));
SELECT is(tap.apply('[{"id": "last", "operation": "add", "data": {"shape": "x"}}]'), '(10000,1,0,0)', '10,000 cells are not too many');
SELECT tap.refused('[{"id": "more", "operation": "add", "data": {"shape": "x"}}]', 'TM413', 'field: cells', '10,001 are');
SELECT tap.refused('[{"id": "last", "operation": "update", "data": {"label": "' || repeat('y', 8400000) || '"}}]', 'TM413', 'field: cells', 'as are more than 8 MB');
SELECT * FROM finish();
