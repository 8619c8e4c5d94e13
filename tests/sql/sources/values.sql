-- What a source holds, how its parts are refused, and how it is found.
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
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other, '50000000-0000-4000-8000-000000000001'::uuid AS source;
GRANT SELECT ON ids TO PUBLIC;
INSERT INTO sources (id, threat_model_id, name, url) SELECT '50000000-0000-4000-8000-000000000009', other, 'Elsewhere', 'https://example.com/elsewhere' FROM ids;
CREATE FUNCTION pg_temp.create(p_arguments text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT source_create(%L, %s)', i.model, p_arguments)) FROM ids i $$;
CREATE FUNCTION pg_temp.with_parameters(p_parameters text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT source_create(%L, ''Server'', ''https://example.com'', p_parameters => %L)', i.model, p_parameters)) FROM ids i $$;
CREATE FUNCTION pg_temp.update(p_changes text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT source_update(%L, %L, %L)', i.model, i.source, p_changes)) FROM ids i $$;
CREATE FUNCTION pg_temp.patch(p_operations text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT source_patch(%L, %L, %L)', i.model, i.source, p_operations)) FROM ids i $$;
CREATE FUNCTION pg_temp.bulk(p_function text, p_items text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM %I(%L, %L)', p_function, i.model, p_items)) FROM ids i $$;
CREATE FUNCTION pg_temp.filtered(p_filter text) RETURNS text
LANGUAGE sql
AS $$ SELECT coalesce(string_agg(t.name, ' ' ORDER BY t.name), 'none') FROM ids i, source_list(i.model, p_filter => p_filter::jsonb) t $$;

SELECT tap.act('alice@example.com');

-- Addresses and types
SELECT is(pg_temp.create($$'Server', NULL$$), '23502', 'a source is somewhere');
SELECT is(pg_temp.create($$'Server', ''$$), '23514 sources_url_check', 'not in no place');
SELECT is(pg_temp.create($$'Server', 'git@example.com:team/server.git'$$), '23514 sources_url_scheme_check', 'an address says how to get there, by a scheme');
SELECT is(pg_temp.create($$'Server', 'git+ssh://example.com'$$), '23514 sources_url_scheme_check', 'by one of five');
SELECT is(pg_temp.create($$'Server', 'javascript:alert(1)'$$), '23514 sources_url_scheme_check', 'that run nothing');
SELECT is(pg_temp.create($$'Server', 'svn://example.com'$$), '23514 sources_url_scheme_check', 'whatever kind of repository it is');
SELECT is(pg_temp.create($$'Server', 'https://example.com', p_type => 'cvs'$$), '23514 sources_type_check', 'of four kinds');
SELECT is(pg_temp.create($$'', 'https://example.com'$$), '23514 sources_name_check', 'a source has a name');

-- Parameters
SELECT is(pg_temp.with_parameters('[]'), 'TM422 field: parameters', 'parameters are an object');
SELECT is(pg_temp.with_parameters('"main"'), 'TM422 field: parameters', 'and no text');
SELECT is(pg_temp.with_parameters('null'), 'TM422 field: parameters', 'nor null, which is not the same as none');
SELECT is(pg_temp.with_parameters('{"branch": "main"}'), 'TM422 path: /parameters/branch', 'a key that nobody reads is refused');
SELECT is(pg_temp.with_parameters('{"reftype": "branch"}'), 'TM422 path: /parameters/reftype', 'as is one that is misspelt');
SELECT is(pg_temp.with_parameters('{"refType": "branch", "refValue": "main", "a/b~c": "x"}'), 'TM422 path: /parameters/a~1b~0c', 'the path is a JSON Pointer');
SELECT is(pg_temp.with_parameters('{"refType": "trunk"}'), 'TM422 path: /parameters/refType', 'a reference is a branch, a tag or a commit');
SELECT is(pg_temp.with_parameters('{"refType": "Branch"}'), 'TM422 path: /parameters/refType', 'in small letters');
SELECT is(pg_temp.with_parameters('{"refType": ["branch"]}'), 'TM422 path: /parameters/refType', 'one of them');
SELECT is(pg_temp.with_parameters('{"refType": "branch", "refValue": 5}'), 'TM422 path: /parameters/refValue', 'its value is a text');
SELECT is(pg_temp.with_parameters('{"subPath": {}}'), 'TM422 path: /parameters/subPath', 'as is the path');
SELECT is(pg_temp.with_parameters(format('{"subPath": %s}', to_json(repeat('x', 1025)))), 'TM422 path: /parameters/subPath', 'which has an end');
SELECT throws_ok(format('SELECT source_create(%L, ''Server'', ''https://example.com'', p_parameters => ''{"branch": "main"}'')', model), 'TM422', 'parameters have no field "branch"', 'the message names the key') FROM ids;
SELECT is((SELECT m.source_count FROM ids i, threat_model_get(i.model) m), 0, 'what was refused is not counted');
SELECT is(pg_temp.with_parameters(p), 'no fault', p)
FROM unnest(ARRAY['{}', '{"refType": "branch", "refValue": "main", "subPath": "src/server"}', '{"refType": "tag", "refValue": "v1"}', '{"refType": "commit", "refValue": "0c3e"}', '{"subPath": null}']) AS p;
SELECT tap.reset();
DELETE FROM sources s USING ids i WHERE s.threat_model_id = i.model;
SELECT throws_ok($$INSERT INTO sources (threat_model_id, name, url, parameters) SELECT model, 'x', 'https://example.com', '{"branch": "main"}' FROM ids$$, 'TM422', NULL, 'no other way in is open to such parameters');
SELECT throws_ok($$UPDATE sources SET parameters = '{"branch": "main"}'$$, 'TM422', NULL, 'nor is a change');
SELECT throws_ok($$UPDATE sources SET url = 'javascript:alert(1)'$$, '23514', NULL, 'nor to such links');
ALTER TABLE sources DISABLE TRIGGER sources_parameters;
UPDATE sources SET parameters = '{"branch": "main"}';
ALTER TABLE sources ENABLE TRIGGER sources_parameters;
SELECT lives_ok($$UPDATE sources SET name = 'Renamed', parameters = parameters$$, 'what was there before it was asked for stays as it is');
SELECT throws_ok($$UPDATE sources SET parameters = parameters || '{"subPath": "src"}'$$, 'TM422', NULL, 'until it is changed');
SELECT tap.act('alice@example.com');

SELECT results_eq(
  $$SELECT s.name, s.url, s.type, s.parameters FROM ids i, source_create(i.model, 'Server', 'ssh://git@example.com/server', 'What answers', 'git', '{"refType": "branch", "refValue": "main"}', '{"team": "blue"}', i.source) s$$,
  $$VALUES ('Server', 'ssh://git@example.com/server', 'git', '{"refType": "branch", "refValue": "main"}'::jsonb)$$, 'a source is added'
);
SELECT results_eq($$SELECT m.key, m.value FROM ids i, metadata_list(i.model, 'source', i.source) m$$, $$VALUES ('team', 'blue')$$, 'with its metadata');
SELECT is(pg_temp.create($$'Server', 'https://example.com', p_id => '50000000-0000-4000-8000-000000000009'$$), 'TM409 field: id', 'an id is used once, in whatever model');

-- Changing
SELECT is(pg_temp.update('{"colour": "red"}'), 'TM422 field: colour', 'a source has no colour');
SELECT is(pg_temp.update('{"parameters": []}'), 'TM422 field: parameters', 'parameters stay an object');
SELECT is(pg_temp.update('{"parameters": {"branch": "main"}}'), 'TM422 path: /parameters/branch', 'with the keys that are read');
SELECT is(pg_temp.update('{"type": "cvs"}'), '23514 sources_type_check', 'a type is one of four');
SELECT is(pg_temp.fault(format('SELECT source_update(%L, %L, ''{"name": "x"}'', ''2001-01-01'')', model, source)), 'TM412 field: if_modified_at', 'a stale writer changes nothing') FROM ids;
SELECT is(pg_temp.fault(format('SELECT source_delete(%L, %L, ''2001-01-01'')', model, source)), 'TM412 field: if_modified_at', 'nor deletes') FROM ids;
SELECT is(pg_temp.patch('[{"op": "add", "path": "/parameters/branch", "value": "main"}]'), 'TM422 path: /parameters/branch', 'a patch adds no other keys');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/parameters/subPath", "value": "src"}]'), 'TM422 item 0: /parameters/subPath', 'nor replaces what is not there');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/parameters", "value": "main"}]'), 'TM422 field: parameters', 'nor makes a text of them');
SELECT is(pg_temp.patch('[{"op": "test", "path": "/parameters/refValue", "value": "trunk"}]'), 'TM409 item 0: /parameters/refValue', 'a test reaches into them');
SELECT results_eq(
  $$SELECT s.name, s.parameters FROM ids i, source_patch(i.model, i.source, '[
    {"op": "test", "path": "/parameters/refType", "value": "branch"},
    {"op": "add", "path": "/parameters/subPath", "value": "src"},
    {"op": "move", "from": "/parameters/refValue", "path": "/name"},
    {"op": "remove", "path": "/parameters/refType"}
  ]') s$$,
  $$VALUES ('main', '{"subPath": "src"}'::jsonb)$$, 'as do the other operations'
);
SELECT results_eq(
  $$SELECT s.parameters, s.type, s.description FROM ids i, source_update(i.model, i.source, '{"parameters": null, "type": null, "name": "Server"}') s$$, $$VALUES (NULL::jsonb, NULL::text, 'What answers')$$, 'null clears'
);
SELECT is(pg_temp.patch('[{"op": "add", "path": "/parameters/subPath", "value": "src"}]'), 'TM422 item 0: /parameters/subPath', 'where there are no parameters, none has a part');
SELECT results_eq(
  $$SELECT s.parameters FROM ids i, source_patch(i.model, i.source, '[{"op": "add", "path": "/parameters", "value": {"refType": "tag", "refValue": "v1"}}]') s$$, ARRAY['{"refType": "tag", "refValue": "v1"}'::jsonb], 'but they may be added whole'
);

-- In bulk
SELECT is(pg_temp.bulk('source_bulk_create', (SELECT jsonb_agg('{"name": "n", "url": "http://a"}'::jsonb)::text FROM generate_series(1, 1001))), 'TM413 field: items', '1,001 sources are too many');
SELECT is(pg_temp.bulk('source_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B", "url": "http://b", "parameters": {"branch": "main"}}]'), 'TM422 item 1: /parameters/branch', 'the item and the path are named');
SELECT is(pg_temp.bulk('source_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B", "url": "http://b", "parameters": "main"}]'), 'TM422 item 1: parameters', 'parameters are an object');
SELECT is(pg_temp.bulk('source_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B", "url": "b"}]'), '23514 sources_url_scheme_check item 1', 'addresses are judged');
SELECT is(pg_temp.bulk('source_bulk_update', '[{"id": "50000000-0000-4000-8000-000000000001", "parameters": {"branch": "main"}}]'), 'TM422 item 0: /parameters/branch', 'in changes, too');
SELECT is(pg_temp.bulk('source_bulk_update', '[{"id": "50000000-0000-4000-8000-000000000009", "name": "x"}]'), 'TM404 item 0', 'a source of another model is not found');
SELECT is(pg_temp.bulk('source_bulk_update', '[{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "2001-01-01"}]'), 'TM412 item 0: if_modified_at', 'a stale item is refused');
SELECT is(pg_temp.bulk('source_bulk_delete', '["50000000-0000-4000-8000-000000000009"]'), 'TM404 item 0', 'nothing is deleted elsewhere');
SELECT results_eq(
  $$SELECT s.name, s.parameters FROM ids i, source_bulk_create(i.model, '[
    {"name": "B", "url": "http://b", "type": "svn", "parameters": null, "metadata": {"k": "v"}}, {"name": "A", "url": "http://a", "type": "git", "parameters": {"subPath": "src"}, "id": "50000000-0000-4000-8000-000000000002"}
  ]') WITH ORDINALITY s$$,
  $$VALUES ('B', NULL::jsonb), ('A', '{"subPath": "src"}')$$, 'sources come back in the order of the items'
);
SELECT results_eq(
  $$SELECT s.name, s.parameters FROM ids i, source_bulk_update(i.model, '[{"id": "50000000-0000-4000-8000-000000000002", "name": "AA"}, {"id": "50000000-0000-4000-8000-000000000001", "parameters": null}]') WITH ORDINALITY s$$,
  $$VALUES ('AA', '{"subPath": "src"}'::jsonb), ('Server', NULL)$$, 'changed ones, too'
);
SELECT is((SELECT m.source_count FROM ids i, threat_model_get(i.model) m), 3, 'all are counted');

-- Lists
SELECT is(pg_temp.fault(format('SELECT * FROM source_list(%L, 201)', model)), 'TM413 field: limit', 'a page has at most 200') FROM ids;
SELECT is(pg_temp.fault(format('SELECT * FROM source_list(%L, p_sort => ''type'')', model)), 'TM422 field: sort', 'sources are not sorted by type') FROM ids;
SELECT is(pg_temp.fault(format('SELECT * FROM source_list(%L, p_filter => ''{"colour": "red"}'')', model)), 'TM422 field: filter.colour', 'nor filtered by what they do not have') FROM ids;
SELECT is(pg_temp.filtered('{"type": "git"}'), 'AA', 'by type');
SELECT is(pg_temp.filtered('{"type": ["git", "svn"]}'), 'AA B', 'by several');
SELECT is(pg_temp.filtered('{"type": null}'), 'Server', 'without one');
SELECT is(pg_temp.filtered('{"name": "SERV"}'), 'Server', 'by a part of the name, in any case');
SELECT is(pg_temp.filtered('{"url": "http://"}'), 'AA B', 'or of the address');
SELECT results_eq('SELECT s.name FROM ids i, source_list(i.model, p_sort => ''name'') s', ARRAY['AA', 'B', 'Server'], 'by name');
SELECT is((SELECT count(*) FROM ids i, source_list(i.model) s), 3::bigint, 'in the default order');

SELECT results_eq('SELECT s.name FROM ids i, source_bulk_delete(i.model, ''["50000000-0000-4000-8000-000000000002", {"id": "50000000-0000-4000-8000-000000000001"}]'') WITH ORDINALITY s', ARRAY['AA', 'Server'], 'what was deleted comes back');
SELECT is((SELECT m.source_count FROM ids i, threat_model_get(i.model) m), 1, 'and counts no more');
SELECT * FROM finish();
