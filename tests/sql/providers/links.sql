-- Ways to log in: one primary as long as there is any, never none at all, and nobody's account is two people's.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT (SELECT id FROM users WHERE email = 'alice@example.com') AS alice, (SELECT id FROM users WHERE email = 'bob@example.com') AS bob;
GRANT SELECT ON ids TO PUBLIC;

SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT provider_list(alice) FROM ids', '42501', NULL, 'a service does not list links, not even of whom it acts for');
SELECT throws_ok('SELECT provider_link(alice, ''google'', ''1'') FROM ids', '42501', NULL, 'nor makes them');
SELECT throws_ok('SELECT provider_unlink(alice, ''google'') FROM ids', '42501', NULL, 'nor takes them away');
SELECT throws_ok('SELECT provider_set_primary(alice, ''google'') FROM ids', '42501', NULL, 'nor chooses the primary one');

SELECT tap.become('auth');
SELECT throws_ok('SELECT provider_list(gen_random_uuid())', 'TM404', 'user not found', 'nobody who is not there has links');
SELECT throws_ok('SELECT provider_link(gen_random_uuid(), ''google'', ''1'')', 'TM404', 'user not found', 'or gets one');
SELECT throws_ok('SELECT provider_unlink(gen_random_uuid(), ''google'')', 'TM404', 'user not found', 'or loses one');
SELECT throws_ok('SELECT provider_set_primary(gen_random_uuid(), ''google'')', 'TM404', 'user not found', 'or has a primary one');
SELECT is_empty('SELECT 1 FROM ids, provider_list(alice)', 'a user may have none');
SELECT throws_ok('SELECT provider_unlink(alice, ''google'') FROM ids', 'TM404', 'provider not found', 'a link that is not there does not go');
SELECT throws_ok('SELECT provider_set_primary(alice, ''google'') FROM ids', 'TM404', 'provider not found', 'or become the primary one');

-- Linking
SELECT throws_ok('SELECT provider_link(alice, ''myspace'', ''1'') FROM ids', '23514', NULL, 'an unknown provider is refused');
SELECT throws_ok('SELECT provider_link(alice, NULL, ''1'') FROM ids', '23502', NULL, 'a missing one too');
SELECT throws_ok('SELECT provider_link(alice, ''google'', NULL) FROM ids', '23502', NULL, 'and a missing identity');
SELECT throws_ok('SELECT provider_link(alice, ''google'', '''') FROM ids', '23514', NULL, 'and an empty one');
SELECT results_eq(
  'SELECT l.user_id, l.provider, l.provider_email, l.provider_name, l.is_primary FROM ids, provider_link(alice, ''google'', ''g'', '' Al@Example.com'', ''Al'') l',
  $$SELECT alice, 'google', 'al@example.com', 'Al', true FROM ids$$,
  'the first link is the primary one'
);
SELECT results_eq('SELECT l.provider, l.is_primary FROM ids, provider_link(alice, ''github'', ''h'') l', $$VALUES ('github', false)$$, 'the second is not');
SELECT results_eq(
  'SELECT l.provider_email, l.provider_name, l.is_primary FROM ids, provider_link(alice, ''google'', ''g'', NULL, ''Alice'') l',
  $$VALUES ('al@example.com', 'Alice', true)$$,
  'linking again is harmless, and notes what is new'
);
SELECT throws_ok('SELECT provider_link(alice, ''google'', ''g2'') FROM ids', 'TM409', 'the account is linked to another identity of this provider', 'a user has one identity of a provider');
SELECT throws_ok('SELECT provider_link(bob, ''google'', ''g'') FROM ids', 'TM409', 'the identity is linked to another account', 'an identity has one user');
SELECT is_empty('SELECT 1 FROM ids, provider_list(bob)', 'a refusal links nothing');

-- The primary one
SELECT results_eq('SELECT p.provider, p.is_primary FROM ids, provider_set_primary(alice, ''github'') p', $$VALUES ('github', true)$$, 'another becomes the primary one');
SELECT results_eq('SELECT p.provider, p.is_primary FROM ids, provider_list(alice) p', $$VALUES ('github', true), ('google', false)$$, 'in place of the first');
SELECT results_eq(
  'SELECT s.modified_at FROM ids, provider_set_primary(alice, ''github'') s',
  'SELECT l.modified_at FROM ids, provider_list(alice) l WHERE l.provider = ''github''',
  'twice changes nothing'
);
SELECT throws_ok('SELECT provider_set_primary(alice, ''apple'') FROM ids', 'TM404', 'provider not found', 'one that is not there does not');
SELECT throws_ok('SELECT provider_set_primary(alice, NULL) FROM ids', 'TM404', 'provider not found', 'nor none');
SELECT results_eq('SELECT p.provider FROM ids, provider_list(alice) p WHERE p.is_primary', ARRAY['github'], 'and a refusal takes nothing away');

-- Unlinking
SELECT provider_link(alice, 'apple', 'a') FROM ids;
SELECT tap.reset();
-- All this is one transaction, but links are made at different times.
ALTER TABLE user_providers DISABLE TRIGGER USER;
UPDATE user_providers SET created_at = now() - interval '1 day' WHERE provider = 'google';
ALTER TABLE user_providers ENABLE TRIGGER USER;
SELECT tap.become('auth');
SELECT throws_ok('SELECT provider_unlink(alice, NULL) FROM ids', 'TM404', 'provider not found', 'nothing is unlinked by no name');
SELECT lives_ok('SELECT provider_unlink(alice, ''github'') FROM ids', 'the primary link goes');
SELECT results_eq('SELECT p.provider, p.is_primary FROM ids, provider_list(alice) p', $$VALUES ('google', true), ('apple', false)$$, 'and the one linked first of the others becomes it');
SELECT lives_ok('SELECT provider_unlink(alice, ''apple'') FROM ids', 'another goes');
SELECT results_eq('SELECT p.provider, p.is_primary FROM ids, provider_list(alice) p', $$VALUES ('google', true)$$, 'and the primary one stays');
SELECT throws_ok('SELECT provider_unlink(alice, ''google'') FROM ids', 'TM409', 'the last way to log in stays', 'the last link stays');
SELECT is((SELECT id FROM user_find_by_provider('google', 'g')), (SELECT alice FROM ids), 'so that she can still log in');
SELECT throws_ok('SELECT user_find_by_provider(''github'', ''h'')', 'TM404', NULL, 'but not by what was unlinked');
SELECT lives_ok('SELECT provider_link(bob, ''github'', ''h'') FROM ids', 'an identity that was unlinked is free');
SELECT finish();
