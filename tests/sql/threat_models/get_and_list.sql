-- A model is seen by its people, with its counts and their role; by nobody else, in whatever way they ask.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', 'cards', 'STRIDE', p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}]',
  p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_model_create('Apples', p_threat_model_framework => 'CIA', p_id => '10000000-0000-4000-8000-000000000002');
SELECT count(*) FROM threat_model_create('payroll', p_issue_url => 'https://issues.example/3', p_id => '10000000-0000-4000-8000-000000000003');
SELECT count(*) FROM threat_bulk_create('10000000-0000-4000-8000-000000000001', '[{"name": "a"}, {"name": "b"}]');

SELECT tap.nobody();
SELECT throws_ok($$SELECT * FROM threat_model_get('10000000-0000-4000-8000-000000000001')$$, 'TM401', NULL, 'nobody cannot read a model');
SELECT throws_ok('SELECT * FROM threat_model_list()', 'TM401', NULL, 'nobody cannot list models');
SELECT tap.act('dave@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_get('10000000-0000-4000-8000-000000000001')$$, 'TM404', 'threat model not found', 'a stranger cannot read a model');
SELECT throws_ok($$SELECT * FROM threat_model_get('20000000-0000-4000-8000-000000000001')$$, 'TM404', 'threat model not found', 'one that is not there is answered alike');
SELECT throws_ok('SELECT * FROM threat_model_get(NULL)', 'TM404', NULL, 'no model is not found');
SELECT is_empty('SELECT * FROM threat_model_list()', 'a stranger lists nothing');
SELECT is_empty($$SELECT * FROM threat_model_list(p_filter => '{"name": "a"}')$$, 'not with a filter either');
SELECT set_config('tmi.scope', 'l:{10000000-0000-4000-8000-000000000001}', true);
SELECT is_empty('SELECT * FROM threat_model_list()', 'nor with a scope of his own');
SELECT set_config('tmi.scope', 'o:10000000-0000-4000-8000-000000000001', true);
SELECT is_empty($$SELECT * FROM threat_model_list(p_sort => 'name')$$, 'nor in another order');

SELECT tap.act('bob@example.com');
SELECT is((SELECT m.role || m.threat_count FROM threat_model_get('10000000-0000-4000-8000-000000000001') m), 'reader2', 'a reader sees his role and the counts');
SELECT results_eq('SELECT m.name, m.role FROM threat_model_list() m', $$VALUES ('Payments', 'reader')$$, 'and lists what he may read');
SELECT tap.act('carol@example.com');
SELECT is((SELECT m.role FROM threat_model_get('10000000-0000-4000-8000-000000000001') m), 'writer', 'a writer sees hers');

SELECT tap.act('alice@example.com');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_sort => 'name') m$$, $$SELECT m.name FROM threat_model_list() m ORDER BY m.name$$, 'models come by name');
SELECT is((SELECT array_agg(m.id) FROM threat_model_list(p_sort => '-created_at') m), (SELECT array_agg(m.id ORDER BY m.created_at DESC, m.id DESC) FROM threat_model_list() m), 'the newest come first');
SELECT is(
  (SELECT array_agg(m.id) FROM threat_model_list(p_sort => 'created_at') m), (SELECT array_agg(m.id ORDER BY m.created_at, m.id) FROM threat_model_list() m), 'or the oldest'
);
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"name": "PAY"}', p_sort => 'name') m$$, $$SELECT n FROM (VALUES ('Payments'), ('payroll')) v (n) ORDER BY n$$, 'a part of a name finds models in any case');
SELECT is_empty($$SELECT * FROM threat_model_list(p_filter => '{"name": "%"}')$$, 'a wildcard is a character like others');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"threat_model_framework": ["CIA", "DIE"]}') m$$, $$VALUES ('Apples')$$, 'a filter may name several values');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"threat_model_framework": null}') m$$, $$VALUES ('payroll')$$, 'or none');
SELECT results_eq($$SELECT m.name FROM threat_model_list(p_filter => '{"issue_url": "https://issues.example/3"}') m$$, $$VALUES ('payroll')$$, 'models are found by their issue');
SELECT is((SELECT count(*) FROM threat_model_list(p_filter => '{"role": "owner", "owner_email": "alice@example.com"}')), 3::bigint, 'and by role and owner');
SELECT is_empty($$SELECT * FROM threat_model_list(p_filter => '{"role": "reader"}')$$, 'a role that she does not have finds nothing');
SELECT is_empty($$SELECT * FROM threat_model_list(p_filter => '{"created_after": "2999-01-01"}')$$, 'nor does the future');
SELECT is((SELECT count(*) FROM threat_model_list(p_filter => '{"modified_before": "2999-01-01", "created_before": "2999-01-01", "modified_after": "2001-01-01"}')), 3::bigint, 'times bound from both sides');

SELECT is(
  (WITH RECURSIVE page AS (
    SELECT m.id, to_jsonb(m) AS last, 1 AS n FROM threat_model_list(1) m
    UNION ALL
    SELECT m.id, to_jsonb(m), p.n + 1 FROM page p CROSS JOIN LATERAL threat_model_list(1, p.last) m
  ) SELECT array_agg(p.id ORDER BY p.n) FROM page p),
  (SELECT array_agg(m.id) FROM threat_model_list() m),
  'pages of one, each after the last row of the one before, give the whole list'
);
SELECT throws_ok('SELECT * FROM threat_model_list(201)', 'TM413', NULL, 'a page of 201 is too large');
SELECT throws_ok('SELECT * FROM threat_model_list(0)', 'TM422', NULL, 'a page of none is refused');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_sort => 'owner_email; DROP TABLE users')$$, 'TM422', NULL, 'an order that does not exist is refused');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_sort => '--created_at')$$, 'TM422', NULL, 'so is a minus too many');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_filter => '{"nme": "x"}')$$, 'TM422', NULL, 'a filter that does not exist is refused');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_filter => '{"created_after": "yesterday or so"}')$$, 'TM422', NULL, 'a filter of the wrong type is refused');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_after => '{"id": "x", "created_at": "2026-01-01"}')$$, 'TM422', NULL, 'a cursor that is none is refused');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_after => '{"created_at": "2026-01-01"}')$$, 'TM422', NULL, 'so is half a cursor');
SELECT throws_ok($$SELECT * FROM threat_model_list(p_after => '{"id": null, "created_at": "2026-01-01"}')$$, 'TM422', NULL, 'and a row without an id');
SELECT * FROM finish();
