-- Changing one threat by update and by patch: what is refused, with the field that is wrong, and what is kept.
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
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other, '50000000-0000-4000-8000-000000000001'::uuid AS threat;
GRANT SELECT ON ids TO PUBLIC;
INSERT INTO diagrams (id, threat_model_id, name, type, cells)
SELECT '40000000-0000-4000-8000-000000000001'::uuid, model, 'Login', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}, {"id": "b", "shape": "x"}]'::jsonb FROM ids
UNION ALL
SELECT '40000000-0000-4000-8000-000000000002'::uuid, model, 'Checkout', 'DFD-1.0.0', '[{"id": "b", "shape": "x"}]'::jsonb FROM ids
UNION ALL
SELECT '40000000-0000-4000-8000-000000000009'::uuid, other, 'Elsewhere', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]'::jsonb FROM ids;
CREATE FUNCTION pg_temp.update(p_changes text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT threat_update(%L, %L, %L)', i.model, i.threat, p_changes)) FROM ids i $$;
CREATE FUNCTION pg_temp.patch(p_operations text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT threat_patch(%L, %L, %L)', i.model, i.threat, p_operations)) FROM ids i $$;

SELECT tap.act('alice@example.com');
SELECT count(*) FROM ids i, threat_create(i.model, 'Token replay', p_description => 'By whoever listens', p_risk_rating => 'high', p_score => 50, p_id => i.threat) t;


-- Updates that are refused
SELECT is(pg_temp.fault(format('SELECT threat_update(%L, %L, NULL)', model, threat)), 'TM422 field: changes', 'changes are there') FROM ids;
SELECT is(pg_temp.update('[]'), 'TM422 field: changes', 'and an object');
SELECT is(pg_temp.update('{"colour": "red"}'), 'TM422 field: colour', 'a threat has no colour');
SELECT is(pg_temp.update('{"id": "50000000-0000-4000-8000-000000000002"}'), 'TM422 field: id', 'an id does not change');
SELECT is(pg_temp.update('{"threat_model_id": "50000000-0000-4000-8000-000000000002"}'), 'TM422 field: threat_model_id', 'nor does the model');
SELECT is(pg_temp.update('{"modified_at": "2001-01-01"}'), 'TM422 field: modified_at', 'nobody sets modified_at');
SELECT is(pg_temp.update('{"metadata": {"k": "v"}}'), 'TM422 field: metadata', 'metadata has functions of its own');
SELECT is(pg_temp.update('{"name": 5}'), 'TM422 field: name', 'a name is a text');
SELECT is(pg_temp.update('{"score": "5"}'), 'TM422 field: score', 'a score is a number');
SELECT is(pg_temp.update('{"score": 5.5}'), 'TM422 field: score', 'a whole one');
SELECT is(pg_temp.update('{"score": 5000000000}'), 'TM422 field: score', 'that is not huge');
SELECT is(pg_temp.update('{"score": 101}'), '23514 threats_score_check', 'up to 100');
SELECT is(pg_temp.update('{"diagram_id": "one"}'), 'TM422 field: diagram_id', 'a diagram has a uuid');
SELECT is(pg_temp.update('{"name": null}'), '23502', 'a threat has a name');
SELECT is(pg_temp.update('{"name": ""}'), '23514 threats_name_check', 'that is not empty');
SELECT is(pg_temp.update(format('{"name": %s}', to_json(repeat('n', 257)))), '23514 threats_name_length_check', 'and fits a line');
SELECT is(pg_temp.update('{"impact": "dreadful"}'), '23514 threats_impact_check', 'severities are six words');
SELECT is(pg_temp.update('{"diagram_id": "40000000-0000-4000-8000-000000000009"}'), '23503 threats_diagram_id_fkey', 'a diagram of another model is none');
SELECT is(pg_temp.update('{"cell_id": "a"}'), 'TM422 field: cell_id', 'a cell is in a diagram');
SELECT is(pg_temp.update('{"diagram_id": "40000000-0000-4000-8000-000000000009", "cell_id": "a"}'), 'TM422 field: cell_id', 'of the same model');
SELECT is(pg_temp.update('{"diagram_id": "40000000-0000-4000-8000-000000000002", "cell_id": "a"}'), 'TM422 field: cell_id', 'that has it');
SELECT is(pg_temp.fault(format('SELECT threat_update(%L, %L, ''{"score": 1}'', ''2001-01-01'')', model, threat)), 'TM412 field: if_modified_at', 'a stale writer changes nothing') FROM ids;
SELECT is(pg_temp.fault(format('SELECT threat_update(%L, %L, ''{"score": 1}'', ''infinity'')', model, threat)), 'TM412 field: if_modified_at', 'nor does one from the future') FROM ids;
SELECT is(pg_temp.fault(format('SELECT threat_delete(%L, %L, ''2001-01-01'')', model, threat)), 'TM412 field: if_modified_at', 'a stale writer deletes nothing') FROM ids;
SELECT is(pg_temp.fault(format('SELECT threat_update(%L, NULL, ''{"score": 1}'')', model)), 'TM404', 'no id is no threat') FROM ids;
SELECT throws_ok(format('SELECT threat_update(%L, %L, ''{"colour": "red"}'')', model, threat), 'TM422', 'changes has no field "colour"', 'the message names the field') FROM ids;
SELECT throws_ok(format('SELECT threat_update(%L, %L, ''{"score": 5.5}'')', model, threat), 'TM422', 'score cannot take this value', 'as it does where PostgreSQL would not') FROM ids;

-- Patches that are refused
SELECT is(pg_temp.patch('{}'), 'TM422 field: operations', 'a patch is an array');
SELECT is(pg_temp.fault(format('SELECT threat_patch(%L, %L, NULL)', model, threat)), 'TM422 field: operations', 'and there') FROM ids;
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/id", "value": "x"}]'), 'TM422 item 0: /id', 'a patch does not reach the id');
SELECT is(pg_temp.patch('[{"op": "test", "path": "/threat_model_id", "value": "x"}]'), 'TM422 item 0: /threat_model_id', 'nor the model, not even to test it');
SELECT is(pg_temp.patch('[{"op": "add", "path": "/colour", "value": "red"}]'), 'TM422 item 0: /colour', 'nor what a threat does not have');
SELECT is(pg_temp.patch('[{"op": "copy", "from": "/created_at", "path": "/name"}]'), 'TM422 item 0: /created_at', 'nor copies from there');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/score", "value": 1}, {"op": "move", "from": "/name", "path": "/modified_at"}]'), 'TM422 item 1: /modified_at', 'nor moves to there');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "", "value": {}}]'), 'TM422 item 0: path', 'nor replaces the whole row');
SELECT is(pg_temp.patch('[{"op": "copy", "from": "", "path": "/name"}]'), 'TM422 item 0: path', 'nor copies it');
SELECT is(pg_temp.patch('[{"op": "add", "path": "/", "value": 1}]'), 'TM422 item 0: /', 'nor a field without a name');
SELECT is(pg_temp.patch('[{"op": "add", "path": "name", "value": "x"}]'), 'TM422 item 0: path', 'a pointer begins with a slash');
SELECT is(pg_temp.patch('[{"op": "add", "path": "/name/0", "value": "x"}]'), 'TM422 item 0: /name/0', 'a text has no members');
SELECT is(pg_temp.patch('[{"op": "spam", "path": "/name"}]'), 'TM422 item 0: op', 'there are six operations');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/name", "value": 5}]'), 'TM422 field: name', 'a name stays a text');
SELECT is(pg_temp.patch('[{"op": "copy", "from": "/score", "path": "/name"}]'), 'TM422 field: name', 'whatever is copied there');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/score", "value": 5.5}]'), 'TM422 field: score', 'a score stays whole');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/score", "value": 101}]'), '23514 threats_score_check', 'and below 101');
SELECT is(pg_temp.patch('[{"op": "remove", "path": "/name"}]'), '23502', 'a name is not removed');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/cell_id", "value": "a"}]'), 'TM422 field: cell_id', 'a cell is in a diagram');
SELECT is(pg_temp.patch('[{"op": "test", "path": "/score", "value": 51}, {"op": "replace", "path": "/score", "value": 1}]'), 'TM409 item 0: /score', 'a test that fails stops the patch');
SELECT is(pg_temp.patch((SELECT jsonb_agg('{"op": "test", "path": "/score", "value": 50}'::jsonb)::text FROM generate_series(1, 1001))), 'TM413 field: operations', '1,001 operations are too many');
SELECT is(
  pg_temp.fault(format('SELECT threat_patch(%L, %L, ''[{"op": "test", "path": "/score", "value": 51}]'', ''2001-01-01'')', model, threat)),
  'TM412 field: if_modified_at', 'a stale patch is stale before it is tested'
) FROM ids;

SELECT results_eq(
  'SELECT t.name, t.score, t.risk_rating, t.modified_at = t.created_at FROM ids i, threat_get(i.model, i.threat) t',
  $$VALUES ('Token replay', 50, 'High', true)$$, 'after all that nothing has changed'
);

-- Updates
SELECT results_eq(
  $$SELECT t.name, t.description, t.score, t.mitigated, t.impact FROM ids i, threat_update(i.model, i.threat, '{"score": 60, "impact": "CRITICAL", "mitigated": null}') t$$,
  $$VALUES ('Token replay', 'By whoever listens', 60, false, 'Critical')$$, 'what is named is set, the rest is kept, words are spelt as they should be, and mitigated is never unknown'
);
SELECT results_eq(
  $$SELECT t.description, t.score FROM ids i, threat_update(i.model, i.threat, '{"description": null, "score": null}') t$$, 'VALUES (NULL::text, NULL::integer)', 'null clears'
);
SELECT results_eq(
  $$SELECT n.modified_at - t.modified_at, n.modified_at > o.modified_at FROM ids i, threat_get(i.model, i.threat) o, threat_update(i.model, i.threat, '{"score": 7}') t, threat_update(i.model, i.threat, '{"score": 7}') n$$,
  $$VALUES ('0'::interval, true)$$, 'modified_at moves with a change, and not with none'
);
SELECT lives_ok($$SELECT threat_update(i.model, i.threat, '{"score": 8}', t.modified_at) FROM ids i, threat_get(i.model, i.threat) t$$, 'whoever has read the row as it is may change it');
SELECT lives_ok($$SELECT threat_update(i.model, i.threat, '{}') FROM ids i$$, 'no changes are allowed');
SELECT results_eq(
  $$SELECT t.diagram_id::text, t.cell_id FROM ids i, threat_update(i.model, i.threat, '{"diagram_id": "40000000-0000-4000-8000-000000000001", "cell_id": "b"}') t$$,
  $$VALUES ('40000000-0000-4000-8000-000000000001', 'b')$$, 'a threat is pinned to a cell'
);
SELECT is(pg_temp.update('{"cell_id": "c"}'), 'TM422 field: cell_id', 'not to one that its diagram does not have');
SELECT results_eq($$SELECT t.cell_id FROM ids i, threat_update(i.model, i.threat, '{"cell_id": "a"}') t$$, ARRAY['a'], 'but to another one that it has');
SELECT is(pg_temp.update('{"diagram_id": "40000000-0000-4000-8000-000000000002"}'), 'TM422 field: cell_id', 'it does not take its cell along to another diagram');
SELECT is(pg_temp.update('{"diagram_id": null, "cell_id": "a"}'), 'TM422 field: cell_id', 'nor keep it without one');
SELECT results_eq(
  $$SELECT t.diagram_id, t.cell_id FROM ids i, threat_update(i.model, i.threat, '{"diagram_id": null}') t$$, 'VALUES (NULL::uuid, NULL::text)', 'without its diagram it has no cell'
);

-- Patches
SELECT results_eq(
  $$SELECT t.name, t.description, t.mitigation, t.score, t.mitigated FROM ids i, threat_patch(i.model, i.threat, '[
    {"op": "test", "path": "/score", "value": 8.0},
    {"op": "test", "path": "/description", "value": null},
    {"op": "copy", "from": "/name", "path": "/description"},
    {"op": "add", "path": "/mitigation", "value": "Nonces"},
    {"op": "replace", "path": "/name", "value": "Replay"},
    {"op": "replace", "path": "/mitigated", "value": true},
    {"op": "remove", "path": "/score"}
  ]') t$$,
  $$VALUES ('Replay', 'Token replay', 'Nonces', NULL::integer, true)$$, 'a patch tests, copies, adds, replaces and removes fields'
);
SELECT results_eq(
  $$SELECT t.description, t.mitigation FROM ids i, threat_patch(i.model, i.threat, '[{"op": "move", "from": "/mitigation", "path": "/description"}]') t$$,
  $$VALUES ('Nonces', NULL::text)$$, 'and moves them; what was moved is cleared where it was'
);
SELECT results_eq(
  $$SELECT t.impact FROM ids i, threat_patch(i.model, i.threat, '[{"op": "replace", "path": "/impact", "value": "low", "from": "/id"}]') t$$, ARRAY['Low'], 'words are spelt as they should be, and members that do not count are passed over'
);
SELECT results_eq(
  $$SELECT n.modified_at - t.modified_at FROM ids i, threat_get(i.model, i.threat) t, threat_patch(i.model, i.threat, '[{"op": "test", "path": "/impact", "value": "Low"}]') n$$,
  $$VALUES ('0'::interval)$$, 'a patch that changes nothing does not move modified_at'
);
SELECT lives_ok(
  $$SELECT threat_patch(i.model, i.threat, '[{"op": "replace", "path": "/score", "value": 9}]', t.modified_at) FROM ids i, threat_get(i.model, i.threat) t$$, 'whoever has read the row as it is may patch it'
);
SELECT results_eq(
  $$SELECT t.cell_id FROM ids i, threat_patch(i.model, i.threat, '[{"op": "add", "path": "/diagram_id", "value": "40000000-0000-4000-8000-000000000001"}, {"op": "add", "path": "/cell_id", "value": "a"}]') t$$,
  ARRAY['a'], 'a patch pins a threat to a cell'
);
SELECT * FROM finish();
