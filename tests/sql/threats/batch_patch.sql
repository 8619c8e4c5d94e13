-- Many patches in one call: each by itself, or all or none.
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
INSERT INTO threats (id, threat_model_id, name, score)
SELECT format('50000000-0000-4000-8000-00000000000%s', g)::uuid, i.model, 'Threat ' || g, g FROM ids i, generate_series(1, 3) g
UNION ALL
SELECT '50000000-0000-4000-8000-000000000009', other, 'Elsewhere', 9 FROM ids;
CREATE FUNCTION pg_temp.batch(p_patches text, p_atomic boolean) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM threat_batch_patch(%L, %L, %L)', i.model, p_patches, p_atomic)) FROM ids i $$;
-- All or none
CREATE FUNCTION pg_temp.all_or_none(p_patch text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.batch(format('[{"id": "50000000-0000-4000-8000-000000000003", "operations": [{"op": "replace", "path": "/score", "value": 33}]}, %s]', p_patch), true) $$;

SELECT tap.act('alice@example.com');

-- Whatever is asked for, a batch that is malformed is refused whole
SELECT is(pg_temp.batch(NULL, false), 'TM422 field: items', 'patches are there');
SELECT is(pg_temp.batch('{}', false), 'TM422 field: items', 'and an array');
SELECT is(pg_temp.batch('[]', false), 'TM422 field: items', 'that is not empty');
SELECT is(pg_temp.batch((SELECT jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'operations', '[]'::jsonb))::text FROM generate_series(1, 1001)), false), 'TM413 field: items', '1,001 patches are too many');
SELECT is(pg_temp.batch('[5]', false), 'TM422 item 0', 'a number is no patch');
SELECT is(pg_temp.batch('[{"operations": []}]', false), 'TM422 item 0: id', 'a patch says of what');
SELECT is(pg_temp.batch('[{"id": "one", "operations": []}]', false), 'TM422 item 0: id', 'by a uuid');
SELECT is(pg_temp.batch('[{"id": "50000000-0000-4000-8000-000000000001", "operations": {}}]', false), 'TM422 item 0: operations', 'operations are an array');
SELECT is(pg_temp.batch('[{"id": "50000000-0000-4000-8000-000000000001", "changes": {}}]', false), 'TM422 item 0: changes', 'and are called so');
SELECT is(
  pg_temp.batch('[{"id": "50000000-0000-4000-8000-000000000001", "operations": []}, {"id": "50000000-0000-4000-8000-000000000001", "operations": []}]', false),
  'TM422 item 1: id', 'a threat is patched once'
);

SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000007", "operations": []}'), 'TM404 item 1', 'one threat that does not exist stops all');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000009", "operations": []}'), 'TM404 item 1', 'as one of another model');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000001", "operations": [], "if_modified_at": "2001-01-01"}'), 'TM412 item 1: if_modified_at', 'or a stale patch');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "test", "path": "/name", "value": "x"}]}'), 'TM409 item 1: /name', 'or a test that fails');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "add", "path": "/id", "value": "x"}]}'), 'TM422 item 1: /id', 'or a place that is not reached');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "replace", "path": "/score", "value": 101}]}'), '23514 threats_score_check item 1', 'or a constraint');
SELECT is(pg_temp.all_or_none('{"id": "50000000-0000-4000-8000-000000000001"}'), 'TM422 item 1: operations', 'or no operations');
SELECT results_eq('SELECT t.score FROM ids i, threat_list(i.model, p_sort => ''score'') t', ARRAY[1, 2, 3], 'after all that nothing has changed');
SELECT results_eq(
  $$SELECT b.index, b.id::text, b.succeeded, b.threat -> 'score', b.code FROM ids i, threat_batch_patch(i.model, '[
    {"id": "50000000-0000-4000-8000-000000000003", "operations": [{"op": "replace", "path": "/score", "value": 30}]},
    {"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "copy", "from": "/name", "path": "/description"}]}
  ]', true) b$$,
  $$VALUES (0, '50000000-0000-4000-8000-000000000003', true, '30'::jsonb, NULL::text), (1, '50000000-0000-4000-8000-000000000001', true, '1', NULL)$$, 'all go through together'
);

-- Each by itself
SELECT results_eq(
  $$SELECT b.index, b.succeeded, b.threat ->> 'name', b.code, b.message, b.detail FROM ids i, threat_batch_patch(i.model, '[
    {"id": "50000000-0000-4000-8000-000000000007", "operations": []},
    {"id": "50000000-0000-4000-8000-000000000003", "operations": [{"op": "replace", "path": "/name", "value": "Three"}]},
    {"id": "50000000-0000-4000-8000-000000000009", "operations": []},
    {"id": "50000000-0000-4000-8000-000000000002", "operations": [{"op": "replace", "path": "/name", "value": "Two"}, {"op": "test", "path": "/score", "value": 3}]},
    {"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "replace", "path": "/score", "value": 1.5}], "if_modified_at": null}
  ]') b$$,
  $$VALUES
    (0, false, NULL::text, 'TM404', 'threat not found', NULL::text),
    (1, true, 'Three', NULL, NULL, NULL),
    (2, false, NULL, 'TM404', 'threat not found', NULL),
    (3, false, NULL, 'TM409', 'the document does not hold the value that the patch was made for', 'item 1: /score'),
    (4, false, NULL, 'TM422', 'score cannot take this value', 'field: score')$$,
  'each patch succeeds or says why not'
);
SELECT results_eq(
  $$SELECT b.code, b.detail FROM ids i, threat_batch_patch(i.model, '[
    {"id": "50000000-0000-4000-8000-000000000001", "operations": [{"op": "remove", "path": "/name"}]},
    {"id": "50000000-0000-4000-8000-000000000002", "operations": [], "if_modified_at": "2001-01-01"},
    {"id": "50000000-0000-4000-8000-000000000003", "operations": [], "if_modified_at": "soon"}
  ]') b$$,
  $$VALUES ('23502', 'field: name'), ('TM412', 'field: if_modified_at'), ('TM422', 'field: if_modified_at')$$, 'whoever refused it'
);
SELECT set_eq('SELECT t.name, t.score FROM ids i, threat_list(i.model) t', $$VALUES ('Threat 1', 1), ('Threat 2', 2), ('Three', 30)$$, 'what failed has changed nothing');
SELECT * FROM finish();
