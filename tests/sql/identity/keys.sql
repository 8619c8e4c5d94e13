-- Keys: two may be live at once, a retired one is worth nothing, and nobody reads what they hold.
SELECT no_plan();
SELECT tap.add_user('alice');

-- Whether a context signed with a key is believed.
CREATE FUNCTION pg_temp.believed(p_key text) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  v_role text := current_setting('role');
  v_result boolean := true;
BEGIN
  PERFORM set_config('role', 'none', true);
  PERFORM set_config('tmi.context', tap.sign('alice@example.com', p_key => p_key), true);
  BEGIN
    PERFORM _actor();
  EXCEPTION
    WHEN SQLSTATE 'TM401' THEN
      v_result := false;
  END;
  PERFORM set_config('tmi.context', '', true);
  PERFORM set_config('role', v_role, true);
  RETURN v_result;
END
$$;
CREATE TEMP TABLE keys AS SELECT 'new.' || tap.base64url(sha256('new')) AS new, 'third.' || tap.base64url(sha256('third')) AS third;
GRANT SELECT ON keys TO PUBLIC;

-- What is refused
SET LOCAL ROLE tmi_owner;
SELECT throws_ok($$SELECT key_new('new', '\x00')$$, 'TM422', 'a key''s secret has 32 to 64 bytes', 'a secret of one byte is too short');
SELECT throws_ok($$SELECT key_new('new', substr(sha256('new'), 1, 31))$$, 'TM422', NULL, 'as is one of 31 bytes');
SELECT throws_ok($$SELECT key_new('new', sha512('new') || '\x00')$$, 'TM422', NULL, 'and one of 65 bytes is too long');
SELECT throws_ok('SELECT key_new(''new'', NULL)', 'TM422', NULL, 'and none is none');
SELECT throws_ok($$SELECT key_new('new key', sha256('new'))$$, '23514', NULL, 'an id has no space');
SELECT throws_ok($$SELECT key_new('new.key', sha256('new'))$$, '23514', NULL, 'and no dot, which would end it');
SELECT throws_ok($$SELECT key_new('', sha256('new'))$$, '23514', NULL, 'and is not empty');
SELECT throws_ok($$SELECT key_new(repeat('k', 33), sha256('new'))$$, '23514', NULL, 'and is not long');
SELECT throws_ok($$SELECT key_new(NULL, sha256('new'))$$, '23502', NULL, 'and is there');
SELECT throws_ok($$SELECT key_new('test', sha256('new'))$$, 'TM409', 'the key id is in use', 'an id is used once');
SELECT throws_ok('SELECT key_retire(''absent'')', 'TM404', 'key not found', 'what is not there can not be retired');
SELECT ok(NOT pg_temp.believed(new), 'a key that is not made yet signs nothing') FROM keys;

-- Rotation
SELECT is(key_new('new', sha256('new')), now(), 'a key is made now');
SELECT ok(pg_temp.believed(new), 'it is live at once') FROM keys;
SELECT ok(pg_temp.believed('test.' || tap.base64url(sha256('known to everybody who reads the tests'))), 'beside the one before');
SELECT throws_ok($$SELECT key_new('third', sha256('third'))$$, 'TM409', 'two keys are live already', 'a third is not made');
SELECT is(key_retire('test'), now(), 'the old one is retired');
SELECT ok(NOT pg_temp.believed('test.' || tap.base64url(sha256('known to everybody who reads the tests'))), 'and signs nothing from then on');
SELECT ok(pg_temp.believed(new), 'the new one goes on') FROM keys;
SELECT throws_ok($$SELECT key_new('test', sha256('known to everybody who reads the tests'))$$, 'TM409', NULL, 'a retired key does not come back');
SELECT ok(key_new('third', sha512('third')) IS NOT NULL, 'the next can be made, with the longest secret');
SELECT ok(NOT pg_temp.believed(third), 'a wrong secret for it is refused') FROM keys;
SELECT ok(pg_temp.believed('third.' || tap.base64url(sha512('third'))), 'and the right one is not');
SELECT results_eq('SELECT id, retired_at IS NULL FROM key_list() ORDER BY id', $$VALUES ('new', true), ('test', false), ('third', true)$$, 'the list tells which are live');
SELECT lives_ok('SELECT key_retire(''new''), key_retire(''third'')', 'the last keys can be retired');
SELECT ok(NOT pg_temp.believed(new), 'then nobody is anybody') FROM keys;
SELECT tap.reset();
UPDATE context_keys SET retired_at = '2026-01-01' WHERE id = 'test';
SET LOCAL ROLE tmi_owner;
SELECT is(key_retire('test'), '2026-01-01'::timestamptz, 'retiring again keeps the first time');

-- What they hold
SELECT tap.reset();
SELECT is_empty(
  $$SELECT 1 FROM context_keys WHERE inner_pad = sha256('new') OR position(sha256('new') IN inner_pad) > 0 OR position(sha256('new') IN outer_pad) > 0$$,
  'a secret is not stored as it is'
);
CREATE FUNCTION pg_temp.keeps_out(p_role text) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM set_config('role', p_role, true);
  RETURN NEXT throws_ok('SELECT * FROM context_keys', '42501', NULL, p_role || ' reads no key');
  RETURN NEXT throws_ok('SELECT key_new(''mine'', sha256(''mine''))', '42501', NULL, p_role || ' makes no key');
  RETURN NEXT throws_ok('SELECT key_retire(''test'')', '42501', NULL, p_role || ' retires no key');
  RETURN NEXT throws_ok('SELECT * FROM key_list()', '42501', NULL, p_role || ' lists no keys');
END
$$;
SELECT pg_temp.keeps_out('test_app');
SELECT pg_temp.keeps_out('test_auth');
SELECT pg_temp.keeps_out('test_report');
SELECT pg_temp.keeps_out('test_maintenance');
SELECT pg_temp.keeps_out('tmi_api');
SELECT pg_temp.keeps_out('tmi_identity');
SET LOCAL ROLE tmi_guard;
SELECT throws_ok('DELETE FROM context_keys', '42501', NULL, 'the guard itself only reads keys');
SELECT throws_ok('UPDATE context_keys SET retired_at = NULL', '42501', NULL, 'and brings none back');

SELECT * FROM finish();
