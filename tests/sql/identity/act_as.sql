-- A DBA at a prompt can see what a user sees, within a transaction; nobody else can.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');

CREATE FUNCTION pg_temp.keeps_out(p_role text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.reset();
  PERFORM set_config('role', p_role, true);
  RETURN throws_ok('SELECT act_as(''alice@example.com'')', '42501', NULL, p_role || ' acts as nobody');
END
$$;
SELECT pg_temp.keeps_out('test_app');
SELECT pg_temp.keeps_out('test_auth');
SELECT pg_temp.keeps_out('test_report');
SELECT pg_temp.keeps_out('test_maintenance');
SELECT pg_temp.keeps_out('tmi_api');
SELECT pg_temp.keeps_out('tmi_identity');

SELECT tap.reset();
SET LOCAL ROLE tmi_owner;
SELECT throws_ok('SELECT act_as(''carol@example.com'')', 'TM404', 'user not found', 'nobody acts as somebody who does not exist');
SELECT throws_ok('SELECT act_as(NULL)', 'TM404', 'user not found', 'or as nobody');
SELECT lives_ok('SELECT act_as(''  Alice@Example.com '')', 'the owner acts as Alice, however the address is typed');
SELECT is(_actor(), 'alice@example.com', 'and is believed to be Alice');
SELECT is(split_part(current_setting('tmi.context'), '.', 4)::bigint, extract(epoch FROM now())::bigint + 60, 'for a minute');
SELECT lives_ok('SELECT act_as(''bob@example.com'')', 'then as Bob');
SELECT is(_actor(), 'bob@example.com', 'and is believed to be Bob');
RESET ROLE;
SELECT is(
  current_setting('tmi.context'),
  tap.sign_text('v1.test.' || tap.base64url('bob@example.com') || '.' || extract(epoch FROM now())::bigint + 60),
  'its context is, byte for byte, what a service signs'
);

SELECT tap.reset();
SELECT throws_ok('SELECT * FROM me()', 'TM401', NULL, 'afterwards one is nobody again');
SELECT key_retire('test');
SET LOCAL ROLE tmi_owner;
SELECT throws_ok('SELECT act_as(''alice@example.com'')', 'TM404', 'there is no live context key', 'without a live key there is nothing to sign with');

SELECT * FROM finish();
