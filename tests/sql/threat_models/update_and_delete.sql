-- Writers change a model, owners delete it, and both only what they have read.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}]',
  p_metadata => '{"k": "v"}', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_bulk_create('10000000-0000-4000-8000-000000000001', '[{"name": "a"}, {"name": "b"}]');

SELECT tap.nobody();
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": "x"}')$$, 'TM401', NULL, 'nobody cannot change a model');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001')$$, 'TM401', NULL, 'nobody cannot delete a model');
SELECT tap.act('dave@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": "x"}')$$, 'TM404', NULL, 'a stranger cannot change a model');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001')$$, 'TM404', NULL, 'a stranger cannot delete a model');
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": "x"}')$$, 'TM403', NULL, 'a reader cannot change a model');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001')$$, 'TM403', NULL, 'a reader cannot delete a model');
SELECT tap.act('carol@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001')$$, 'TM403', NULL, 'a writer cannot delete a model');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"owner_email": "carol@example.com"}')$$, 'TM422', NULL, 'ownership is no field');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"threat_count": 7}')$$, 'TM422', NULL, 'neither is a count');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": 7}')$$, 'TM422', NULL, 'a number is no name');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": null}')$$, '23502', NULL, 'a name cannot be cleared');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '[]')$$, 'TM422', NULL, 'changes are an object');
SELECT throws_ok($$SELECT * FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"name": "x"}', '2001-01-01')$$, 'TM412', NULL, 'a stale writer is refused');

SELECT set_config('test.before', m.modified_at::text, true) FROM threat_model_get('10000000-0000-4000-8000-000000000001') m;
SELECT is(
  (SELECT (m.name, m.description, m.threat_model_framework, m.role)::text
   FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"description": "new", "threat_model_framework": "DIE"}', current_setting('test.before')::timestamptz) m),
  '(Payments,new,DIE,writer)',
  'a writer sets the fields that are named and keeps the others'
);
SELECT cmp_ok(
  (SELECT m.modified_at FROM threat_model_get('10000000-0000-4000-8000-000000000001') m), '>', current_setting('test.before')::timestamptz, 'the time of change moves on'
);
SELECT is((SELECT m.description FROM threat_model_update('10000000-0000-4000-8000-000000000001', '{"description": null}') m), NULL, 'null clears');

SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001', '2001-01-01')$$, 'TM412', NULL, 'a stale owner is refused');
SELECT tap.reset();
INSERT INTO collaboration_sessions (id, threat_model_id, websocket_url) VALUES ('30000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'wss://x');
INSERT INTO session_participants (session_id, user_id) SELECT '30000000-0000-4000-8000-000000000001', u.id FROM users u WHERE u.email = 'bob@example.com';
SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_delete('10000000-0000-4000-8000-000000000001')$$, 'TM409', NULL, 'a model is not deleted under those who work in it');
SELECT is(
  (SELECT (d.threat_count, d.metadata_count, d.session_count, d.access_count)::text FROM threat_model_delete('10000000-0000-4000-8000-000000000001', p_force => true) d),
  '(2,1,1,3)',
  'with force it goes, and says what went'
);
SELECT throws_ok($$SELECT * FROM threat_model_get('10000000-0000-4000-8000-000000000001')$$, 'TM404', NULL, 'it is gone');
SELECT tap.reset();
SELECT is(
  (SELECT count(*) FROM threats t WHERE t.threat_model_id = '10000000-0000-4000-8000-000000000001')
    + (SELECT count(*) FROM metadata d WHERE d.threat_model_id = '10000000-0000-4000-8000-000000000001')
    + (SELECT count(*) FROM threat_model_access a WHERE a.threat_model_id = '10000000-0000-4000-8000-000000000001'),
  0::bigint,
  'and so is everything in it'
);
SELECT * FROM finish();
