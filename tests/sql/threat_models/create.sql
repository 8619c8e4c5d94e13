-- Whoever creates a model owns it; what comes with it is checked like anything else.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol');

SELECT tap.nobody();
SELECT throws_ok($$SELECT * FROM threat_model_create('Payments')$$, 'TM401', NULL, 'nobody cannot create a model');
SELECT tap.become('auth');
SELECT throws_ok($$SELECT * FROM threat_model_create('Payments')$$, '42501', NULL, 'the login service cannot create a model');

SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_create('')$$, '23514', NULL, 'a model needs a name');
SELECT throws_ok($$SELECT * FROM threat_model_create(NULL)$$, '23502', NULL, 'a name cannot be null');
SELECT throws_ok(format('SELECT * FROM threat_model_create(%L)', repeat('x', 257)), 'TM422', 'name has at most 256 characters', 'a name of 257 characters is refused');
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('P', repeat('x', 1000001))$$, 'TM422', 'description has at most 1000000 characters', 'a description of more than a million is refused'
);
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('P', p_issue_url => repeat('x', 1025))$$, 'TM422', 'issue_url has at most 1024 characters', 'an address of 1,025 is refused'
);
SELECT throws_ok($$SELECT * FROM threat_model_create('P', p_threat_model_framework => 'PASTA')$$, '23514', NULL, 'an unknown framework is refused');
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('P', p_access => '[{"email": "ghost@example.com", "role": "reader"}]')$$,
  'TM422', 'there is no user with this address', 'access for somebody who does not exist is refused'
);
SELECT throws_ok($$SELECT * FROM threat_model_create('P', p_access => '[{"email": "bob@example.com", "role": "boss"}]')$$, '23514', NULL, 'an unknown role is refused');
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('P', p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "bob@example.com", "role": "writer"}]')$$,
  'TM422', 'an address is named twice', 'one person cannot be named twice'
);
SELECT throws_ok($$SELECT * FROM threat_model_create('P', p_access => '{"bob@example.com": "reader"}')$$, 'TM422', NULL, 'access is an array');
SELECT throws_ok($$SELECT * FROM threat_model_create('P', p_metadata => '{"k": 1}')$$, 'TM422', NULL, 'a metadata value is a text');
SELECT throws_ok($$SELECT * FROM threat_model_create('P', p_metadata => '{"a key": "1"}')$$, '23514', NULL, 'a metadata key has no blanks');
SELECT is_empty('SELECT * FROM threat_model_list()', 'and nothing of all that is left');

SELECT lives_ok(
  $$SELECT * FROM threat_model_create(repeat('x', 256), repeat('x', 1000000), p_issue_url => repeat('x', 1024), p_id => '10000000-0000-4000-8000-000000000002')$$,
  'what is as long as may be is taken'
);
SELECT throws_ok(
  format('SELECT * FROM threat_model_update(%L, %L)', '10000000-0000-4000-8000-000000000002', jsonb_build_object(c.name, repeat('x', c.most + 1))),
  'TM422', format('%s has at most %s characters', c.name, c.most), c.name || ' grows no longer by an update'
)
FROM (VALUES ('name', 256), ('description', 1000000), ('issue_url', 1024)) AS c (name, most);

SELECT is(
  (SELECT (m.owner_email, m.created_by, m.role, m.threat_count, m.diagram_count)::text FROM threat_model_create(
    'Payments', 'Cards', 'STRIDE', 'https://issues.example/1',
    '[{"email": "BOB@example.com ", "role": "reader"}, {"email": "alice@example.com", "role": "reader"}]',
    '{"team": "blue"}', '10000000-0000-4000-8000-000000000001'
  ) m),
  '(alice@example.com,alice@example.com,owner,0,0)',
  'the creator is owner and creator, and cannot lower herself'
);
SELECT results_eq(
  $$SELECT a.user_email, a.role, a.granted_by FROM access_list('10000000-0000-4000-8000-000000000001') a ORDER BY 1$$,
  $$VALUES ('alice@example.com', 'owner', 'alice@example.com'), ('bob@example.com', 'reader', 'alice@example.com')$$,
  'those who were named have access'
);
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('Again', p_id => '10000000-0000-4000-8000-000000000001')$$,
  'TM409', 'the id is in use', 'an id cannot be used twice'
);
SELECT tap.act('carol@example.com');
SELECT throws_ok(
  $$SELECT * FROM threat_model_create('Mine', p_id => '10000000-0000-4000-8000-000000000001')$$,
  'TM409', 'the id is in use', 'and a stranger learns no more than that'
);
SELECT tap.reset();
SELECT results_eq(
  $$SELECT d.key, d.value FROM metadata d WHERE d.threat_model_id = '10000000-0000-4000-8000-000000000001'$$,
  $$VALUES ('team', 'blue')$$,
  'metadata given along is there'
);
SELECT * FROM finish();
