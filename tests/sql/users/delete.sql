-- A user can go; nothing the user owned is left without an owner, and nobody's access outlives him.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
CREATE TEMP TABLE ids AS
SELECT (SELECT id FROM users WHERE email = 'alice@example.com') AS alice,
  (SELECT id FROM users WHERE email = 'dave@example.com') AS dave,
  tap.add_model('alice@example.com', 'Alone') AS alone,
  tap.add_model('alice@example.com', 'Shared') AS shared,
  tap.add_model('bob@example.com', 'Bob''s') AS bobs;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(alone, 'bob@example.com', 'writer'), tap.share(shared, 'bob@example.com', 'owner'), tap.share(shared, 'carol@example.com', 'owner'),
  tap.share(bobs, 'alice@example.com', 'writer')
FROM ids;
ALTER TABLE threat_model_access DISABLE TRIGGER USER;
UPDATE threat_model_access a SET granted_at = now() - interval '2 days' FROM ids WHERE a.threat_model_id = shared AND a.user_email = 'carol@example.com';
UPDATE threat_model_access a SET granted_at = now() - interval '1 day' FROM ids WHERE a.threat_model_id = shared AND a.user_email = 'bob@example.com';
ALTER TABLE threat_model_access ENABLE TRIGGER USER;

SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT user_delete(alice) FROM ids', '42501', NULL, 'a service deletes nobody, not even whom it acts for');
SELECT tap.become('maintenance');
SELECT throws_ok('SELECT user_delete(alice) FROM ids', '42501', NULL, 'nor does a housekeeping job');
SELECT tap.become('auth');
SELECT throws_ok('SELECT _user_models_release(''alice@example.com'', NULL, true)', '42501', NULL, 'the login service calls no helpers');
SELECT throws_ok('SELECT user_delete(gen_random_uuid())', 'TM404', 'user not found', 'nobody who is not there is deleted');
SELECT throws_ok('SELECT user_delete(alice) FROM ids', 'TM409', 'the user owns threat models that have no other owner', 'who owns a model alone stays');
SELECT throws_ok('SELECT user_delete(alice, NULL, NULL) FROM ids', 'TM409', NULL, 'if nothing else is said');
SELECT throws_ok('SELECT user_delete(alice, ''nobody@example.com'') FROM ids', 'TM422', 'the models can go to another existing user only', 'models do not go to nobody');
SELECT throws_ok('SELECT user_delete(alice, ''Alice@example.com'') FROM ids', 'TM422', NULL, 'nor to who is about to go');
SELECT throws_ok('SELECT user_delete(alice, ''nobody@example.com'', true) FROM ids', 'TM422', NULL, 'and are not deleted instead');

SELECT tap.reset();
CREATE FUNCTION pg_temp.detail_of(p_query text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_detail text;
BEGIN
  EXECUTE p_query;
  RETURN NULL;
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RETURN v_detail;
END
$$;
SELECT tap.reset();
SELECT is(pg_temp.detail_of('SELECT user_delete(alice) FROM ids'), (SELECT 'models: ' || alone FROM ids), 'the refusal names the models');
SELECT tap.become('auth');
SELECT is((SELECT count(*) FROM ids, user_get(alice)), 1::bigint, 'a refusal deletes nobody');

-- The co-owner who has been one longest, and deletion of the rest
SAVEPOINT a;
SELECT results_eq(
  'SELECT d.threat_model_id, d.name, d.action, d.new_owner_email FROM ids, user_delete(alice, p_delete_models => true) d',
  $$SELECT alone, 'Alone', 'deleted', NULL FROM ids UNION ALL SELECT shared, 'Shared', 'transferred', 'carol@example.com' FROM ids$$,
  'a shared model goes to the owner who has been one longest; one that nobody is left for is deleted, where that was asked for'
);
SELECT throws_ok('SELECT user_get(alice) FROM ids', 'TM404', NULL, 'the user is gone');
SELECT tap.reset();
SELECT is_empty('SELECT 1 FROM threat_models, ids WHERE id = alone', 'as is the model');
SELECT is((SELECT owner_email FROM threat_models, ids WHERE id = shared), 'carol@example.com', 'the other has its new owner');
SELECT is_empty('SELECT 1 FROM threat_model_access WHERE user_email = ''alice@example.com''', 'no access is left');
SELECT set_eq(
  'SELECT user_email, role FROM threat_model_access, ids WHERE threat_model_id = shared',
  $$VALUES ('bob@example.com', 'owner'), ('carol@example.com', 'owner')$$,
  'nobody else''s access changed'
);
SELECT is((SELECT created_by FROM threat_models, ids WHERE id = shared), 'alice@example.com', 'who created it stays as it was written');
ROLLBACK TO a;

-- Somebody who was named
SAVEPOINT a;
SELECT tap.become('auth');
SELECT results_eq(
  'SELECT d.threat_model_id, d.action, d.new_owner_email FROM ids, user_delete(alice, '' Dave@example.com'', true) d',
  $$SELECT i.id, v.action, v.email FROM ids, unnest(ARRAY[alone, shared]) AS i (id), (VALUES ('transferred', 'dave@example.com')) AS v (action, email)$$,
  'who is named gets all the models, and none is deleted'
);
SELECT tap.act('dave@example.com');
SELECT is((SELECT role FROM ids, threat_model_get(alone)), 'owner', 'and owns them');
SELECT tap.reset();
SELECT is((SELECT granted_by FROM threat_model_access, ids WHERE threat_model_id = alone AND user_email = 'dave@example.com'), 'alice@example.com', 'by grant of the one who went');
ROLLBACK TO a;

-- Everything else that is the user's
SELECT tap.reset();
INSERT INTO diagrams (threat_model_id, name, type) SELECT bobs, 'd', 'DFD-1.0.0' FROM ids;
INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, host_user_id)
SELECT bobs, d.id, 'wss://x', alice FROM ids, diagrams d WHERE d.threat_model_id = bobs;
INSERT INTO session_participants (session_id, user_id, joined_at)
SELECT s.id, u.id, now() FROM collaboration_sessions s, users u WHERE u.email IN ('alice@example.com', 'bob@example.com');
INSERT INTO user_providers (user_id, provider, provider_user_id) SELECT alice, 'google', 'g' FROM ids;
INSERT INTO refresh_tokens (user_id, token_hash, expires_at, family_expires_at)
SELECT alice, repeat('a', 64), now() + interval '1 day', now() + interval '1 day' FROM ids;
SELECT tap.become('auth');
SELECT lives_ok('SELECT user_delete(alice, ''bob@example.com'') FROM ids', 'a user with links, tokens and sessions goes');
SELECT lives_ok('SELECT user_delete(dave) FROM ids', 'and one who owns nothing');
SELECT tap.reset();
SELECT is_empty('SELECT 1 FROM user_providers', 'no link is left');
SELECT is_empty('SELECT 1 FROM refresh_tokens', 'no token');
SELECT results_eq('SELECT email FROM collaboration_sessions s LEFT JOIN users u ON u.id = s.host_user_id', ARRAY['bob@example.com'], 'the session the user hosted was handed over');
SELECT is_empty('SELECT 1 FROM collaboration_sessions WHERE ended_at IS NOT NULL', 'and goes on');
SELECT tap.nobody();
SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT me()', 'TM401', 'no valid identity', 'a deleted user''s identity is over');
SELECT finish();
