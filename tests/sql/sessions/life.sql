-- A session lives while somebody gives a sign of life; the host's leaving hands it over to somebody who can write.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave'), tap.add_user('erin');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', p_id => '10000000-0000-4000-8000-000000000001',
  p_access => '[{"email": "bob@example.com", "role": "reader"}, {"email": "carol@example.com", "role": "writer"}, {"email": "dave@example.com", "role": "writer"}, {"email": "erin@example.com", "role": "reader"}]');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_id => '40000000-0000-4000-8000-000000000001');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://x', '40000000-0000-4000-8000-000000000001', '10 minutes', '30000000-0000-4000-8000-000000000001');
SELECT tap.reset();
-- Everything in a test happens at one moment: what was is moved into the past.
CREATE FUNCTION tap.age(p_by interval) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  v_role text := current_setting('role');
BEGIN
  PERFORM set_config('role', 'none', true);
  ALTER TABLE session_participants DISABLE TRIGGER USER;
  ALTER TABLE collaboration_sessions DISABLE TRIGGER USER;
  UPDATE session_participants SET joined_at = joined_at - p_by, last_seen_at = last_seen_at - p_by;
  UPDATE collaboration_sessions SET created_at = created_at - p_by, modified_at = modified_at - p_by, expires_at = expires_at - p_by;
  ALTER TABLE session_participants ENABLE TRIGGER USER;
  ALTER TABLE collaboration_sessions ENABLE TRIGGER USER;
  PERFORM set_config('role', v_role, true);
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;

-- Joining
SELECT tap.age('1 minute');
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM404', 'you are not in the session', 'who is not in a session gives it no sign of life');
SELECT throws_ok($$SELECT * FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM404', 'you were never in the session', 'nor leaves it');
SELECT set_config('test.first', p.id::text, true) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') p;
SELECT tap.age('1 minute');
SELECT is(
  (SELECT (p.id = current_setting('test.first')::uuid, p.joined_at = now() - interval '1 minute', p.last_seen_at = now())::text
   FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') p),
  '(t,t,t)', 'joining twice is one participation, and a sign of life'
);
SELECT is((SELECT s.expires_at - now() FROM session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') s), '10 minutes', 'which keeps the session open');
SELECT tap.age('1 minute');
SELECT tap.act('carol@example.com');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001');
SELECT tap.age('1 minute');
SELECT tap.act('dave@example.com');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001');
SELECT tap.act('erin@example.com');
SELECT results_eq(
  $$SELECT p.email, p.name, p.role, p.is_host FROM session_participants('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') p$$,
  $$VALUES ('alice@example.com', 'Alice', 'owner', true), ('bob@example.com', 'Bob', 'reader', false), ('carol@example.com', 'Carol', 'writer', false), ('dave@example.com', 'Dave', 'writer', false)$$,
  'everybody who may join sees who is in a session, the first to come first, with the role of each'
);

-- Signs of life
SELECT tap.age('4 minutes');
SELECT is((SELECT s.expires_at - now() FROM session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001') s), '6 minutes', 'a session runs out');
SELECT tap.act('carol@example.com');
SELECT is((SELECT s.expires_at - now() FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s), '10 minutes', 'a sign of life moves its end by what it was created with');
SELECT is(
  (SELECT array_agg(p.name ORDER BY p.name) FROM session_participants('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') p WHERE p.last_seen_at = now()),
  ARRAY['Carol'], 'and the time when she was seen, hers alone'
);
SAVEPOINT alive;
SELECT tap.reset();
SELECT is(session_purge(), 0::bigint, 'housekeeping leaves alone what is alive');
SELECT tap.age('10 minutes');
SELECT tap.act('carol@example.com');
SELECT throws_ok($$SELECT * FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM409', 'the session has ended', 'what has expired does not come back to life');
SELECT throws_ok($$SELECT * FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM409', 'the session has ended', 'is not joined');
SELECT throws_ok($$SELECT * FROM session_get('10000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001')$$, 'TM404', 'session not found', 'not found');
SELECT is_empty('SELECT * FROM session_list()', 'not listed');
SELECT is_empty($$SELECT * FROM session_participants('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'and nobody is in it');
SELECT lives_ok($$SELECT * FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://y', '40000000-0000-4000-8000-000000000001')$$, 'an expired session is in nobody''s way');
SELECT tap.reset();
SELECT is(
  (SELECT (s.ended_at IS NOT NULL, NOT EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id AND p.left_at IS NULL))::text
   FROM collaboration_sessions s WHERE s.id = '30000000-0000-4000-8000-000000000001'),
  '(t,t)', 'it was ended, for everybody in it'
);
ROLLBACK TO alive;
SELECT tap.age('9 minutes 59 seconds');
SELECT tap.become('maintenance');
SELECT is(session_purge(), 0::bigint, 'a session that has not expired is not purged');
SELECT is(session_purge('9 minutes'), 1::bigint, 'one that is idle is');
SELECT throws_ok('SELECT * FROM session_list()', '42501', NULL, 'housekeeping sees none of them');
ROLLBACK TO alive;

-- Leaving
SELECT tap.act('dave@example.com');
SELECT is((SELECT s.ended_at FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s), NULL, 'one of many leaves, and the session goes on');
SELECT lives_ok($$SELECT * FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'leaving twice is no error');
SELECT throws_ok($$SELECT * FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM404', 'you are not in the session', 'who has left is not in it');
SELECT tap.reset();
SELECT is((SELECT p.left_at FROM session_participants p JOIN users u ON u.id = p.user_id WHERE u.name = 'Dave'), now(), 'when he left is kept');
SELECT tap.act('dave@example.com');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001');
SELECT tap.reset();
SELECT is((SELECT count(*) FROM session_participants p JOIN users u ON u.id = p.user_id WHERE u.name = 'Dave'), 2::bigint, 'coming back is another participation');
SELECT tap.act('alice@example.com');
SELECT is(
  (SELECT p.name FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s, session_participants(s.threat_model_id, s.id) p WHERE p.user_id = s.host_user_id),
  'Carol', 'the host hands over to the writer who has been there longest, not to the reader who has been there longer'
);
SELECT throws_ok(
  $$SELECT * FROM session_end('10000000-0000-4000-8000-000000000001', gen_random_uuid())$$, 'TM404', 'session not found', 'a session that is nowhere is not found'
);
SAVEPOINT handed_over;
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001')$$, 'TM403', NULL, 'a reader is not made host');
SELECT tap.act('carol@example.com');
SELECT isnt((SELECT s.ended_at FROM session_end('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s), NULL, 'the new host may end it');
ROLLBACK TO handed_over;
SELECT tap.act('alice@example.com');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001');
SELECT tap.act('dave@example.com');
SELECT count(*) FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001');
SELECT tap.act('carol@example.com');
SELECT is(
  (SELECT p.name FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s, session_participants(s.threat_model_id, s.id) p WHERE p.user_id = s.host_user_id),
  'Alice', 'an owner who came back takes her turn after'
);
SELECT tap.act('alice@example.com');
SELECT is(
  (SELECT (s.ended_at = now(), s.host_user_id IS NOT NULL)::text FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001') s),
  '(t,t)', 'when nobody who can write is left, it ends'
);
SELECT tap.reset();
SELECT is_empty($$SELECT FROM session_participants p WHERE p.left_at IS NULL$$, 'for the readers too');

-- Rows from before there were durations
INSERT INTO collaboration_sessions (id, threat_model_id, websocket_url, expires_at) VALUES ('30000000-0000-4000-8000-000000000007', '10000000-0000-4000-8000-000000000001', 'wss://old', NULL);
SELECT tap.act('bob@example.com');
SELECT count(*) FROM session_join('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000007');
SELECT is((SELECT (s.expires_at IS NULL, s.host_user_id IS NULL)::text FROM session_touch('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000007') s), '(t,t)', 'a session that never expires still never does');
SELECT isnt((SELECT s.ended_at FROM session_leave('10000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000007') s), NULL, 'and one without a host ends with the last who could lead it');

-- Under row-level security, without the functions' checks
SELECT tap.act('alice@example.com');
SELECT count(*) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://z', p_id => '30000000-0000-4000-8000-000000000008');
SELECT tap.api('bob@example.com');
SELECT is_empty('SELECT FROM collaboration_sessions', 'what has entered no model sees no session');
SELECT is_empty('SELECT FROM session_participants', 'and no participant');
SELECT throws_ok($$INSERT INTO session_participants (session_id, user_id) SELECT '30000000-0000-4000-8000-000000000008', id FROM users$$, '42501', NULL, 'nor joins one');
SELECT throws_ok($$INSERT INTO collaboration_sessions (threat_model_id, websocket_url) VALUES ('10000000-0000-4000-8000-000000000001', 'x')$$, '42501', NULL, 'nor opens one');
SELECT * FROM finish();
