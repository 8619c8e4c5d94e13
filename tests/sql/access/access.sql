-- Who may use a model is the owners' to say; the owner of record stays one, and nobody gives what is not his.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('writer'), tap.add_user('reader'), tap.add_user('stranger');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'Alice''s') AS alices, tap.add_model('bob@example.com', 'Bob''s') AS bobs;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(alices, 'writer@example.com', 'writer'), tap.share(alices, 'reader@example.com', 'reader') FROM ids;

-- Denied: every function to everybody who is not an owner
CREATE FUNCTION pg_temp.calls() RETURNS TABLE (call text, lowest text) LANGUAGE sql AS $$
  VALUES ('access_list(alices)', 'reader'), ('access_role(alices)', 'reader'), ('access_role(alices, ''alice@example.com'')', 'reader'),
    ('access_grant(alices, ''carol@example.com'', ''reader'')', 'owner'), ('access_revoke(alices, ''reader@example.com'')', 'owner'),
    ('access_replace(alices, ''[]'')', 'owner'), ('threat_model_transfer(alices, ''carol@example.com'')', 'owner')
$$;
CREATE FUNCTION tap.refused(p_who text, p_call text, p_state text) RETURNS text LANGUAGE sql AS $$
  SELECT throws_ok(format('SELECT %s FROM ids', p_call), p_state, NULL, format('%s: %s is refused with %s', p_who, p_call, p_state))
$$;
CREATE TEMP TABLE calls AS SELECT * FROM pg_temp.calls();
GRANT SELECT ON calls TO PUBLIC;
SELECT tap.become('auth');
SELECT tap.refused('the login service', call, '42501') FROM calls;
SELECT tap.become('maintenance');
SELECT tap.refused('a housekeeping job', call, '42501') FROM calls;
SELECT tap.report('alice@example.com');
SELECT tap.refused('a report of the owner''s', call, '42501') FROM calls;
SELECT tap.nobody();
SELECT tap.refused('nobody', call, 'TM401') FROM calls;
SELECT tap.act('stranger@example.com');
SELECT tap.refused('a stranger', call, 'TM404') FROM calls;
SELECT tap.act('reader@example.com');
SELECT tap.refused('a reader', call, 'TM403') FROM calls WHERE lowest = 'owner';
SELECT tap.act('writer@example.com');
SELECT tap.refused('a writer', call, 'TM403') FROM calls WHERE lowest = 'owner';
SELECT throws_ok('SELECT _access_put(alices, ''[{"email": "writer@example.com", "role": "owner"}]'') FROM ids', '42501', NULL, 'nobody calls the helpers');
SELECT throws_ok('SELECT _threat_model_own(alices, ''writer@example.com'') FROM ids', '42501', NULL, 'that write owners');
SELECT throws_ok('SELECT access_grant(gen_random_uuid(), ''carol@example.com'', ''reader'')', 'TM404', 'threat model not found', 'a model that is not there is answered like one that is not yours');

-- What even the API's role can not do to a model that it entered as writer, or not at all
SELECT tap.api('writer@example.com');
SELECT _enter(alices, 'writer') FROM ids;
SELECT lives_ok('SELECT _threat_model_own(alices, ''writer@example.com'') FROM ids', 'a function that entered as writer and tries to write the owner');
SELECT tap.reset();
SELECT is((SELECT owner_email FROM threat_models, ids WHERE id = alices), 'alice@example.com', 'writes nothing');
SELECT tap.api('bob@example.com');
SELECT _enter(bobs, 'owner') FROM ids;
SELECT _threat_model_own(alices, 'bob@example.com') FROM ids;
SELECT tap.reset();
SELECT is((SELECT owner_email FROM threat_models, ids WHERE id = alices), 'alice@example.com', 'nor does one that entered another model');

-- Reading
SELECT tap.act('reader@example.com');
SELECT set_eq(
  'SELECT user_email, role FROM ids, access_list(alices)',
  $$VALUES ('alice@example.com', 'owner'), ('writer@example.com', 'writer'), ('reader@example.com', 'reader')$$,
  'a reader sees who else may use the model'
);
SELECT is((SELECT access_role(alices) FROM ids), 'reader', 'and his own role');
SELECT is((SELECT access_role(alices, ' Alice@Example.com') FROM ids), 'owner', 'and anybody else''s');
SELECT is((SELECT access_role(alices, 'stranger@example.com') FROM ids), NULL, 'who may have none');

-- Granting
SELECT tap.act('alice@example.com');
SELECT results_eq(
  'SELECT g.user_email, g.role, g.granted_by, g.granted_at = now() FROM ids, access_grant(alices, '' Carol@Example.com'', ''reader'') g',
  $$VALUES ('carol@example.com', 'reader', 'alice@example.com', true)$$,
  'an owner grants, in his own name'
);
SELECT throws_ok('SELECT access_grant(alices, ''nobody@example.com'', ''reader'') FROM ids', 'TM422', 'there is no user with this address', 'nobody gets no access');
SELECT throws_ok('SELECT access_grant(alices, NULL, ''reader'') FROM ids', '23502', NULL, 'nor somebody without an address');
SELECT throws_ok('SELECT access_grant(alices, ''carol@example.com'', ''god'') FROM ids', '23514', NULL, 'there are three roles');
SELECT throws_ok('SELECT access_grant(alices, ''carol@example.com'', NULL) FROM ids', '23502', NULL, 'and everybody has one');
SELECT throws_ok('SELECT access_grant(alices, ''alice@example.com'', ''writer'') FROM ids', 'TM409', 'the owner of record stays an owner', 'the owner of record is not lowered');
SELECT throws_ok('SELECT access_revoke(alices, ''alice@example.com'') FROM ids', 'TM409', 'the owner of record stays an owner', 'or put out');
SELECT lives_ok('SELECT access_grant(alices, ''alice@example.com'', ''owner'') FROM ids', 'or harmed by being granted what he has');
SELECT access_grant(alices, 'bob@example.com', 'owner') FROM ids;
SELECT tap.act('bob@example.com');
SELECT throws_ok('SELECT access_revoke(alices, ''alice@example.com'') FROM ids', 'TM409', NULL, 'not even by a co-owner');
SELECT results_eq('SELECT g.role, g.granted_by FROM ids, access_grant(alices, ''carol@example.com'', ''writer'') g', $$VALUES ('writer', 'bob@example.com')$$, 'a changed role has a new grantor');
SELECT tap.act('alice@example.com');
SELECT results_eq('SELECT g.role, g.granted_by FROM ids, access_grant(alices, ''carol@example.com'', ''writer'') g', $$VALUES ('writer', 'bob@example.com')$$, 'the same role keeps the one it has');

-- Revoking
SELECT throws_ok('SELECT access_revoke(alices, ''stranger@example.com'') FROM ids', 'TM404', 'access not found', 'what is not there is not revoked');
SELECT lives_ok('SELECT access_revoke(alices, '' Carol@example.com'') FROM ids', 'an owner revokes');
SELECT throws_ok('SELECT access_revoke(alices, ''carol@example.com'') FROM ids', 'TM404', NULL, 'once');
SELECT tap.act('carol@example.com');
SELECT throws_ok('SELECT threat_model_get(alices) FROM ids', 'TM404', NULL, 'and that is the end of it');
SELECT tap.act('bob@example.com');
SELECT lives_ok('SELECT access_revoke(alices, ''bob@example.com'') FROM ids', 'a co-owner may go by himself');
SELECT throws_ok('SELECT access_list(alices) FROM ids', 'TM404', NULL, 'and is out');
SELECT finish();
