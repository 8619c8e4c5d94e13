-- How a provider's answer becomes a user: nobody gets another's account by claiming its address.
SELECT no_plan();

SELECT tap.become('stranger');
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''alice@example.com'', ''Alice'')', '42883', NULL, 'a stranger does not even see the function');
SELECT tap.nobody();
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''alice@example.com'', ''Alice'')', '42501', NULL, 'nor does a service');
SELECT tap.become('report');
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''alice@example.com'', ''Alice'')', '42501', NULL, 'nor a report');
SELECT tap.become('maintenance');
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''alice@example.com'', ''Alice'')', '42501', NULL, 'nor a housekeeping job');
SELECT tap.become('auth');
SELECT throws_ok('SELECT _identity_lock(''google'', ''1'')', '42501', NULL, 'the login service calls no helpers');
SELECT throws_ok('SELECT _user_lock(gen_random_uuid())', '42501', NULL, 'to lock users');
SELECT throws_ok('SELECT * FROM users', '42501', NULL, 'and reads no table');

-- A new user
SELECT results_eq(
  'SELECT email, name, is_new, last_login = now() FROM user_login(''google'', ''g-alice'', '' Alice@Example.COM '', ''Alice'')',
  $$VALUES ('alice@example.com', 'Alice', true, true)$$,
  'who comes first becomes a user, whose address is stored trimmed and in lower case'
);
SELECT results_eq(
  'SELECT email, name, is_new FROM user_login(''google'', ''g-alice'', ''alice@example.com'', ''Alicia'')',
  $$VALUES ('alice@example.com', 'Alice', false)$$,
  'who comes again is the same user, and keeps the name'
);
SELECT results_eq(
  'SELECT provider, provider_user_id, provider_email, provider_name, is_primary FROM provider_list((SELECT id FROM user_find(''alice@example.com'')))',
  $$VALUES ('google', 'g-alice', 'alice@example.com', 'Alicia', true)$$,
  'the first link is the primary one, and knows the name that the provider gave last'
);
SELECT results_eq(
  'SELECT email, is_new FROM user_login(''google'', ''g-alice'', ''Alice@elsewhere.example'', NULL)',
  $$VALUES ('alice@example.com', false)$$,
  'an address that changes at the provider changes nothing here'
);
SELECT results_eq(
  'SELECT provider_email, provider_name FROM provider_list((SELECT id FROM user_find(''alice@example.com'')))',
  $$VALUES ('alice@elsewhere.example', 'Alicia')$$,
  'but the link notes it, and keeps what the provider leaves out'
);
SELECT throws_ok('SELECT user_find(''alice@elsewhere.example'')', 'TM404', 'user not found', 'nobody is found by the address at the provider');
SELECT is(
  (SELECT id FROM user_find_by_provider('google', 'g-alice')),
  (SELECT id FROM user_find('ALICE@example.com')),
  'a user is found by provider and by address'
);
SELECT throws_ok('SELECT user_find_by_provider(''github'', ''g-alice'')', 'TM404', 'user not found', 'but not by another provider''s id');

-- Taking over
SELECT throws_ok(
  'SELECT user_login(''github'', ''mallory'', ''alice@example.com'', ''Mallory'')',
  'TM409', 'the address belongs to an account that this identity is not linked to',
  'who claims an address at another provider does not get its account'
);
SELECT throws_ok('SELECT user_login(''github'', ''mallory'', '' ALICE@example.com '', ''Mallory'', false)', 'TM409', NULL, 'in no spelling');
SELECT throws_ok('SELECT user_login(''github'', ''mallory'', ''alice@example.com'', ''Mallory'', NULL)', 'TM409', NULL, 'nor when the provider does not say whether it checked');
SELECT throws_ok(
  'SELECT user_login(''google'', ''g-other'', ''alice@example.com'', ''Alice'', true)',
  'TM409', 'the account is linked to another identity of this provider',
  'an account has one identity of a provider'
);
SELECT is((SELECT count(*) FROM provider_list((SELECT id FROM user_find('alice@example.com')))), 1::bigint, 'a refusal links nothing');
SELECT results_eq(
  'SELECT email, is_new FROM user_login(''github'', ''h-alice'', ''Alice@example.com'', ''Alice H'', true)',
  $$VALUES ('alice@example.com', false)$$,
  'an address that the provider vouches for links the identity to its account'
);
SELECT results_eq(
  'SELECT provider, is_primary FROM provider_list((SELECT id FROM user_find(''alice@example.com'')))',
  $$VALUES ('google', true), ('github', false)$$,
  'and the primary one stays'
);
SELECT is((SELECT id FROM user_login('github', 'h-alice', 'nobody@example.com', 'x')), (SELECT id FROM user_find('alice@example.com')), 'from then on the identity alone is enough');

-- Values
SELECT throws_ok('SELECT user_login(''myspace'', ''1'', ''x@example.com'', ''X'')', '23514', NULL, 'an unknown provider is refused');
SELECT throws_ok('SELECT user_login(NULL, ''1'', ''x@example.com'', ''X'')', '23502', NULL, 'a missing one too');
SELECT throws_ok('SELECT user_login(''google'', NULL, ''x@example.com'', ''X'')', '23502', NULL, 'as is a missing identity');
SELECT throws_ok('SELECT user_login(''google'', '''', ''x@example.com'', ''X'')', '23514', NULL, 'and an empty one, which all would share');
SELECT throws_ok('SELECT user_login(''google'', repeat(''1'', 257), ''x@example.com'', ''X'')', '23514', NULL, 'and one that is too long');
SELECT throws_ok('SELECT user_login(''google'', ''1'', NULL, ''X'')', '23502', NULL, 'a new user needs an address');
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''x'', ''X'')', '23514', NULL, 'of three characters at least');
SELECT throws_ok('SELECT user_login(''google'', ''1'', ''x@example.com'', NULL)', '23502', NULL, 'and a name');
SELECT throws_ok('SELECT user_find(''x@example.com'')', 'TM404', NULL, 'what is refused leaves no user behind');
SELECT finish();
