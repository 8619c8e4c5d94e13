-- Who may call the machinery of identity: callers set a context, functions of the API check it, and nobody looks inside.
SELECT no_plan();

CREATE FUNCTION pg_temp.callers(p_function text) RETURNS text[]
LANGUAGE sql
AS $$
  SELECT array_agg(r.name ORDER BY r.name)
  FROM unnest(ARRAY['tmi_owner', 'tmi_api', 'tmi_identity', 'tmi_app', 'tmi_auth', 'tmi_report', 'tmi_maintenance', 'test_stranger']) AS r (name)
  CROSS JOIN pg_proc p
  WHERE p.proname = p_function
    AND p.pronamespace = 'tmi'::regnamespace
    -- The owner may call what it was made a member for; what counts is who was granted it.
    AND EXISTS (
      SELECT
      FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      WHERE a.grantee IN (0, r.name::regrole)
        AND a.privilege_type = 'EXECUTE'
    )
$$;
SELECT is(pg_temp.callers('_as'), ARRAY['tmi_app', 'tmi_report'], 'services and reports set a context');
SELECT is(pg_temp.callers('_actor'), ARRAY['tmi_api', 'tmi_report'], 'the API and the policies of reports ask who it is');
SELECT is(pg_temp.callers('_context'), NULL, 'nobody checks a signature by himself');
SELECT is(pg_temp.callers('_member'), ARRAY['tmi_report'], 'the policies of reports ask for membership');
SELECT is(pg_temp.callers('_enter'), ARRAY['tmi_api'], 'the API enters a model');
SELECT is(pg_temp.callers('_enter_page'), ARRAY['tmi_api'], 'the API enters a page of models');
SELECT is(pg_temp.callers('_enter_all'), ARRAY['tmi_api'], 'or all of them');
SELECT is(pg_temp.callers('_enter_new'), ARRAY['tmi_api'], 'the API enters a new model');
SELECT is(pg_temp.callers('_open'), ARRAY['tmi_api'], 'the API opens');
SELECT is(pg_temp.callers('_scope_read'), ARRAY['tmi_api'], 'the API reads its scope');
SELECT is(pg_temp.callers('_scope_write'), ARRAY['tmi_api'], 'to write');
SELECT is(pg_temp.callers('_scope_own'), ARRAY['tmi_api'], 'to own');
SELECT is(pg_temp.callers('_scope_list'), ARRAY['tmi_api'], 'and to list');
SELECT is(pg_temp.callers('act_as'), ARRAY['tmi_owner'], 'the owner acts as others');
SELECT is(pg_temp.callers('key_new'), ARRAY['tmi_owner'], 'the owner makes keys');
SELECT is(pg_temp.callers('key_retire'), ARRAY['tmi_owner'], 'retires them');
SELECT is(pg_temp.callers('key_list'), ARRAY['tmi_owner'], 'and lists them');

-- In a session that was made to run anything, with Alice's live identity
SELECT tap.add_model(tap.add_user('alice'));
SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT _actor()', '42501', NULL, 'it does not ask who it is');
SELECT throws_ok('SELECT _context()', '42501', NULL, 'nor checks contexts');
SELECT throws_ok('SELECT _enter(gen_random_uuid(), ''owner'')', '42501', NULL, 'nor enters a model');
SELECT throws_ok('SELECT _enter_new(gen_random_uuid())', '42501', NULL, 'nor a new one');
SELECT throws_ok('SELECT * FROM _enter_page(1, NULL, true)', '42501', NULL, 'nor a page');
SELECT throws_ok('SELECT * FROM _enter_all()', '42501', NULL, 'nor all');
SELECT throws_ok('SELECT _open()', '42501', NULL, 'nor opens');
SELECT throws_ok('SELECT _scope_own()', '42501', NULL, 'nor reads a scope');
SELECT throws_ok('SELECT * FROM _member()', '42501', NULL, 'nor lists memberships');
SELECT tap.become('stranger');
SELECT throws_ok('SELECT tmi._as(''x'')', '42501', NULL, 'a login without any role does not even find the schema');

-- What callers change in their session changes nothing inside.
SELECT tap.act('alice@example.com');
SET LOCAL row_security TO off;
SELECT lives_ok('SELECT * FROM threat_model_list()', 'row_security off is not seen by functions');
SET LOCAL row_security TO on;
SET LOCAL standard_conforming_strings TO off;
SELECT lives_ok('SELECT * FROM me()', 'nor is standard_conforming_strings');
SET LOCAL standard_conforming_strings TO on;
SET LOCAL bytea_output TO escape;
SELECT lives_ok('SELECT * FROM me()', 'nor does the output format of bytea break a signature');
SET LOCAL search_path TO pg_catalog, tap;
SELECT lives_ok('SELECT * FROM tmi.me()', 'nor is the search_path');

SELECT * FROM finish();
