-- Threats by the hundred: all or none, in the order of the input, and the item that is wrong is named.
SELECT no_plan();
-- How a call is refused: SQLSTATE, constraint, and DETAIL where it is our own.
CREATE FUNCTION pg_temp.fault(p_query text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_constraint text;
  v_detail text;
BEGIN
  EXECUTE p_query;
  RETURN 'no fault';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_constraint = CONSTRAINT_NAME, v_detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', v_state, nullif(v_constraint, ''), substring(v_detail FROM '^(?:item|field|path).*'));
END
$$;
SELECT tap.add_user('alice');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other;
GRANT SELECT ON ids TO PUBLIC;
INSERT INTO diagrams (id, threat_model_id, name, type, cells)
SELECT '40000000-0000-4000-8000-000000000001'::uuid, model, 'Login', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}, {"id": "b", "shape": "x"}]'::jsonb FROM ids
UNION ALL
SELECT '40000000-0000-4000-8000-000000000009'::uuid, other, 'Elsewhere', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]'::jsonb FROM ids;
INSERT INTO threats (id, threat_model_id, name) SELECT '50000000-0000-4000-8000-000000000009', other, 'Elsewhere' FROM ids;
CREATE FUNCTION pg_temp.bulk(p_function text, p_items text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM %I(%L, %L)', p_function, i.model, p_items)) FROM ids i $$;
-- Items 0 and 1 are right; the third is the one given.
CREATE FUNCTION pg_temp.create_third(p_item text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.bulk('threat_bulk_create', format('[{"name": "One"}, {"name": "Two", "metadata": {"k": "v"}}, %s]', p_item)) $$;
-- Changing: the second item is wrong
CREATE FUNCTION pg_temp.update_second(p_item text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.bulk('threat_bulk_update', format('[{"id": "50000000-0000-4000-8000-000000000003", "score": 33}, %s]', p_item)) $$;
-- Deleting: the second item is wrong
CREATE FUNCTION pg_temp.delete_second(p_item text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.bulk('threat_bulk_delete', format('["50000000-0000-4000-8000-000000000003", %s]', p_item)) $$;

SELECT tap.act('alice@example.com');

-- What is no bulk call
SELECT is(pg_temp.bulk('threat_bulk_create', NULL), 'TM422 field: items', 'items are there');
SELECT is(pg_temp.bulk('threat_bulk_create', '{"name": "One"}'), 'TM422 field: items', 'and an array');
SELECT is(pg_temp.bulk('threat_bulk_create', '[]'), 'TM422 field: items', 'that is not empty');
SELECT is(pg_temp.bulk('threat_bulk_create', (SELECT jsonb_agg('{"name": "One"}'::jsonb)::text FROM generate_series(1, 1001))), 'TM413 field: items', '1,001 items are too many');
SELECT is(pg_temp.bulk('threat_bulk_update', '[]'), 'TM422 field: items', 'updates are not none');
SELECT is(pg_temp.bulk('threat_bulk_update', (SELECT jsonb_agg(jsonb_build_object('id', gen_random_uuid()))::text FROM generate_series(1, 1001))), 'TM413 field: items', 'nor 1,001');
SELECT is(pg_temp.bulk('threat_bulk_delete', '[]'), 'TM422 field: items', 'deletions are not none');
SELECT is(pg_temp.bulk('threat_bulk_delete', '"50000000-0000-4000-8000-000000000001"'), 'TM422 field: items', 'nor one id alone');
SELECT is(pg_temp.bulk('threat_bulk_delete', NULL), 'TM422 field: items', 'nor nothing');
SELECT is(pg_temp.bulk('threat_bulk_delete', (SELECT jsonb_agg(gen_random_uuid())::text FROM generate_series(1, 1001))), 'TM413 field: items', 'nor 1,001');

-- Creating: the third item is wrong
SELECT is(pg_temp.create_third('5'), 'TM422 item 2', 'a number is no threat');
SELECT is(pg_temp.create_third('null'), 'TM422 item 2', 'nor is null');
SELECT is(pg_temp.create_third('{"colour": "red"}'), 'TM422 item 2: colour', 'a threat has no colour');
SELECT is(pg_temp.create_third('{"threat_model_id": "50000000-0000-4000-8000-000000000009"}'), 'TM422 item 2: threat_model_id', 'the model is named once');
SELECT is(pg_temp.create_third('{"name": 5}'), 'TM422 item 2: name', 'a name is a text');
SELECT is(pg_temp.create_third('{"name": "Three", "score": "5"}'), 'TM422 item 2: score', 'a score is a number');
SELECT is(pg_temp.create_third('{"name": true, "score": "5"}'), 'TM422 item 2: name', 'two wrongs do not make a right');
SELECT is(pg_temp.create_third('{"name": "Three", "score": [5]}'), 'TM422 item 2: score', 'an array of one is no number');
SELECT is(pg_temp.create_third('{"name": ["Three"]}'), 'TM422 item 2: name', 'and none of texts a text');
SELECT is(pg_temp.create_third('{"name": {}}'), 'TM422 item 2: name', 'nor is an empty object');
SELECT is(pg_temp.create_third('{"name": "Three", "mitigated": "yes"}'), 'TM422 item 2: mitigated', 'a threat is mitigated or not');
SELECT is(pg_temp.create_third('{"name": "Three", "metadata": [{"k": "v"}]}'), 'TM422 item 2: metadata', 'metadata is an object');
SELECT is(pg_temp.create_third('{"name": "Three", "score": 5.5}'), 'TM422 item 2: score', 'a score is whole');
SELECT is(pg_temp.create_third('{"name": "Three", "id": "three"}'), 'TM422 item 2: id', 'an id is a uuid');
SELECT is(pg_temp.create_third('{"name": "Three", "score": 101}'), '23514 threats_score_check item 2', 'a score is at most 100');
SELECT is(pg_temp.create_third('{"score": 5}'), '23502 item 2: name', 'a threat has a name');
SELECT is(pg_temp.create_third('{"name": "Three", "impact": "dreadful"}'), '23514 threats_impact_check item 2', 'severities are six words');
SELECT is(pg_temp.create_third('{"name": "Three", "diagram_id": "40000000-0000-4000-8000-000000000009"}'), '23503 threats_diagram_id_fkey item 2', 'a diagram of another model is none');
SELECT is(pg_temp.create_third('{"name": "Three", "cell_id": "a"}'), 'TM422 item 2: cell_id', 'a cell is in a diagram');
SELECT is(pg_temp.create_third('{"name": "Three", "diagram_id": "40000000-0000-4000-8000-000000000001", "cell_id": "c"}'), 'TM422 item 2: cell_id', 'that has it');
SELECT is(pg_temp.create_third('{"name": "Three", "id": "50000000-0000-4000-8000-000000000009"}'), 'TM409 item 2: id', 'an id of another model''s threat is in use');
SELECT is(
  pg_temp.bulk('threat_bulk_create', '[{"name": "One", "id": "50000000-0000-4000-8000-000000000001"}, {"name": "Two"}, {"name": "Three", "id": "50000000-0000-4000-8000-000000000001"}]'),
  'TM409 item 2: id', 'as is that of an item before'
);
SELECT is(pg_temp.create_third('{"name": "Three", "metadata": {"bad key": "v"}}'), '23514 metadata_key_check item 2', 'keys of metadata are plain words');
SELECT is(pg_temp.create_third('{"name": "Three", "metadata": {"k": 5}}'), 'TM422 item 2: metadata.k', 'values are texts');
SELECT is(pg_temp.create_third('{"name": "Three", "metadata": {"k": null}}'), 'TM422 item 2: metadata.k', 'and not null');
SELECT is(pg_temp.create_third('{"name": "Three", "metadata": {"k": ""}}'), '23514 metadata_value_length_check item 2', 'nor empty');
SELECT throws_ok(format('SELECT threat_bulk_create(%L, ''[{"name": "One", "id": "50000000-0000-4000-8000-000000000009"}]'')', model), 'TM409', 'the id is in use', 'the words do not tell whose') FROM ids;
SELECT is((SELECT count(*) FROM ids i, threat_list(i.model) t), 0::bigint, 'after all that there is no threat');
SELECT is((SELECT m.threat_count FROM ids i, threat_model_get(i.model) m), 0, 'and none is counted');

-- Creating
SELECT results_eq(
  $$SELECT t.name, t.impact, t.score, t.mitigated, t.cell_id FROM ids i, threat_bulk_create(i.model, '[
    {"name": "C", "impact": "HIGH", "score": null, "metadata": null},
    {"name": "A", "score": 7, "mitigated": true, "diagram_id": "40000000-0000-4000-8000-000000000001", "cell_id": "a"},
    {"name": "B", "id": "50000000-0000-4000-8000-000000000001", "metadata": {"ticket": "17", "team": "blue"}},
    {"name": "D", "mitigated": null, "id": null}
  ]') WITH ORDINALITY t$$,
  $$VALUES ('C', 'High', NULL::integer, false, NULL::text), ('A', NULL, 7, true, 'a'), ('B', NULL, NULL, false, NULL), ('D', NULL, NULL, false, NULL)$$,
  'threats come back in the order of the items'
);
SELECT results_eq(
  $$SELECT d.key, d.value FROM ids i, metadata_list(i.model, 'threat', '50000000-0000-4000-8000-000000000001') d ORDER BY d.key$$, $$VALUES ('team', 'blue'), ('ticket', '17')$$, 'with the metadata that they carry'
);
SELECT is(
  (SELECT count(*) FROM ids i, threat_bulk_create(i.model, (SELECT jsonb_agg(jsonb_build_object('name', 'Threat ' || g, 'metadata', jsonb_build_object('n', g::text))) FROM generate_series(1, 1000) g)) t),
  1000::bigint, '1,000 at once'
);
SELECT is((SELECT m.threat_count FROM ids i, threat_model_get(i.model) m), 1004, 'are counted');
SELECT tap.reset();
SELECT is_empty(
  $$SELECT FROM ids i JOIN threats t ON t.threat_model_id = i.model JOIN metadata d ON d.entity_id = t.id WHERE t.name LIKE 'Threat %' AND d.value <> substr(t.name, 8)$$, 'each with its own metadata'
);
SELECT is((SELECT count(*) FROM metadata d, ids i WHERE d.threat_model_id = i.model), 1002::bigint, 'and all of it');
DELETE FROM threats t USING ids i WHERE t.threat_model_id = i.model;

INSERT INTO threats (id, threat_model_id, name, score)
SELECT format('50000000-0000-4000-8000-00000000000%s', g)::uuid, i.model, 'Threat ' || g, g FROM ids i, generate_series(1, 4) g;
SELECT tap.act('alice@example.com');

SELECT is(pg_temp.update_second('{"score": 5}'), 'TM422 item 1: id', 'a change says of what');
SELECT is(pg_temp.update_second('{"id": null, "score": 5}'), 'TM422 item 1: id', 'null is nothing');
SELECT is(pg_temp.update_second('{"id": "one", "score": 5}'), 'TM422 item 1: id', 'an id is a uuid');
SELECT is(pg_temp.update_second('{"id": 1, "score": 5}'), 'TM422 item 1: id', 'and no number');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000003", "score": 5}'), 'TM422 item 1: id', 'one threat is changed once');
SELECT is(pg_temp.update_second('{"id": "50000000000040008000000000000003", "score": 5}'), 'TM422 item 1: id', 'however its id is written');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000009", "score": 5}'), 'TM404 item 1', 'a threat of another model is not found');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000007", "score": 5}'), 'TM404 item 1', 'as one that does not exist');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "colour": "red"}'), 'TM422 item 1: colour', 'a threat has no colour');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "score": 5.5}'), 'TM422 item 1: score', 'a score is whole');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "score": 101}'), '23514 threats_score_check item 1', 'and at most 100');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "name": null}'), '23502 item 1: name', 'a threat keeps a name');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "cell_id": "a"}'), 'TM422 item 1: cell_id', 'a cell is in a diagram');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "2001-01-01"}'), 'TM412 item 1: if_modified_at', 'a stale item is refused');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "yesterday week"}'), 'TM422 item 1: if_modified_at', 'a time is a time');
SELECT is(pg_temp.update_second('{"id": "50000000-0000-4000-8000-000000000001", "metadata": {"k": 5}}'), 'TM422 item 1: metadata.k', 'values of metadata are texts');
SELECT results_eq('SELECT t.score FROM ids i, threat_list(i.model, p_sort => ''score'') t', ARRAY[1, 2, 3, 4], 'after all that nothing has changed');

SELECT results_eq(
  $$SELECT t.name, t.score, t.impact FROM ids i, threat_get(i.model, '50000000-0000-4000-8000-000000000002') o, threat_bulk_update(i.model, jsonb_build_array(
    '{"id": "50000000-0000-4000-8000-000000000003", "score": 33, "impact": "low"}'::jsonb,
    jsonb_build_object('id', o.id, 'score', NULL, 'if_modified_at', o.modified_at),
    '{"id": "50000000-0000-4000-8000-000000000001", "metadata": {"ticket": "17"}, "diagram_id": "40000000-0000-4000-8000-000000000001", "cell_id": "b"}'::jsonb
  )) WITH ORDINALITY t$$,
  $$VALUES ('Threat 3', 33, 'Low'), ('Threat 2', NULL, NULL), ('Threat 1', 1, NULL)$$, 'each gets its own changes, and they come back in the order of the items'
);
SELECT results_eq($$SELECT d.value FROM ids i, metadata_list(i.model, 'threat', '50000000-0000-4000-8000-000000000001') d$$, ARRAY['17'], 'with metadata that is new');
SELECT lives_ok($$SELECT threat_bulk_update(i.model, '[{"id": "50000000-0000-4000-8000-000000000001", "metadata": {"ticket": "18"}, "if_modified_at": null}]') FROM ids i$$, 'or set again');
SELECT results_eq($$SELECT d.value FROM ids i, metadata_list(i.model, 'threat', '50000000-0000-4000-8000-000000000001') d$$, ARRAY['18'], 'to the new value');
SELECT is((SELECT t.cell_id FROM ids i, threat_get(i.model, '50000000-0000-4000-8000-000000000001') t), 'b', 'a cell stays where it is not named');
SELECT results_eq(
  $$SELECT t.diagram_id, t.cell_id FROM ids i, threat_bulk_update(i.model, '[{"id": "50000000-0000-4000-8000-000000000001", "diagram_id": null}]') t$$, 'VALUES (NULL::uuid, NULL::text)', 'and goes with its diagram'
);

SELECT is(pg_temp.delete_second('5'), 'TM422 item 1', 'a number is no id');
SELECT is(pg_temp.delete_second('"one"'), 'TM422 item 1: id', 'nor is a word');
SELECT is(pg_temp.delete_second('{}'), 'TM422 item 1: id', 'nor nothing');
SELECT is(pg_temp.delete_second('{"id": "50000000-0000-4000-8000-000000000001", "name": "x"}'), 'TM422 item 1: name', 'a name is not asked for');
SELECT is(pg_temp.delete_second('"50000000-0000-4000-8000-000000000003"'), 'TM422 item 1: id', 'a threat is deleted once');
SELECT is(pg_temp.delete_second('"50000000-0000-4000-8000-000000000009"'), 'TM404 item 1', 'one of another model is not found');
SELECT is(pg_temp.delete_second('"50000000-0000-4000-8000-000000000007"'), 'TM404 item 1', 'as one that does not exist');
SELECT is(pg_temp.delete_second('{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "2001-01-01"}'), 'TM412 item 1: if_modified_at', 'a stale item is refused');
SELECT is(pg_temp.delete_second('{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "soon"}'), 'TM422 item 1: if_modified_at', 'a time is a time');
SELECT is((SELECT m.threat_count FROM ids i, threat_model_get(i.model) m), 4, 'after all that nothing is gone');
SELECT results_eq(
  $$SELECT t.name FROM ids i, threat_get(i.model, '50000000-0000-4000-8000-000000000001') o, threat_bulk_delete(i.model, jsonb_build_array(
    '50000000-0000-4000-8000-000000000003', jsonb_build_object('id', o.id, 'if_modified_at', o.modified_at), jsonb_build_object('id', '50000000-0000-4000-8000-000000000002')
  )) WITH ORDINALITY t$$,
  ARRAY['Threat 3', 'Threat 1', 'Threat 2'], 'what was deleted comes back in the order of the items'
);
SELECT is((SELECT m.threat_count FROM ids i, threat_model_get(i.model) m), 1, 'the count goes down');
SELECT tap.reset();
SELECT is_empty('SELECT FROM metadata d, ids i WHERE d.threat_model_id = i.model', 'and their metadata is gone');
SELECT * FROM finish();
