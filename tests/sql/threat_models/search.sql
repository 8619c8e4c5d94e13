-- Words are found across one's own models, wherever they stand, by index, and in nobody else's.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', 'about Zebrafish', p_access => '[{"email": "bob@example.com", "role": "reader"}]', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_model_create('Loans', p_id => '10000000-0000-4000-8000-000000000002', p_metadata => '{"team": "zebrafish lab"}');
SELECT count(*) FROM threat_create('10000000-0000-4000-8000-000000000002', 'A threat', p_mitigation => 'Feed the zebrafish. Twice.');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000002', 'zebrafish tank');
SELECT tap.act('dave@example.com');
SELECT count(*) FROM threat_model_create('Secret zebrafish', p_metadata => '{"team": "zebrafish lab"}');

SELECT tap.nobody();
SELECT throws_ok($$SELECT * FROM threat_model_search('zebrafish')$$, 'TM401', NULL, 'nobody searches nothing');
SELECT throws_ok($$SELECT * FROM metadata_find('team')$$, 'TM401', NULL, 'nor finds metadata');
SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_search(' , ! ')$$, 'TM422', NULL, 'a search needs a word');
SELECT throws_ok('SELECT * FROM threat_model_search(NULL)', 'TM422', NULL, 'or at least a text');
SELECT throws_ok($$SELECT * FROM threat_model_search('zebrafish', 201)$$, 'TM413', NULL, 'a page of 201 is too large');
SELECT results_eq(
  $$SELECT m.name, m.role, m.matched FROM threat_model_search('ZEBRAFISH') m ORDER BY m.name$$,
  $$VALUES ('Loans', 'owner', 'diagram,metadata,threat'), ('Payments', 'owner', 'threat_model')$$,
  'Alice finds her models and where the word stands, and not Dave''s'
);
SELECT results_eq($$SELECT m.name FROM threat_model_search('twice feed') m$$, $$VALUES ('Loans')$$, 'all words have to stand in one place');
SELECT is_empty($$SELECT * FROM threat_model_search('feed tank')$$, 'not one here and one there');
SELECT is_empty($$SELECT * FROM threat_model_search('secret')$$, 'what only others wrote is not found');
SELECT results_eq($$SELECT d.key, d.value FROM metadata_find('team') d$$, $$VALUES ('team', 'zebrafish lab')$$, 'metadata is found by key in one''s own models');
SELECT results_eq($$SELECT d.threat_model_id FROM metadata_find('team', 'zebrafish lab') d$$, $$VALUES ('10000000-0000-4000-8000-000000000002'::uuid)$$, 'and by value');
SELECT is_empty($$SELECT * FROM metadata_find('team', 'zebrafish')$$, 'which has to be the whole value');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"metadata_key": "team"}') m$$, $$VALUES ('Loans')$$, 'lists are filtered by a metadata key');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"metadata_key": "team", "metadata_value": "zebrafish lab", "name": "LOAN"}') m$$, $$VALUES ('Loans')$$, 'and by its value, beside other filters');
SELECT is_empty($$SELECT * FROM threat_model_list(p_filter => '{"metadata_key": "team", "metadata_value": "x"}')$$, 'another value is not found');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_filter => '{"metadata_value": "x"}')$$, 'TM422', NULL, 'a value needs its key');
SELECT tap.act('bob@example.com');
SELECT results_eq($$SELECT m.name, m.role FROM threat_model_search('zebrafish') m$$, $$VALUES ('Payments', 'reader')$$, 'Bob finds what he may read');
SELECT is_empty($$SELECT * FROM metadata_find('team')$$, 'and no metadata of models that he may not');
SELECT set_config('tmi.scope', 'l:{10000000-0000-4000-8000-000000000002}', true);
SELECT is_empty($$SELECT * FROM metadata_find('team')$$, 'whatever scope he claims');

-- The plans of what the guard asks, on many rows.
SELECT tap.reset();
INSERT INTO threats (threat_model_id, name, description)
SELECT '10000000-0000-4000-8000-000000000001', 'Threat ' || i, 'word' || i || ' and more'
FROM generate_series(1, 20000) i;
INSERT INTO metadata (entity_type, entity_id, key, value)
SELECT 'threat', t.id, 'ticket', 'T-' || row_number() OVER ()
FROM threats t
WHERE t.name LIKE 'Threat %';
ANALYZE threats;
ANALYZE metadata;
CREATE FUNCTION pg_temp.plan(p_sql text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_line text;
  v_plan text := '';
BEGIN
  PERFORM set_config('role', 'tmi_guard', true);
  FOR v_line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || p_sql LOOP
    v_plan := v_plan || v_line || E'\n';
  END LOOP;
  PERFORM set_config('role', 'none', true);
  RETURN v_plan;
END
$$;
SELECT matches(
  pg_temp.plan($$SELECT t.threat_model_id FROM threats t
    WHERE to_tsvector('simple', left(t.name || ' ' || coalesce(t.description, '') || ' ' || coalesce(t.mitigation, ''), 100000)) @@ plainto_tsquery('simple', 'word777')$$),
  'Bitmap Index Scan on idx_threats_words', 'words in threats are found by their index, row-level security in force'
);
SELECT matches(
  pg_temp.plan($$SELECT d.* FROM metadata d JOIN threat_model_access a ON a.threat_model_id = d.threat_model_id
    WHERE a.user_email = 'alice@example.com' AND d.key = 'ticket' AND md5(d.value) = md5('T-77') AND d.value = 'T-77' ORDER BY d.id LIMIT 50$$),
  'idx_metadata_key_value', 'metadata is found by key and value by its index'
);

-- A word that stands everywhere: nobody's hits are read but the caller's.
SELECT tap.act('dave@example.com');
SELECT count(*) FROM threat_model_create('More secrets');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('No more loans');
SELECT count(*) FROM document_create('10000000-0000-4000-8000-000000000001', 'more', 'https://example.com/');
SELECT throws_ok($$SELECT * FROM threat_model_search('more', p_after => '{"id": "x"}')$$, 'TM422', NULL, 'a bad cursor is refused');
SELECT throws_ok($$SELECT * FROM threat_model_search('more', p_after => '{"id": "50000000-0000-4000-8000-000000000001"}')$$, 'TM422', NULL, 'so is half a cursor');
SELECT results_eq(
  $$SELECT m.name, m.matched FROM threat_model_search('MORE') m ORDER BY m.name$$,
  $$VALUES ('No more loans', 'threat_model'), ('Payments', 'document,threat')$$,
  'a word that stands everywhere is found in Alice''s models, and not in Dave''s'
);
SELECT results_eq(
  $$
    SELECT m.name
    FROM (SELECT to_jsonb(f) AS after FROM threat_model_search('more', 1) f) first
    CROSS JOIN LATERAL threat_model_search('more', 1, first.after) m
  $$,
  $$
    SELECT m.name
    FROM threat_model_search('more') m
    OFFSET 1
  $$,
  'page by page in the same order'
);
SELECT tap.act('bob@example.com');
SELECT results_eq($$SELECT m.name, m.role FROM threat_model_search('more') m$$, $$VALUES ('Payments', 'reader')$$, 'Bob finds what he may read');
SELECT * FROM finish();
