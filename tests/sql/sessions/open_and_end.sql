-- Every reader opens and joins sessions; one is open on a drawing at a time; the host and the model's owners end it.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave'), tap.add_user('erin');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_id => '10000000-0000-4000-8000-000000000001',
  p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}, {"email": "erin@example.com", "role": "reader"}]');
SELECT count(*) FROM threat_model_create('Other', p_id => '10000000-0000-4000-8000-000000000002', p_access => '[{"email": "bob@example.com", "role": "reader"}]');
SELECT count(*) FROM threat_model_create('Secret', p_id => '10000000-0000-4000-8000-000000000003');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_id => '40000000-0000-4000-8000-000000000001');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000002', 'Elsewhere', p_id => '40000000-0000-4000-8000-000000000002');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000003', 'Hidden', p_id => '40000000-0000-4000-8000-000000000003');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://payments', '40000000-0000-4000-8000-000000000001', p_id => '30000000-0000-4000-8000-000000000001');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000003', 'wss://secret', '40000000-0000-4000-8000-000000000003', p_id => '30000000-0000-4000-8000-000000000003');

SELECT tap.reset();
CREATE FUNCTION tap.detail(p_sql text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_detail text;
BEGIN
  EXECUTE p_sql;
  RETURN 'nothing was raised';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RETURN v_detail;
END
$$;
CREATE TEMP TABLE calls AS
SELECT 'SELECT count(*) FROM ' || c AS call
FROM unnest(ARRAY[
  $$session_create('10000000-0000-4000-8000-000000000001', 'wss://x')$$,
  $$session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001')$$,
  $$session_participants('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$,
  $$session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$,
  $$session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$,
  $$session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$,
  $$session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$
]) AS c;
GRANT SELECT ON calls TO PUBLIC;

-- Nobody, strangers, and other roles
SELECT tap.nobody();
SELECT throws_ok(call, 'TM401', NULL, 'nobody: ' || call) FROM calls;
SELECT throws_ok('SELECT * FROM session_list()', 'TM401', NULL, 'nobody lists no sessions');
SELECT tap.act('dave@example.com');
SELECT throws_ok(call, 'TM404', 'threat model not found', 'a stranger: ' || call) FROM calls;
SELECT is_empty('SELECT * FROM session_list()', 'a stranger''s list is empty');
SELECT set_config('tmi.scope', 'l:{10000000-0000-4000-8000-000000000001}', true);
SELECT is_empty('SELECT * FROM session_list()', 'whatever scope he claims');
SELECT tap.report('alice@example.com');
SELECT throws_ok(call, '42501', NULL, 'a report: ' || call) FROM calls;
SELECT tap.become('auth');
SELECT throws_ok(call, '42501', NULL, 'the login service: ' || call) FROM calls;
SELECT tap.act('alice@example.com');
SELECT throws_ok(call, '42501', NULL, 'a helper is not called by hand: ' || call)
FROM unnest(ARRAY[
  $$SELECT _session_hold('10000000-0000-4000-8000-000000000001')$$,
  $$SELECT _session_lock('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', false)$$,
  $$SELECT _session_people('30000000-0000-4000-8000-000000000001')$$,
  $$SELECT _session_list()$$
]) AS call;

-- Rows of another model
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', '40000000-0000-4000-8000-000000000002')$$, 'TM404', 'diagram not found', 'a session cannot name a drawing of another model, even of one that he may read');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', '40000000-0000-4000-8000-000000000003')$$, 'TM404', 'diagram not found', 'nor of one that he may not');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', gen_random_uuid())$$, 'TM404', 'diagram not found', 'nor one that is nowhere: the answer is the same');
SELECT throws_ok($$SELECT * FROM session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000003')$$, 'TM404', 'session not found', 'a session on another model''s drawing is not found');
SELECT throws_ok(
  format($$SELECT * FROM session_%s('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000003')$$, f), 'TM404', 'session not found',
  format('another model''s session is not found by session_%s', f)
)
FROM unnest(ARRAY['participants', 'join', 'leave', 'touch', 'end']) AS f;
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', p_id => '30000000-0000-4000-8000-000000000003')$$, 'TM409', 'the id is in use', 'an id of another model''s session is in use, whoever''s it is');
SELECT tap.reset();
SELECT throws_ok(
  $$INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url) VALUES ('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000002', 'wss://x')$$,
  '23503', NULL, 'plain SQL cannot do it either'
);
SELECT throws_ok(
  $$INSERT INTO collaboration_sessions (threat_model_id, websocket_url) VALUES ('10000000-0000-4000-8000-000000000001', 'wss://x'), ('10000000-0000-4000-8000-000000000001', 'wss://y')$$,
  '23505', NULL, 'nor open two sessions on one model'
);

-- Opening
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', NULL)$$, '23502', NULL, 'a session has an address');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', repeat('x', 1025))$$, '23514', NULL, 'of 1,024 characters at most');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', p_ttl => '59 seconds')$$, '23514', NULL, 'it lives for a minute at least');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', p_ttl => '24 hours 1 second')$$, '23514', NULL, 'and 24 hours at most');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', p_ttl => '-1 hour')$$, '23514', NULL, 'and not backwards');
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', '40000000-0000-4000-8000-000000000001')$$, 'TM409', 'a session is open already', 'a drawing has one open session');
SELECT is(
  tap.detail($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', '40000000-0000-4000-8000-000000000001')$$),
  'session: 30000000-0000-4000-8000-000000000001', 'the refusal says which one'
);
SELECT is(
  (SELECT (s.id, s.diagram_id IS NULL, s.websocket_url, s.host_user_id = (SELECT m.id FROM me() m), s.expires_at - now(), s.ended_at IS NULL)::text
   FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://whole', p_id => '30000000-0000-4000-8000-000000000002') s),
  '(30000000-0000-4000-8000-000000000002,t,wss://whole,t,01:00:00,t)',
  'a reader opens one on the model as a whole, is its host, and it lives for an hour'
);
SELECT throws_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x')$$, 'TM409', 'a session is open already', 'of which there is one too');
SELECT is((SELECT s.expires_at - now() FROM session_create('10000000-0000-4000-8000-000000000002', 'wss://other', p_ttl => '5 minutes') s), '5 minutes', 'another lives as long as was asked for');
SELECT tap.act('alice@example.com');
SELECT session_end('10000000-0000-4000-8000-000000000002', s.id) FROM session_get('10000000-0000-4000-8000-000000000002') s;
SELECT is((SELECT s.expires_at - now() FROM session_create('10000000-0000-4000-8000-000000000002', 'wss://other', p_ttl => NULL) s), '1 hour', 'where one has ended another can be opened; no duration is the usual one');

-- Looking
SELECT tap.act('erin@example.com');
SELECT is((SELECT s.id FROM session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') s), '30000000-0000-4000-8000-000000000001'::uuid, 'a reader finds the session of a drawing');
SELECT is((SELECT s.id FROM session_get('10000000-0000-4000-8000-000000000001') s), '30000000-0000-4000-8000-000000000002'::uuid, 'and that of the model');
SELECT set_eq(
  $$SELECT l.id, l.threat_model_name, l.diagram_name, l.host_email, l.participant_count, l.role FROM session_list() l$$,
  $$VALUES ('30000000-0000-4000-8000-000000000001'::uuid, 'Payments', 'Flow', 'alice@example.com', 1::bigint, 'reader'),
    ('30000000-0000-4000-8000-000000000002', 'Payments', NULL, 'bob@example.com', 1, 'reader')$$,
  'a list has the open sessions of her models and of no others'
);
SELECT tap.act('alice@example.com');
SELECT set_eq('SELECT l.threat_model_name, l.role FROM session_list() l', $$VALUES ('Payments', 'owner'), ('Payments', 'owner'), ('Other', 'owner'), ('Secret', 'owner')$$, 'the owner of three models sees those of all three');

-- Ending
SELECT tap.act('erin@example.com');
SELECT throws_ok($$SELECT * FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'TM403', NULL, 'a reader does not end another''s session');
SELECT tap.act('carol@example.com');
SELECT throws_ok($$SELECT * FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'TM403', NULL, 'nor does a writer');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002');
SELECT throws_ok($$SELECT * FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'TM403', NULL, 'who is in it');
SELECT tap.act('bob@example.com');
SELECT is((SELECT s.ended_at FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002') s), now(), 'its host does, a reader as he is');
SELECT is((SELECT s.ended_at FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002') s), now(), 'and once more without harm');
SELECT tap.reset();
SELECT is_empty($$SELECT FROM session_participants p WHERE p.session_id = '30000000-0000-4000-8000-000000000002' AND p.left_at IS NULL$$, 'with it everybody is out');
SELECT tap.act('carol@example.com');
SELECT throws_ok($$SELECT * FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'TM409', 'the session has ended', 'nobody joins what has ended');
SELECT throws_ok($$SELECT * FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'TM409', 'the session has ended', 'nor keeps it alive');
SELECT lives_ok($$SELECT * FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'leaving it is no error');
SELECT is_empty($$SELECT * FROM session_participants('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002')$$, 'and nobody is in it');
SELECT throws_ok($$SELECT * FROM session_get('10000000-0000-4000-8000-000000000001')$$, 'TM404', 'session not found', 'it is not found as an open one');
SELECT is_empty($$SELECT * FROM session_list() l WHERE l.id = '30000000-0000-4000-8000-000000000002'$$, 'nor listed');
SELECT tap.act('alice@example.com');
SELECT is((SELECT s.ended_at FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s), now(), 'an owner ends any');
SELECT tap.reset();
UPDATE threat_model_access SET role = 'owner' WHERE threat_model_id = '10000000-0000-4000-8000-000000000001' AND user_email = 'carol@example.com';
SELECT tap.act('bob@example.com');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://again', p_id => '30000000-0000-4000-8000-000000000004');
SELECT tap.act('carol@example.com');
SELECT isnt((SELECT s.ended_at FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000004') s), NULL, 'any owner, who need not be in it');

-- Diagrams and models that go
SELECT tap.act('alice@example.com');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://last', '40000000-0000-4000-8000-000000000001');
SELECT diagram_delete('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001');
SELECT is_empty($$SELECT * FROM session_list() l WHERE l.threat_model_name = 'Payments'$$, 'a session goes with its drawing');
SELECT * FROM finish();
