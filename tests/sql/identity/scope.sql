-- The scope says which model the running API function entered, and how; it is believed by policies, so that forging it
-- must gain nothing.
SELECT no_plan();
CREATE TEMP TABLE ids AS
SELECT tap.add_model(tap.add_user('alice'), 'Alice''s') AS alices, tap.add_model(tap.add_user('bob'), 'Bob''s') AS bobs;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.add_user('reader'), tap.add_user('writer'), tap.add_user('stranger');
SELECT tap.share(alices, 'reader@example.com', 'reader'), tap.share(alices, 'writer@example.com', 'writer') FROM ids;
INSERT INTO threats (threat_model_id, name) SELECT alices, 'Alice''s threat' FROM ids;
INSERT INTO threats (threat_model_id, name) SELECT bobs, 'Bob''s threat' FROM ids;

-- Entering
SELECT tap.reset();
SET LOCAL ROLE tmi_api;
SELECT throws_ok('SELECT _enter(alices, ''reader'') FROM ids', 'TM401', 'no valid identity', 'nobody enters a model');
SELECT throws_ok('SELECT _enter(alices, ''writer'') FROM ids', 'TM401', 'no valid identity', 'nor as a writer');
SELECT throws_ok('SELECT _enter(gen_random_uuid(), ''reader'')', 'TM401', 'no valid identity', 'nobody learns which models exist');
SELECT throws_ok('SELECT _open()', 'TM401', 'no valid identity', 'nobody opens');
SELECT throws_ok('SELECT * FROM _enter_all()', 'TM401', 'no valid identity', 'nobody enters all');
SELECT throws_ok('SELECT * FROM _enter_page(10, NULL, true)', 'TM401', 'no valid identity', 'nobody enters a page');

SELECT tap.api('stranger@example.com');
SELECT throws_ok('SELECT _enter(alices, ''reader'') FROM ids', 'TM404', 'threat model not found', 'a stranger does not find the model');
SELECT throws_ok('SELECT _enter(alices, ''owner'') FROM ids', 'TM404', 'threat model not found', 'in no role');
SELECT throws_ok('SELECT _enter(gen_random_uuid(), ''reader'')', 'TM404', 'threat model not found', 'as if there were none');
SELECT throws_ok('SELECT _enter(NULL, ''reader'')', 'TM404', 'threat model not found', 'and there is no model without an id');

SELECT tap.api('reader@example.com');
SELECT throws_like('SELECT _enter(alices, ''writer'') FROM ids', '%needs the role writer%yours is reader', 'a reader does not enter as a writer');
SELECT throws_ok('SELECT _enter(alices, ''writer'') FROM ids', 'TM403', NULL, 'and is told that it is forbidden');
SELECT throws_ok('SELECT _enter(alices, ''owner'') FROM ids', 'TM403', NULL, 'nor as an owner');
SELECT is(_scope_read(), NULL, 'a refusal leaves no scope');
SELECT is((SELECT _enter(alices, 'reader') FROM ids), 'reader', 'a reader enters as a reader');
SELECT is(_scope_read(), (SELECT alices FROM ids), 'and may read');
SELECT is(_scope_write(), NULL, 'and not write');
SELECT is(_scope_own(), NULL, 'and not own');

SELECT tap.api('writer@example.com');
SELECT throws_ok('SELECT _enter(alices, ''owner'') FROM ids', 'TM403', NULL, 'a writer does not enter as an owner');
SELECT is((SELECT _enter(alices, 'reader') FROM ids), 'writer', 'a writer who reads is told the role he has');
SELECT is(_scope_write(), NULL, 'and can not write by having entered for reading');
SELECT is((SELECT _enter(alices, 'writer') FROM ids), 'writer', 'a writer enters as a writer');
SELECT is(_scope_write(), (SELECT alices FROM ids), 'and may write');
SELECT is(_scope_own(), NULL, 'and not own');

SELECT tap.api('alice@example.com');
SELECT is((SELECT _enter(alices, 'reader') FROM ids), 'owner', 'an owner who reads is told the role he has');
SELECT is(_scope_own(), NULL, 'and does not own by having entered for reading');
SELECT is((SELECT _enter(alices, 'owner') FROM ids), 'owner', 'an owner enters as an owner');
SELECT is(_scope_own(), (SELECT alices FROM ids), 'and owns');
SELECT tap.share(alices, 'bob@example.com', 'reader') FROM ids;
SELECT tap.api('bob@example.com');
SELECT is((SELECT _enter(bobs, 'owner') FROM ids), 'owner', 'Bob enters his own model');
SELECT is((SELECT _enter(alices, 'reader') FROM ids), 'reader', 'and then Alice''s');
SELECT is(_scope_own(), NULL, 'what he owned before is left behind');
SELECT is(_scope_read(), (SELECT alices FROM ids), 'he is in one model at a time');
SELECT _enter(bobs, 'owner') FROM ids;
SELECT set_eq('SELECT unnest(threat_model_ids) FROM _enter_all()', 'SELECT alices FROM ids UNION SELECT bobs FROM ids', 'he enters both at once');
SELECT is(_scope_own(), NULL, 'and owns neither by it');
SELECT is(_scope_read(), NULL, 'nor reads what is in them');
SELECT _enter(bobs, 'owner') FROM ids;
SELECT set_eq(
  'SELECT id, role FROM _enter_page(2, NULL, true)',
  'SELECT alices, ''reader'' FROM ids UNION SELECT bobs, ''owner'' FROM ids',
  'a page of them is handed to him, with his roles'
);
SELECT is((SELECT count(*) FROM _enter_page(1, NULL, false)), 1::bigint, 'no longer than he asked for');
SELECT is(_scope_own(), NULL, 'and owns none by it');
SELECT is(_scope_list(), NULL, 'nor reads what is not on it');
SELECT is(_open(), 'bob@example.com', 'opening tells who is asking');
SELECT is(_scope_read(), NULL, 'and leaves the model');
SELECT is(_scope_list(), NULL, 'and any list of models');

-- What a function that entered as a reader could do if it tried
SELECT tap.api('writer@example.com');
SELECT is_empty('SELECT 1 FROM threats', 'without a scope a function sees nothing');
SELECT _enter(alices, 'reader') FROM ids;
SELECT results_eq('SELECT name FROM threats', ARRAY['Alice''s threat'], 'it reads the model it entered');
SELECT throws_ok('INSERT INTO threats (threat_model_id, name) SELECT alices, ''x'' FROM ids', '42501', NULL, 'it inserts nothing');
SELECT is_empty('UPDATE threats SET name = ''x'' RETURNING 1', 'it updates nothing');
SELECT is_empty('DELETE FROM threats RETURNING 1', 'it deletes nothing');
SELECT is_empty('DELETE FROM threat_models RETURNING 1', 'least of all the model');
SELECT is_empty('DELETE FROM threat_model_access RETURNING 1', 'or anybody''s access');
SELECT _enter(alices, 'writer') FROM ids;
SELECT throws_ok('INSERT INTO threats (threat_model_id, name) SELECT bobs, ''x'' FROM ids', '42501', NULL, 'a writer inserts nothing elsewhere');
SELECT lives_ok('INSERT INTO threats (threat_model_id, name) SELECT alices, ''x'' FROM ids', 'but does in the model he entered');
SELECT is_empty('DELETE FROM threat_models RETURNING 1', 'and does not delete it');
SELECT is_empty('DELETE FROM threat_model_access RETURNING 1', 'and revokes nobody');
SELECT is_empty('UPDATE threat_model_access SET role = ''owner'' RETURNING 1', 'and promotes nobody');

-- A new model is entered before it exists.
SELECT tap.api('writer@example.com');
SELECT throws_ok('SELECT _enter_new(bobs) FROM ids', 'TM409', 'the id is in use', 'an id that is in use is not entered, whosever it is');
SELECT is(_scope_own(), NULL, 'and a refusal leaves no scope');
SELECT lives_ok('SELECT _enter_new(''00000000-0000-4000-8000-000000000001'')', 'one that is free is');
SELECT throws_ok(
  $$INSERT INTO threat_models (id, name, owner_email, created_by) SELECT gen_random_uuid(), 'x', 'writer@example.com', 'writer@example.com'$$,
  '42501', NULL, 'but only for the model of that id'
);
SELECT throws_ok(
  $$INSERT INTO threat_models (id, name, owner_email, created_by) SELECT _scope_own(), 'x', 'bob@example.com', 'writer@example.com'$$,
  '42501', NULL, 'and not for another owner'
);
SELECT throws_ok(
  $$INSERT INTO threat_models (id, name, owner_email, created_by) SELECT _scope_own(), 'x', 'writer@example.com', 'bob@example.com'$$,
  '42501', NULL, 'or in another''s name'
);
SELECT lives_ok(
  $$INSERT INTO threat_models (id, name, owner_email, created_by) SELECT _scope_own(), 'x', 'writer@example.com', 'writer@example.com'$$,
  'its creator makes and owns it'
);

-- Forging: a service that was made to run anything may write the setting.
SELECT tap.act('bob@example.com');
SELECT lives_ok($$SELECT set_config('tmi.scope', 'o:' || alices, true) FROM ids$$, 'anybody can write the setting');
SELECT throws_ok('SELECT * FROM threats', '42501', NULL, 'but reads no table by it');
SELECT throws_ok('SELECT * FROM threat_models', '42501', NULL, 'of models neither');
SELECT throws_ok('DELETE FROM threats', '42501', NULL, 'nor writes one');

-- Bob reads Alice's model by right until here; now he is a stranger again.
SELECT tap.reset();
DELETE FROM threat_model_access WHERE user_email = 'bob@example.com' AND threat_model_id = (SELECT alices FROM ids);

CREATE FUNCTION pg_temp.forge(p_scope text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.act('bob@example.com');
  PERFORM set_config('tmi.scope', replace(replace(p_scope, 'ALICES', alices::text), 'BOBS', bobs::text), true) FROM ids;
END
$$;
CREATE FUNCTION pg_temp.gains_nothing(p_scope text) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
  v_name text := quote_literal(p_scope) || ' ';
BEGIN
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT throws_ok('SELECT * FROM threat_model_get((SELECT alices FROM ids))', 'TM404', 'threat model not found', v_name || 'shows no model');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT throws_ok('SELECT * FROM threat_list((SELECT alices FROM ids))', 'TM404', 'threat model not found', v_name || 'shows no threats');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT throws_ok('SELECT threat_model_delete((SELECT alices FROM ids))', 'TM404', 'threat model not found', v_name || 'deletes no model');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT throws_ok('SELECT * FROM access_list((SELECT alices FROM ids))', 'TM404', 'threat model not found', v_name || 'lists no members');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT throws_ok('SELECT * FROM access_grant((SELECT alices FROM ids), ''bob@example.com'', ''owner'')', 'TM404', 'threat model not found', v_name || 'grants nothing');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT results_eq('SELECT name FROM threat_model_list()', ARRAY['Bob''s'], v_name || 'lists one''s own models alone');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT results_eq('SELECT name FROM threat_model_list(p_sort => ''name'')', ARRAY['Bob''s'], v_name || 'by name too');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT results_eq('SELECT name FROM threat_list((SELECT bobs FROM ids))', ARRAY['Bob''s threat'], v_name || 'adds no rows to one''s own');
  PERFORM pg_temp.forge(p_scope);
  RETURN NEXT results_eq('SELECT email FROM me()', ARRAY['bob@example.com'], v_name || 'changes nothing of who one is');
END
$$;
SELECT pg_temp.gains_nothing('o:ALICES');
SELECT pg_temp.gains_nothing('w:ALICES');
SELECT pg_temp.gains_nothing('r:ALICES');
SELECT pg_temp.gains_nothing('l:{ALICES}');
SELECT pg_temp.gains_nothing('l:{ALICES,BOBS}');
SELECT pg_temp.gains_nothing('ALICES');
SELECT pg_temp.gains_nothing('nonsense');
SELECT pg_temp.gains_nothing('o:nonsense');
SELECT pg_temp.gains_nothing('l:nonsense');
SELECT pg_temp.gains_nothing(E'r:ALICES\no:ALICES');

-- A forged scope without an identity is nobody's.
SELECT tap.nobody();
SELECT set_config('tmi.scope', 'o:' || alices, true) FROM ids;
SELECT throws_ok('SELECT * FROM threat_model_get((SELECT alices FROM ids))', 'TM401', 'no valid identity', 'nobody forges a model');
SELECT set_config('tmi.scope', 'l:{' || alices || '}', true) FROM ids;
SELECT throws_ok('SELECT * FROM threat_model_list()', 'TM401', 'no valid identity', 'nobody forges a list');

-- Reports go by membership and never by the scope.
SELECT tap.report('bob@example.com');
SELECT set_config('tmi.scope', 'o:' || alices, true) FROM ids;
SELECT results_eq('SELECT name FROM threats', ARRAY['Bob''s threat'], 'a report''s forged scope shows no threat of others');
SELECT results_eq('SELECT name FROM threat_models', ARRAY['Bob''s'], 'and no model');
SELECT throws_ok('DELETE FROM threats', '42501', NULL, 'and a report writes nothing at all');
SELECT tap.become('report');
SELECT throws_ok('SELECT * FROM threats', 'TM401', 'no valid identity', 'a report without an identity reads nothing');

-- The scope of the call before does not reach the next call.
SELECT tap.act('alice@example.com');
SELECT isnt_empty('SELECT 1 FROM threat_list((SELECT alices FROM ids))', 'Alice reads her threats');
SELECT set_config('tmi.context', '', true);
SELECT throws_ok('SELECT * FROM threat_list((SELECT alices FROM ids))', 'TM401', 'no valid identity', 'without her identity the scope that stayed is worth nothing');

SELECT * FROM finish();
