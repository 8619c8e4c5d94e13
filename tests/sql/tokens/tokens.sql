-- Refresh tokens: exchanged once, revoked as a family, and never longer than the sign-in they come from.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT (SELECT id FROM users WHERE email = 'alice@example.com') AS alice, (SELECT id FROM users WHERE email = 'bob@example.com') AS bob;
GRANT SELECT ON ids TO PUBLIC;

-- Hashes that are told apart by their first letter, as if they were of different tokens; usable in any role.
CREATE FUNCTION tap.hash(p_name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(p_name, 'UTF8')), 'hex') $$;

SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT token_issue(alice, tap.hash(''a'')) FROM ids', '42501', NULL, 'a service issues no tokens, not even to whom it acts for');
SELECT throws_ok('SELECT token_rotate(tap.hash(''a''), tap.hash(''b''))', '42501', NULL, 'nor exchanges them');
SELECT throws_ok('SELECT token_revoke(tap.hash(''a''))', '42501', NULL, 'nor revokes one');
SELECT throws_ok('SELECT token_revoke_all(alice) FROM ids', '42501', NULL, 'or all');
SELECT throws_ok('SELECT token_purge_expired()', '42501', NULL, 'nor removes any');
SELECT throws_ok('SELECT 1 FROM refresh_tokens', '42501', NULL, 'or sees one');
SELECT tap.become('report');
SELECT throws_ok('SELECT 1 FROM refresh_tokens', '42501', NULL, 'a report sees none');
SELECT tap.become('auth');
SELECT throws_ok('SELECT 1 FROM refresh_tokens', '42501', NULL, 'and not even the login service does');
SELECT throws_ok('SELECT _family_revoke(gen_random_uuid())', '42501', NULL, 'or calls helpers');

-- Hashes
SELECT throws_ok(format('SELECT token_issue(alice, %L) FROM ids', h), 'TM422', 'a token''s hash has 64 hexadecimal digits', format('%L is no sha256', left(h, 20)))
FROM unnest(ARRAY['', 'secret', repeat('a', 63), repeat('a', 65), repeat('g', 64), repeat('a', 64) || E'\n', ' ' || repeat('a', 63)]) AS h;
SELECT throws_ok('SELECT token_issue(alice, NULL) FROM ids', 'TM422', NULL, 'nor is nothing');
SELECT throws_ok('SELECT token_rotate(''x'', tap.hash(''b''))', 'TM422', NULL, 'neither to be exchanged');
SELECT throws_ok('SELECT token_rotate(tap.hash(''a''), ''x'')', 'TM422', NULL, 'or for it');
SELECT throws_ok('SELECT token_revoke(''x'')', 'TM422', NULL, 'or to be revoked');

-- Durations
SELECT throws_ok(format('SELECT token_issue(alice, tap.hash(''a''), %L) FROM ids', i), 'TM422', 'it can last from 1 second to 90 days', 'a token does not last ' || i)
FROM unnest(ARRAY['0', '-1 day', '0.5 seconds', '91 days']) AS i;
SELECT throws_ok('SELECT token_issue(alice, tap.hash(''a''), NULL) FROM ids', 'TM422', NULL, 'nor for no time known');
SELECT throws_ok('SELECT token_issue(alice, tap.hash(''a''), p_family_ttl => ''366 days'') FROM ids', 'TM422', 'it can last from 1 second to 365 days', 'nor a family longer than a year');
SELECT throws_ok('SELECT token_issue(alice, tap.hash(''a''), p_family_ttl => ''0'') FROM ids', 'TM422', NULL, 'or for no time');
SELECT throws_ok('SELECT token_rotate(tap.hash(''a''), tap.hash(''b''), ''91 days'')', 'TM422', 'it can last from 1 second to 90 days', 'nor the one that follows');

-- Issuing
SELECT throws_ok('SELECT token_issue(gen_random_uuid(), tap.hash(''a''))', 'TM404', 'user not found', 'nobody who is not there gets a token');
SELECT results_eq(
  'SELECT i.user_id, i.expires_at - now(), i.family_expires_at - now() FROM ids, token_issue(alice, upper(tap.hash(''a'')), ''1 hour'', ''90 minutes'') i',
  $$SELECT alice, interval '1 hour', interval '90 minutes' FROM ids$$,
  'a token and its family have their ends'
);
SELECT throws_ok('SELECT token_issue(alice, tap.hash(''a'')) FROM ids', 'TM409', 'the token is in use', 'a token is issued once, in whatever spelling');
SELECT throws_ok('SELECT token_issue(bob, tap.hash(''a'')) FROM ids', 'TM409', 'the token is in use', 'to whomever');
SELECT results_eq(
  'SELECT i.expires_at = i.family_expires_at, i.family_expires_at - now() FROM ids, token_issue(bob, tap.hash(''bob''), ''1 day'', ''1 hour'') i',
  $$VALUES (true, interval '1 hour')$$,
  'a token does not outlive its family'
);

-- Exchanging
SELECT throws_ok('SELECT token_rotate(tap.hash(''unknown''), tap.hash(''b''))', 'TM401', 'the refresh token is not valid', 'an unknown token is not exchanged');
SELECT throws_ok('SELECT token_rotate(tap.hash(''a''), tap.hash(''a''))', 'TM422', 'a token is exchanged for another', 'nor one for itself');
SELECT throws_ok('SELECT token_rotate(tap.hash(''a''), tap.hash(''bob''))', 'TM409', 'the token is in use', 'nor for one that is there already');
SELECT results_eq(
  'SELECT r.outcome, r.user_id, r.expires_at - now(), r.family_expires_at - now() FROM token_rotate(tap.hash(''a''), tap.hash(''b'')) r',
  $$SELECT 'rotated', alice, interval '1 hour', interval '90 minutes' FROM ids$$,
  'a token is exchanged for one that is good as long, and the family''s end stays'
);
SELECT results_eq(
  'SELECT r.outcome, r.user_id, r.expires_at - now() FROM token_rotate(upper(tap.hash(''a'')), tap.hash(''b'')) r',
  $$SELECT 'rotated', alice, interval '1 hour' FROM ids$$,
  'the same request once more has the same answer'
);
SELECT results_eq(
  'SELECT r.outcome, r.expires_at - now() FROM token_rotate(tap.hash(''b''), tap.hash(''c''), ''80 days'') r',
  $$VALUES ('rotated', interval '90 minutes')$$,
  'one that is good longer ends with the family all the same'
);
SELECT is((SELECT outcome FROM token_rotate(tap.hash('a'), tap.hash('b'))), 'rotated', 'a late repetition of the first request is no theft');
SELECT is((SELECT outcome FROM token_rotate(tap.hash('c'), tap.hash('d'), '1 second')), 'rotated', 'and revoked nothing');

-- Theft
SELECT results_eq(
  'SELECT r.* FROM token_rotate(tap.hash(''b''), tap.hash(''thief'')) r',
  $$VALUES ('reused', NULL::uuid, NULL::uuid, NULL::timestamptz, NULL::timestamptz)$$,
  'a token that was exchanged and comes back lets nobody in'
);
SELECT throws_ok('SELECT token_rotate(tap.hash(''d''), tap.hash(''e''))', 'TM401', 'the refresh token is not valid', 'and the last of its family does not either, from then on');
SELECT throws_ok('SELECT token_rotate(tap.hash(''c''), tap.hash(''d''))', 'TM401', NULL, 'nor does a repeated request');
SELECT throws_ok('SELECT token_rotate(tap.hash(''b''), tap.hash(''thief''))', 'TM401', NULL, 'nor the thief''s');
SELECT is((SELECT outcome FROM token_rotate(tap.hash('bob'), tap.hash('bob2'))), 'rotated', 'other families are not touched');

-- Revoking
SELECT lives_ok('SELECT token_revoke(tap.hash(''unknown''))', 'revoking what is not there is harmless');
SELECT lives_ok('SELECT token_revoke(tap.hash(''bob''))', 'a sign-in is ended by any of its tokens');
SELECT throws_ok('SELECT token_rotate(tap.hash(''bob2''), tap.hash(''bob3''))', 'TM401', NULL, 'and with all of them');
SELECT lives_ok('SELECT token_revoke(tap.hash(''bob''))', 'twice is harmless');
SELECT throws_ok('SELECT token_revoke_all(gen_random_uuid())', 'TM404', 'user not found', 'nobody who is not there is signed out');
SELECT token_issue(alice, tap.hash('phone')), token_issue(alice, tap.hash('desk')), token_rotate(tap.hash('desk'), tap.hash('desk2')), token_issue(bob, tap.hash('bobs')) FROM ids;
SELECT is((SELECT token_revoke_all(alice) FROM ids), 2::bigint, 'signing out everywhere ends two sign-ins');
SELECT is((SELECT token_revoke_all(alice) FROM ids), 0::bigint, 'and then there is none left');
SELECT throws_ok('SELECT token_rotate(tap.hash(''phone''), tap.hash(''x''))', 'TM401', NULL, 'the phone is out');
SELECT throws_ok('SELECT token_rotate(tap.hash(''desk2''), tap.hash(''x''))', 'TM401', NULL, 'and the desk');
SELECT is((SELECT outcome FROM token_rotate(tap.hash('bobs'), tap.hash('bobs2'))), 'rotated', 'and nobody else');

-- The end
SELECT tap.reset();
INSERT INTO refresh_tokens (user_id, token_hash, created_at, expires_at, family_expires_at)
SELECT alice, tap.hash('old' || n), now() - interval '2 days', now() - n * interval '1 hour', now() + interval '1 day' FROM ids, generate_series(0, 3) n;
SELECT tap.become('auth');
SELECT throws_ok('SELECT token_rotate(tap.hash(''old0''), tap.hash(''x''))', 'TM401', 'the refresh token is not valid', 'a token is over in the moment of its end');
SELECT throws_ok('SELECT token_rotate(tap.hash(''old1''), tap.hash(''x''))', 'TM401', NULL, 'and afterwards');
SELECT throws_ok('SELECT token_purge_expired(0)', 'TM422', NULL, 'a purge removes something');
SELECT is(token_purge_expired(3), 3::bigint, 'a purge removes some at a time');
SELECT is(token_purge_expired(NULL), 1::bigint, 'and then the rest');
SELECT is(token_purge_expired(), 0::bigint, 'until there is nothing left');
SELECT is((SELECT outcome FROM token_rotate(tap.hash('bobs2'), tap.hash('bobs3'))), 'rotated', 'and nothing that is good');
SELECT finish();
