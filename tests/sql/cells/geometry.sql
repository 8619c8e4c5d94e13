-- The shapes of a data flow diagram have a place and a size, given flat or in parts; other shapes are nobody's business.
SELECT no_plan();
SELECT tap.add_user('alice');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_id => '40000000-0000-4000-8000-000000000001');

SELECT tap.reset();
CREATE TEMP TABLE faults (fault text, place text, data jsonb);
INSERT INTO faults VALUES
  ('x is missing', '.x', '{"y": 0, "width": 40, "height": 30}'),
  ('y is missing', '.y', '{"x": 0, "width": 40, "height": 30}'),
  ('width is missing', '.width', '{"x": 0, "y": 0, "height": 30}'),
  ('height is missing', '.height', '{"x": 0, "y": 0, "width": 40}'),
  ('x is a text', '.x', '{"x": "0", "y": 0, "width": 40, "height": 30}'),
  ('y is null', '.y', '{"x": 0, "y": null, "width": 40, "height": 30}'),
  ('it is too narrow', '.width', '{"x": 0, "y": 0, "width": 39.999, "height": 30}'),
  ('it is too low', '.height', '{"x": 0, "y": 0, "width": 40, "height": 29}'),
  ('it is turned inside out', '.width', '{"x": 0, "y": 0, "width": -40, "height": 30}'),
  ('position has no x', '.position.x', '{"position": {"y": 0}, "size": {"width": 40, "height": 30}}'),
  ('position is a number', '.position.x', '{"position": 7, "size": {"width": 40, "height": 30}}'),
  ('size is too narrow', '.size.width', '{"position": {"x": 0, "y": 0}, "size": {"width": 39, "height": 30}}'),
  ('size has no height', '.size.height', '{"position": {"x": 0, "y": 0}, "size": {"width": 40}}'),
  ('there is none', '.x', '{}');
CREATE TEMP TABLE shapes AS SELECT unnest(ARRAY['actor', 'process', 'store', 'security-boundary', 'text-box']) AS shape;
GRANT SELECT ON faults, shapes TO PUBLIC;
CREATE FUNCTION tap.refused(p_sql text, p_detail text, p_hint text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_detail text;
  v_hint text;
BEGIN
  BEGIN
    EXECUTE p_sql;
  EXCEPTION
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
  END;
  RETURN is((v_state, v_detail, v_hint)::text, ('TM422', p_detail, p_hint)::text, p_description);
END
$$;

SELECT tap.act('alice@example.com');
SELECT tap.refused(
  format(
    $$SELECT * FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', %L)$$,
    jsonb_build_array('{"id": "ok", "operation": "remove"}'::jsonb, jsonb_build_object('id', 'n', 'operation', 'add', 'data', data || jsonb_build_object('shape', shape)))
  ),
  'item 1: invalid_cell_data', format('data%s is missing or wrong', place), format('%s of which %s is refused as an operation', shape, fault)
)
FROM shapes CROSS JOIN faults;
SELECT tap.refused(
  format(
    $$SELECT * FROM diagram_update('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', %L)$$,
    jsonb_build_object('cells', jsonb_build_array('{"id": "ok", "shape": "x"}'::jsonb, data || jsonb_build_object('id', 'n', 'shape', shape)))
  ),
  format('field: cells[1]%s', place), '', format('and in a whole drawing: %s of which %s', shape, fault)
)
FROM shapes CROSS JOIN faults;
SELECT is(
  (SELECT o.added FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', jsonb_build_array(
    jsonb_build_object('id', shape || '1', 'operation', 'add', 'data', jsonb_build_object('shape', shape, 'x', -7.5, 'y', 0, 'width', 40, 'height', 30)),
    jsonb_build_object('id', shape || '2', 'operation', 'add', 'data', jsonb_build_object('shape', shape, 'position', '{"x": 1, "y": 2}'::jsonb, 'size', '{"width": 400, "height": 300}'::jsonb)),
    jsonb_build_object('id', shape || '3', 'operation', 'add', 'data', jsonb_build_object('shape', shape, 'position', '{"x": 1, "y": 2}'::jsonb, 'width', 40, 'height', 30))
  )) o),
  3, shape || ' is drawn with its place and size flat, in parts, or mixed'
)
FROM shapes;
SELECT is(
  (SELECT o.updated FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '[{"id": "store1", "operation": "update", "data": {"x": 100}}]') o), 1, 'it moves by one number alone'
);
SELECT throws_ok(
  $$SELECT * FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '[{"id": "store1", "operation": "update", "data": {"width": 10}}]')$$, 'TM422', NULL, 'and does not shrink below what can be seen'
);
SELECT is(
  (SELECT o.added FROM cell_apply_ops('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '[
    {"id": "o1", "operation": "add", "data": {"shape": "Store"}}, {"id": "o2", "operation": "add", "data": {"shape": "td-text-block", "width": 1}},
    {"id": "o3", "operation": "add", "data": {"shape": "edge", "vertices": [{"x": 1, "y": 2}], "labels": []}}
  ]') o), 3, 'other shapes are drawn as they come'
);
SELECT * FROM finish();
