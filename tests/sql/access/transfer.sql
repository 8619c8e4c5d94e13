-- Ownership is handed over, never taken.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'Alice''s') AS alices;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(alices, 'bob@example.com', 'writer') FROM ids;

SELECT tap.api('bob@example.com');
SELECT _enter(alices, 'writer') FROM ids;
SELECT throws_ok('UPDATE threat_models SET owner_email = ''bob@example.com''', '42501', NULL, 'ownership is not stolen by an update');
SELECT throws_ok('INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by) SELECT alices, ''carol@example.com'', ''owner'', ''bob@example.com'' FROM ids', '42501', NULL, 'nor by a grant');
SELECT tap.act('bob@example.com');
SELECT throws_ok('SELECT threat_model_transfer(alices, ''bob@example.com'') FROM ids', 'TM403', NULL, 'nor taken by a writer');

SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT threat_model_transfer(alices, ''nobody@example.com'') FROM ids', 'TM422', 'there is no user with this address', 'nobody is given a model');
SELECT throws_ok('SELECT threat_model_transfer(alices, NULL) FROM ids', 'TM422', 'there is no user with this address', 'nor is it given up');
SELECT tap.reset();
CREATE TEMP TABLE before AS SELECT m.* FROM threat_models m, ids WHERE m.id = alices;
GRANT SELECT ON before TO PUBLIC;
SELECT tap.act('alice@example.com');
SELECT is((SELECT t.modified_at FROM ids, threat_model_transfer(alices, ' Alice@Example.com') t), (SELECT modified_at FROM before), 'a transfer to oneself changes nothing');
SELECT results_eq(
  'SELECT t.id, t.owner_email, t.created_by, t.role FROM ids, threat_model_transfer(alices, ''Bob@Example.com'') t',
  $$SELECT alices, 'bob@example.com', 'alice@example.com', 'owner' FROM ids$$,
  'the owner gives the model to Bob; who created it stays as it was written'
);
SELECT results_eq(
  'SELECT a.user_email, a.role, a.granted_by FROM ids, access_list(alices) a ORDER BY a.user_email',
  $$VALUES ('alice@example.com', 'owner', 'alice@example.com'), ('bob@example.com', 'owner', 'alice@example.com')$$,
  'and stays an owner beside him'
);
SELECT ok((SELECT t.modified_at > b.modified_at FROM ids, before b, threat_model_get(alices) t), 'who has read the model before sees that it changed');
SELECT throws_ok('SELECT access_revoke(alices, ''bob@example.com'') FROM ids', 'TM409', NULL, 'the new owner of record is the one who can not be put out');
SELECT tap.act('bob@example.com');
SELECT lives_ok('SELECT access_revoke(alices, ''alice@example.com'') FROM ids', 'and the former one can');
SELECT access_grant(alices, 'alice@example.com', 'owner') FROM ids;
SELECT tap.act('alice@example.com');
SELECT is((SELECT t.owner_email FROM ids, threat_model_transfer(alices, 'carol@example.com') t), 'carol@example.com', 'any owner can transfer, also to somebody who had no access');
SELECT results_eq('SELECT a.role, a.granted_by FROM ids, access_list(alices) a WHERE a.user_email = ''carol@example.com''', $$VALUES ('owner', 'alice@example.com')$$, 'which is granted in the name of who did it');
SELECT finish();
