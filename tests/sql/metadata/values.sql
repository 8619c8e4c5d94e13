-- Keys are plain words, values have an end, many are set at once, and what does not change is not touched.
SELECT no_plan();
SELECT tap.add_user('alice');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_id => '50000000-0000-4000-8000-000000000001');
SELECT tap.reset();
CREATE FUNCTION tap.set(p_key text, p_value text) RETURNS text
LANGUAGE sql
AS $$ SELECT format($q$SELECT * FROM metadata_set('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', %L, %L)$q$, p_key, p_value) $$;
CREATE FUNCTION tap.many(p_function text, p_items text) RETURNS text
LANGUAGE sql
AS $$ SELECT format($q$SELECT m.key, m.value FROM metadata_%s('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', %L) m$q$, p_function, p_items) $$;
CREATE FUNCTION tap.list() RETURNS text
LANGUAGE sql
AS $$ SELECT string_agg(m.key || '=' || m.value, ',') FROM metadata_list('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001') m $$;
CREATE FUNCTION tap.refused(p_sql text, p_state text, p_detail text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_detail text;
BEGIN
  BEGIN
    EXECUTE p_sql;
  EXCEPTION
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL;
  END;
  RETURN is((v_state, v_detail)::text, (p_state, p_detail)::text, p_description);
END
$$;

-- Keys and values
SELECT tap.act('alice@example.com');
SELECT throws_ok(tap.set(k, 'v'), '23514', NULL, to_json(k) || ' is no key')
FROM unnest(ARRAY['', ' ', 'a b', 'a.b', E'a\n', E'\na', E'a\nb', 'ä', 'a/b', repeat('k', 129)]) AS k;
SELECT throws_ok(tap.set(NULL, 'v'), '23502', NULL, 'a pair has a key');
SELECT throws_ok(tap.set('k', NULL), '23502', NULL, 'and a value');
SELECT throws_ok(tap.set('k', ''), '23514', NULL, 'which is not empty');
SELECT throws_ok(tap.set('k', repeat('v', 65536)), '23514', NULL, 'nor longer than 65,535 characters');
SELECT throws_ok(tap.set('td-extra', repeat('v', 8388609)), '23514', NULL, 'or 8 MB, under the keys that imports reserve');
SELECT is(tap.list(), NULL, 'nothing of it has been set');
SELECT lives_ok(tap.set(k, v), format('%s of %s characters is a key, %s characters are a value', left(k, 10), length(k), length(v)))
FROM (VALUES (repeat('k', 128), ' '), ('A-z_0', repeat('ä', 65535)), ('td-extra', repeat('v', 100000)), ('-', E'\n'), ('K', 'v'), ('k', 'v')) AS x (k, v);
SELECT is(
  (SELECT array_agg(m) FROM metadata_keys('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001') m WHERE length(m) = 1), ARRAY(SELECT x FROM unnest(ARRAY['-', 'k', 'K']) AS x ORDER BY x),
  'keys that differ in case are two, and keys are listed in order'
);
SELECT is_empty($$SELECT * FROM metadata_replace('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', '[]')$$, 'an empty list replaces all by nothing');

-- Setting and updating
SELECT throws_ok($$SELECT * FROM metadata_update('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'v')$$, 'TM404', 'metadata not found', 'a key that is not there is not updated');
SELECT throws_ok($$SELECT * FROM metadata_get('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k')$$, 'TM404', 'metadata not found', 'nor got');
SELECT set_config('test.set', m.modified_at::text, true) FROM metadata_set('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'v') m;
SELECT is((SELECT m.modified_at FROM metadata_set('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'v') m), current_setting('test.set')::timestamptz, 'setting the value that is there changes nothing');
SELECT cmp_ok((SELECT m.modified_at FROM metadata_set('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'w') m), '>', current_setting('test.set')::timestamptz, 'setting another does');
SELECT throws_ok(format($$SELECT * FROM metadata_update('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'x', %L)$$, current_setting('test.set')), 'TM412', NULL, 'a stale writer is refused');
SELECT throws_ok(format($$SELECT metadata_delete('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', %L)$$, current_setting('test.set')), 'TM412', NULL, 'and does not delete');
SELECT throws_ok($$SELECT * FROM metadata_update('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', '')$$, '23514', NULL, 'an update needs a value too');
SELECT is(
  (SELECT u.value FROM metadata_get('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k') g,
    metadata_update('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 'k', 'x', g.modified_at) u),
  'x', 'whoever has read the value changes it'
);

-- Many at once
SELECT tap.refused(tap.many(f, i), s, d, format('%s: %s', f, w))
FROM unnest(ARRAY['bulk_set', 'replace']) AS f
CROSS JOIN (VALUES
  (NULL, 'TM422', 'field: items', 'no list'),
  ('{}', 'TM422', 'field: items', 'an object is no list'),
  ('[7]', 'TM422', 'item 0', 'a number is no pair'),
  ('[{"key": "a", "value": "v"}, {"key": "b", "value": 7}]', 'TM422', 'item 1: value', 'a number is no value'),
  ('[{"key": "a", "value": "v", "entity_id": "x"}]', 'TM422', 'item 0: entity_id', 'a pair names no entity of its own'),
  ('[{"key": "a", "value": "v"}, {"key": "b", "value": "v"}, {"key": "a", "value": "w"}]', 'TM422', 'item 2: key', 'a key comes once'),
  ('[{"key": "a", "value": "v"}, {"value": "v"}]', '23502', 'item 1: key', 'a pair has a key'),
  ('[{"key": "a", "value": "v"}, {"key": "b"}]', '23502', 'item 1: value', 'and a value'),
  ('[{"key": null, "value": "v"}, {"key": null, "value": "v"}]', '23502', 'item 0: key', 'null is no key'),
  ('[{"key": "b", "value": "v"}, {"key": "a b", "value": "v"}, {"key": "", "value": "v"}]', '23514', 'item 1', 'the first bad one is named'),
  ('[{"key": "b", "value": "v"}, {"key": "a\n", "value": "v"}]', '23514', 'item 1', 'a newline is no part of a key here either')
) AS x (i, s, d, w);
SELECT tap.refused(tap.many('bulk_set', '[]'), 'TM422', 'field: items', 'nothing is not set');
SELECT tap.refused(tap.many(f, (SELECT jsonb_agg(jsonb_build_object('key', 'k' || i, 'value', 'v')) FROM generate_series(1, 1001) i)::text), 'TM413', 'field: items', f || ': 1,001 are too many')
FROM unnest(ARRAY['bulk_set', 'replace']) AS f;
SELECT tap.refused(format($$SELECT * FROM metadata_bulk_delete('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', %L)$$, k), s, 'field: keys', w)
FROM (VALUES (NULL, 'TM422', 'no keys are not deleted'), ('{}', 'TM422', 'nor none'), ((SELECT array_agg('k' || i)::text FROM generate_series(1, 1001) i), 'TM413', 'nor 1,001')) AS x (k, s, w);
SELECT throws_ok(
  format($$SELECT * FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_metadata => %L)$$, (SELECT jsonb_object_agg('k' || i, 'v') FROM generate_series(1, 1001) i)), 'TM413', NULL, 'a threat does not come with 1,001'
);
SELECT is(tap.list(), 'k=x', 'all or none');
SELECT results_eq(tap.many('bulk_set', '[{"key": "z", "value": "1"}, {"key": "k", "value": "x"}, {"key": "a", "value": "2"}]'), $$VALUES ('z', '1'), ('k', 'x'), ('a', '2')$$, 'many are set, and answered in their order');
SELECT tap.reset();
SELECT set_config('test.k', m.id || ' ' || m.ctid, true) FROM metadata m WHERE m.key = 'k';
SELECT tap.act('alice@example.com');
SELECT results_eq(tap.many('replace', '[{"key": "z", "value": "3"}, {"key": "k", "value": "x"}, {"key": "b", "value": "4"}]'), $$VALUES ('b', '4'), ('k', 'x'), ('z', '3')$$, 'all are replaced, and answered by key');
SELECT tap.reset();
SELECT is((SELECT m.id || ' ' || m.ctid FROM metadata m WHERE m.key = 'k'), current_setting('test.k'), 'a pair that stays as it is keeps its row, and its place on the disk');
SELECT tap.act('alice@example.com');
SELECT is((SELECT count(*) FROM metadata_bulk_set('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', (SELECT jsonb_agg(jsonb_build_object('key', 'n' || i, 'value', i::text)) FROM generate_series(1, 1000) i))), 1000::bigint, '1,000 are not too many');

-- Pages
SELECT throws_ok(format($$SELECT * FROM metadata_list('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', %s)$$, a), s, NULL, 'a page: ' || a)
FROM (VALUES ('201', 'TM413'), ('0', 'TM422'), ($$p_after => '[]'$$, 'TM422'), ($$p_after => '{}'$$, 'TM422'), ($$p_after => '{"key": null}'$$, 'TM422')) AS x (a, s);
SELECT is((SELECT count(*) FROM metadata_list('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001')), 50::bigint, 'a page has 50 pairs');
SELECT results_eq(
  $$WITH RECURSIVE pages AS (
      SELECT (SELECT array_agg(m.key ORDER BY m.key) FROM metadata_list('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 200) m) AS keys
      UNION ALL
      SELECT (SELECT array_agg(m.key ORDER BY m.key) FROM metadata_list('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001', 200, jsonb_build_object('key', p.keys[cardinality(p.keys)])) m)
      FROM pages p WHERE p.keys IS NOT NULL
    )
    SELECT k FROM pages, unnest(keys) AS k$$,
  $$SELECT * FROM metadata_keys('10000000-0000-4000-8000-000000000001', 'threat', '50000000-0000-4000-8000-000000000001')$$, 'pages have every key once'
);

-- Cells
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D', p_cells => '[{"id": "1/2\\ ü", "shape": "x"}, {"id": "other", "shape": "x"}]', p_id => '40000000-0000-4000-8000-000000000001');
SELECT isnt(cell_entity_id('40000000-0000-4000-8000-000000000001', 'a'), cell_entity_id('40000000-0000-4000-8000-000000000002', 'a'), 'cells of one name in two drawings are two');
SELECT is(
  (SELECT (m.diagram_id, m.cell_id, m.value)::text FROM metadata_set('10000000-0000-4000-8000-000000000001', 'cell', cell_entity_id('40000000-0000-4000-8000-000000000001', '1/2\ ü'), 'k', 'v') m),
  '(40000000-0000-4000-8000-000000000001,"1/2\\ ü",v)', 'a cell of any name has metadata'
);
SELECT throws_ok($$SELECT * FROM metadata_set('10000000-0000-4000-8000-000000000001', 'cell', cell_entity_id('40000000-0000-4000-8000-000000000001', 'gone'), 'k', 'v')$$, 'TM404', 'cell not found', 'one that is not drawn has none');
SELECT is((SELECT m.value FROM metadata_set('10000000-0000-4000-8000-000000000001', 'cell', cell_entity_id('40000000-0000-4000-8000-000000000001', '1/2\ ü'), 'l', 'w') m), 'w', 'a second key finds the cell by the first');
SELECT * FROM finish();
