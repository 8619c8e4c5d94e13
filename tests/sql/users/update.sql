-- Users are changed by the login service, and themselves by their owners: nobody else.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT (SELECT id FROM users WHERE email = 'alice@example.com') AS alice, (SELECT id FROM users WHERE email = 'bob@example.com') AS bob;
GRANT SELECT ON ids TO PUBLIC;

SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT user_update(alice, ''{"name": "x"}'') FROM ids', '42501', NULL, 'a service does not update users, not even the one it acts for');
SELECT throws_ok('SELECT user_change_email(alice, ''x@example.com'') FROM ids', '42501', NULL, 'nor their addresses');
SELECT throws_ok('SELECT user_get(bob) FROM ids', '42501', NULL, 'nor looks one up');
SELECT throws_ok('SELECT user_find(''bob@example.com'')', '42501', NULL, 'by address');
SELECT throws_ok('SELECT user_find_by_provider(''google'', ''1'')', '42501', NULL, 'or by provider');
SELECT throws_ok('SELECT user_list()', '42501', NULL, 'nor lists them');

SELECT tap.become('auth');
SELECT throws_ok('SELECT me()', '42501', NULL, 'the login service acts for nobody');
SELECT throws_ok('SELECT me_update(''{"name": "x"}'')', '42501', NULL, 'and has no profile');
SELECT throws_ok('SELECT me_providers()', '42501', NULL, 'nor providers of its own');
SELECT throws_ok('SELECT threat_model_create(''x'')', '42501', NULL, 'and creates no models');
SELECT throws_ok('SELECT threat_model_list()', '42501', NULL, 'nor lists any');

-- By the login service
SELECT throws_ok('SELECT user_update(gen_random_uuid(), ''{"name": "x"}'')', 'TM404', 'user not found', 'nobody who is not there is updated');
SELECT throws_ok('SELECT user_update(alice, ''{"email": "x@example.com"}'') FROM ids', 'TM422', 'changes has no field "email"', 'an address is not updated');
SELECT throws_ok('SELECT user_update(alice, ''{"name": 1}'') FROM ids', 'TM422', 'name of changes must be a JSON string', 'a name is a text');
SELECT throws_ok('SELECT user_update(alice, ''{"name": null}'') FROM ids', '23502', NULL, 'and can not be taken away');
SELECT throws_ok('SELECT user_update(alice, ''[]'') FROM ids', 'TM422', NULL, 'changes are an object');
SELECT throws_ok('SELECT user_update(alice, NULL) FROM ids', 'TM422', NULL, 'that is there');
SELECT throws_ok('SELECT user_update(alice, jsonb_build_object(''name'', repeat(''x'', 257))) FROM ids', '23514', NULL, 'a name fits a line');
SELECT throws_ok('SELECT user_update(alice, ''{"name": "x"}'', now() - interval ''1 day'') FROM ids', 'TM412', NULL, 'what has changed since is not updated');
SELECT results_eq('SELECT email, name FROM ids, user_update(alice, ''{"name": "Alice A"}'')', $$VALUES ('alice@example.com', 'Alice A')$$, 'a name changes');
SELECT lives_ok('SELECT user_update(alice, ''{"name": "Alice B"}'', (SELECT modified_at FROM user_get(alice))) FROM ids', 'and again, for who has seen it change');
SELECT is((SELECT name FROM ids, user_update(alice, '{}')), 'Alice B', 'changes may be empty');

-- By oneself
SELECT tap.nobody();
SELECT throws_ok('SELECT me_update(''{"name": "x"}'')', 'TM401', 'no valid identity', 'nobody updates nobody''s profile');
SELECT throws_ok('SELECT me_providers()', 'TM401', 'no valid identity', 'or sees providers');
SELECT tap.act('bob@example.com');
SELECT throws_ok('SELECT me_update(''{"email": "alice@example.com"}'')', 'TM422', 'changes has no field "email"', 'nobody changes his own address');
SELECT throws_ok('SELECT me_update(''{"id": "x"}'')', 'TM422', NULL, 'or id');
SELECT throws_ok('SELECT me_update(''{"name": null}'')', '23502', NULL, 'or goes without a name');
SELECT throws_ok('SELECT me_update(''{"name": "x"}'', now() - interval ''1 day'')', 'TM412', NULL, 'or overwrites what has changed since');
SELECT results_eq('SELECT email, name FROM me_update(''{"name": "Bobby"}'')', $$VALUES ('bob@example.com', 'Bobby')$$, 'Bob renames himself');
SELECT is((SELECT name FROM me()), 'Bobby', 'and is called so');
SELECT is_empty('SELECT 1 FROM me_providers()', 'he has no providers');
SELECT tap.become('auth');
SELECT provider_link(bob, 'google', 'g-bob'), provider_link(alice, 'google', 'g-alice'), provider_link(bob, 'apple', 'a-bob') FROM ids;
SELECT is((SELECT name FROM ids, user_get(alice)), 'Alice B', 'nobody else was renamed');
SELECT tap.act('bob@example.com');
SELECT results_eq('SELECT provider, provider_user_id FROM me_providers()', $$VALUES ('google', 'g-bob'), ('apple', 'a-bob')$$, 'and sees his own providers, the primary one first');
SELECT finish();
