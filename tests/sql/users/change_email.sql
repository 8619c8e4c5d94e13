-- An address moves with everything that refers to it; what was written about the past stays.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT (SELECT id FROM users WHERE email = 'alice@example.com') AS alice,
  tap.add_model('alice@example.com', 'Alice''s') AS alices,
  tap.add_model('bob@example.com', 'Bob''s') AS bobs;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.act('alice@example.com');
SELECT access_grant(alices, 'bob@example.com', 'writer') FROM ids;
SELECT tap.act('bob@example.com');
SELECT access_grant(bobs, 'alice@example.com', 'reader') FROM ids;

SELECT tap.become('auth');
SELECT throws_ok('SELECT user_change_email(gen_random_uuid(), ''x@example.com'')', 'TM404', 'user not found', 'nobody who is not there gets an address');
SELECT throws_ok('SELECT user_change_email(alice, ''bob@example.com'') FROM ids', 'TM409', 'the address belongs to another account', 'an address that is taken is refused');
SELECT throws_ok('SELECT user_change_email(alice, '' BOB@Example.com'') FROM ids', 'TM409', NULL, 'in any spelling');
SELECT throws_ok('SELECT user_change_email(alice, NULL) FROM ids', '23502', NULL, 'an address is there');
SELECT throws_ok('SELECT user_change_email(alice, ''  '') FROM ids', '23514', NULL, 'and is not empty');
SELECT throws_ok('SELECT user_change_email(alice, repeat(''x'', 310) || ''@example.com'') FROM ids', '23514', NULL, 'or too long');

SELECT tap.reset();
CREATE TEMP TABLE context AS SELECT tap.sign('alice@example.com') AS old;
GRANT SELECT ON context TO PUBLIC;
SELECT tap.become('auth');
SELECT is((SELECT email FROM ids, user_change_email(alice, ' Alice@New.example ')), 'alice@new.example', 'the address changes, trimmed and in lower case');
SELECT tap.reset();
SELECT results_eq(
  'SELECT owner_email, created_by FROM threat_models, ids WHERE id = alices',
  $$VALUES ('alice@new.example', 'alice@example.com')$$,
  'her model follows; who created it stays as it was written'
);
SELECT set_eq(
  'SELECT user_email, role, granted_by FROM threat_model_access, ids WHERE threat_model_id = alices',
  $$VALUES ('alice@new.example', 'owner', 'alice@example.com'), ('bob@example.com', 'writer', 'alice@example.com')$$,
  'her mirrored access row follows; who granted stays as it was written'
);
SELECT set_eq(
  'SELECT user_email, role FROM threat_model_access, ids WHERE threat_model_id = bobs',
  $$VALUES ('alice@new.example', 'reader'), ('bob@example.com', 'owner')$$,
  'and so does her access to others'' models'
);
SELECT tap.nobody();
SELECT throws_ok('SELECT me() FROM context WHERE _as(old) OFFSET 0', 'TM401', 'no valid identity', 'an identity signed for the old address is over');
SELECT tap.act('alice@new.example');
SELECT is((SELECT role FROM ids, threat_model_get(alices)), 'owner', 'under the new one she owns her model');
SELECT is((SELECT role FROM ids, threat_model_get(bobs)), 'reader', 'and reads Bob''s');
SELECT tap.become('auth');
SELECT lives_ok('SELECT user_change_email(alice, ''alice@new.example'') FROM ids', 'the address one has already changes nothing');
SELECT is((SELECT is_new FROM user_login('apple', 'other', 'alice@example.com', 'Another Alice')), true, 'the old address is free for somebody else');
SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT threat_model_get(alices) FROM ids', 'TM404', NULL, 'who inherits nothing by it');
SELECT finish();
