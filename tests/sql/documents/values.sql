-- What a document holds, how its parts are refused, and how it is found.
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
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other, '50000000-0000-4000-8000-000000000001'::uuid AS document;
GRANT SELECT ON ids TO PUBLIC;
INSERT INTO documents (id, threat_model_id, name, url) SELECT '50000000-0000-4000-8000-000000000009', other, 'Elsewhere', 'https://example.com/elsewhere' FROM ids;
CREATE FUNCTION pg_temp.create(p_arguments text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT document_create(%L, %s)', i.model, p_arguments)) FROM ids i $$;
CREATE FUNCTION pg_temp.update(p_changes text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT document_update(%L, %L, %L)', i.model, i.document, p_changes)) FROM ids i $$;
CREATE FUNCTION pg_temp.patch(p_operations text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT document_patch(%L, %L, %L)', i.model, i.document, p_operations)) FROM ids i $$;
CREATE FUNCTION pg_temp.bulk(p_function text, p_items text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM %I(%L, %L)', p_function, i.model, p_items)) FROM ids i $$;
CREATE FUNCTION pg_temp.filtered(p_filter text) RETURNS text
LANGUAGE sql
AS $$ SELECT coalesce(string_agg(t.name, ' ' ORDER BY t.name), 'none') FROM ids i, document_list(i.model, p_filter => p_filter::jsonb) t $$;

SELECT tap.act('alice@example.com');

-- Addresses
SELECT is(pg_temp.create($$'Design', NULL$$), '23502', 'a document is somewhere');
SELECT is(pg_temp.create($$'Design', ''$$), '23514 documents_url_check', 'not in no place');
SELECT is(pg_temp.create($$'Design', 'javascript:alert(1)'$$), '23514 documents_url_scheme_check', 'a link runs nothing');
SELECT is(pg_temp.create($$'Design', 'javascript://x%0aalert(1)'$$), '23514 documents_url_scheme_check', 'however it is dressed up');
SELECT is(pg_temp.create($$'Design', ' https://example.com'$$), '23514 documents_url_scheme_check', 'a scheme stands first');
SELECT is(pg_temp.create($$'Design', 'data:text/html,x'$$), '23514 documents_url_scheme_check', 'a link holds no document');
SELECT is(pg_temp.create($$'Design', 'example.com/design'$$), '23514 documents_url_scheme_check', 'a link says how to get there');
SELECT is(pg_temp.create($$'Design', '//example.com'$$), '23514 documents_url_scheme_check', 'and does not leave it open');
SELECT is(pg_temp.create($$'Design', 'https:example.com'$$), '23514 documents_url_scheme_check', 'by a scheme and slashes');
SELECT is(pg_temp.create($$'Design', 'https://'$$), '23514 documents_url_scheme_check', 'and where to');
SELECT is(pg_temp.create($$'Design', E'https://example.com\n'$$), '23514 documents_url_scheme_check', 'a link is one line');
SELECT is(pg_temp.create($$'Design', E'x\nhttps://example.com'$$), '23514 documents_url_scheme_check', 'from its beginning');
SELECT is(pg_temp.create($$'Design', 'https://' || repeat('x', 1017)$$), '23514 documents_url_length_check', 'and fits a browser');
SELECT is(pg_temp.create($$'Design', '$$ || u || $$'$$), 'no fault', u)
FROM unnest(ARRAY['http://a', 'https://example.com/a?b#c', 'HTTPS://EXAMPLE.COM', 'ssh://git@example.com/a', 'git://example.com/a', 'file:///srv/a b.pdf']) AS u;

-- The rest
SELECT is(pg_temp.create($$NULL, 'https://example.com'$$), '23502', 'a document has a name');
SELECT is(pg_temp.create($$'', 'https://example.com'$$), '23514 documents_name_check', 'that is not empty');
SELECT is(pg_temp.create($$repeat('n', 257), 'https://example.com'$$), '23514 documents_name_length_check', 'and fits a line');
SELECT is(pg_temp.create($$'Design', 'https://example.com', repeat('x', 1000001)$$), '23514 documents_description_length_check', 'a description has an end');
SELECT is(pg_temp.create($$'Design', 'https://example.com', p_id => '50000000-0000-4000-8000-000000000009'$$), 'TM409 field: id', 'an id is used once, in whatever model');
SELECT is(pg_temp.create($$'Design', 'https://example.com', p_metadata => '{"bad key": "v"}'$$), '23514 metadata_key_check', 'keys of metadata are plain words');
SELECT is(pg_temp.create($$'Design', 'https://example.com', p_metadata => '{"k": 1}'$$), 'TM422 field: metadata.k', 'and its values texts');
SELECT is((SELECT m.document_count FROM ids i, threat_model_get(i.model) m), 6, 'what was refused is not counted');
SELECT tap.reset();
DELETE FROM documents d USING ids i WHERE d.threat_model_id = i.model;
SELECT tap.act('alice@example.com');

SELECT results_eq(
  $$SELECT d.id, d.name, d.url, d.description FROM ids i, document_create(i.model, 'Design', 'https://example.com/design', 'How it is built', '{"team": "blue"}', i.document) d$$,
  $$VALUES ('50000000-0000-4000-8000-000000000001'::uuid, 'Design', 'https://example.com/design', 'How it is built')$$, 'a document is added'
);
SELECT results_eq($$SELECT m.key, m.value FROM ids i, metadata_list(i.model, 'document', i.document) m$$, $$VALUES ('team', 'blue')$$, 'with its metadata');

-- Changing
SELECT is(pg_temp.update('{"type": "git"}'), 'TM422 field: type', 'a document has no type');
SELECT is(pg_temp.update('{"url": "javascript:alert(1)"}'), '23514 documents_url_scheme_check', 'a link does not come to run something');
SELECT is(pg_temp.update('{"url": null}'), '23502', 'nor leads nowhere');
SELECT is(pg_temp.update('{"name": 5}'), 'TM422 field: name', 'a name stays a text');
SELECT is(pg_temp.fault(format('SELECT document_update(%L, %L, ''{"name": "x"}'', ''2001-01-01'')', model, document)), 'TM412 field: if_modified_at', 'a stale writer changes nothing') FROM ids;
SELECT is(pg_temp.fault(format('SELECT document_patch(%L, %L, ''[]'', ''2001-01-01'')', model, document)), 'TM412 field: if_modified_at', 'nor patches') FROM ids;
SELECT is(pg_temp.fault(format('SELECT document_delete(%L, %L, ''2001-01-01'')', model, document)), 'TM412 field: if_modified_at', 'nor deletes') FROM ids;
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/threat_model_id", "value": "x"}]'), 'TM422 item 0: /threat_model_id', 'a patch does not reach the model');
SELECT is(pg_temp.patch('[{"op": "test", "path": "/name", "value": "x"}]'), 'TM409 item 0: /name', 'a test that fails stops it');
SELECT is(pg_temp.patch('[{"op": "replace", "path": "/url", "value": "data:x"}]'), '23514 documents_url_scheme_check', 'a link is judged');
SELECT results_eq(
  $$SELECT d.name, d.url, d.description FROM ids i, document_update(i.model, i.document, '{"description": null, "name": "The design"}') d$$,
  $$VALUES ('The design', 'https://example.com/design', NULL::text)$$, 'what is named is set, the rest is kept'
);
SELECT results_eq(
  $$SELECT d.name, d.url, d.description FROM ids i, document_patch(i.model, i.document, '[{"op": "copy", "from": "/name", "path": "/description"}, {"op": "replace", "path": "/url", "value": "file:///design"}]') d$$,
  $$VALUES ('The design', 'file:///design', 'The design')$$, 'a patch copies and replaces'
);

-- In bulk
SELECT is(pg_temp.bulk('document_bulk_create', '[]'), 'TM422 field: items', 'a bulk call is not empty');
SELECT is(pg_temp.bulk('document_bulk_create', (SELECT jsonb_agg('{"name": "n", "url": "http://a"}'::jsonb)::text FROM generate_series(1, 1001))), 'TM413 field: items', 'nor of 1,001');
SELECT is(pg_temp.bulk('document_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B", "url": "b"}]'), '23514 documents_url_scheme_check item 1', 'the link that is wrong is named');
SELECT is(pg_temp.bulk('document_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B", "url": 5}]'), 'TM422 item 1: url', 'a link is a text');
SELECT is(pg_temp.bulk('document_bulk_create', '[{"name": "A", "url": "http://a"}, {"name": "B"}]'), '23502 item 1: url', 'and there');
SELECT is(pg_temp.bulk('document_bulk_create', '[{"name": "A", "url": "http://a", "id": "50000000-0000-4000-8000-000000000009"}]'), 'TM409 item 0: id', 'an id is used once');
SELECT is(pg_temp.bulk('document_bulk_update', '[{"id": "50000000-0000-4000-8000-000000000001", "name": "A"}, {"id": "50000000-0000-4000-8000-000000000009", "name": "B"}]'), 'TM404 item 1', 'a document of another model is not found');
SELECT is(pg_temp.bulk('document_bulk_update', '[{"id": "50000000-0000-4000-8000-000000000001", "if_modified_at": "2001-01-01"}]'), 'TM412 item 0: if_modified_at', 'a stale item is refused');
SELECT is(pg_temp.bulk('document_bulk_delete', '["50000000-0000-4000-8000-000000000001", "50000000-0000-4000-8000-000000000009"]'), 'TM404 item 1', 'nothing is deleted elsewhere');
SELECT results_eq(
  $$SELECT d.name, d.url FROM ids i, document_bulk_create(i.model, '[{"name": "B", "url": "http://b", "metadata": {"k": "v"}}, {"name": "A", "url": "http://a", "id": "50000000-0000-4000-8000-000000000002"}]') WITH ORDINALITY d$$,
  $$VALUES ('B', 'http://b'), ('A', 'http://a')$$, 'documents come back in the order of the items'
);
SELECT results_eq(
  $$SELECT d.name, d.description FROM ids i, document_bulk_update(i.model, '[{"id": "50000000-0000-4000-8000-000000000002", "description": "First"}, {"id": "50000000-0000-4000-8000-000000000001", "name": "C"}]') WITH ORDINALITY d$$,
  $$VALUES ('A', 'First'), ('C', 'The design')$$, 'changed ones, too'
);
SELECT is((SELECT m.document_count FROM ids i, threat_model_get(i.model) m), 3, 'all are counted');

-- Lists
SELECT is(pg_temp.fault(format('SELECT * FROM document_list(%L, 201)', model)), 'TM413 field: limit', 'a page has at most 200') FROM ids;
SELECT is(pg_temp.fault(format('SELECT * FROM document_list(%L, p_sort => ''score'')', model)), 'TM422 field: sort', 'documents have no score') FROM ids;
SELECT is(pg_temp.fault(format('SELECT * FROM document_list(%L, p_filter => ''{"type": "git"}'')', model)), 'TM422 field: filter.type', 'nor a type') FROM ids;
SELECT is(pg_temp.filtered('{}'), 'A B C', 'an empty filter lets all through');
SELECT is(pg_temp.filtered('{"name": "c"}'), 'C', 'by a part of the name, in any case');
SELECT is(pg_temp.filtered('{"url": "HTTP://"}'), 'A B', 'or of the address');
SELECT is(pg_temp.filtered('{"url": "http", "name": "b"}'), 'B', 'or of both');
SELECT is(pg_temp.filtered('{"name": "%"}'), 'none', 'a percent sign is itself');
SELECT results_eq('SELECT d.name FROM ids i, document_list(i.model, p_sort => ''-name'') d', ARRAY['C', 'B', 'A'], 'by name');
SELECT results_eq('SELECT d.name FROM ids i, document_list(i.model, 1, ''{"id": "50000000-0000-4000-8000-000000000001", "name": "C"}'', ''-name'') d', ARRAY['B'], 'page by page');
SELECT is((SELECT count(*) FROM ids i, document_list(i.model) d), 3::bigint, 'in the default order');
SELECT is((SELECT count(*) FROM ids i, document_list(i.model, 2) l, LATERAL (SELECT to_jsonb(l) AS row) r, document_list(i.model, 2, r.row) d), 3::bigint, 'after each of the first two come the rest');

SELECT results_eq('SELECT d.name FROM ids i, document_bulk_delete(i.model, ''["50000000-0000-4000-8000-000000000002", "50000000-0000-4000-8000-000000000001"]'') WITH ORDINALITY d', ARRAY['A', 'C'], 'what was deleted comes back');
SELECT is((SELECT m.document_count FROM ids i, threat_model_get(i.model) m), 1, 'and counts no more');
SELECT tap.reset();
SELECT is_empty('SELECT FROM metadata m, ids i WHERE m.entity_id = i.document', 'nor leaves metadata behind');
SELECT throws_ok($$INSERT INTO documents (threat_model_id, name, url) SELECT model, 'x', 'javascript:alert(1)' FROM ids$$, '23514', NULL, 'no other way in is open to such links');
SELECT * FROM finish();
