-- Who one is: only a live, unaltered signature of a live key for an existing user counts.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');

-- For every way to hold no valid identity, the answer is the same.
CREATE FUNCTION pg_temp.refuses(p_context text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.reset();
  PERFORM set_config('tmi.context', p_context, true);
  RETURN throws_ok('SELECT _actor()', 'TM401', 'no valid identity', p_description);
END
$$;

SELECT tap.reset();
SELECT throws_ok('SELECT _actor()', 'TM401', 'no valid identity', 'without a context there is no actor');
SELECT pg_temp.refuses('', 'an empty context is none');
SELECT pg_temp.refuses('alice@example.com', 'a bare address is no context');
SELECT pg_temp.refuses('....', 'dots alone are no context');
SELECT pg_temp.refuses(' ' || tap.sign('alice@example.com'), 'a context may not begin with a space');
SELECT pg_temp.refuses(tap.sign('alice@example.com') || ' ', 'nor end with one');
SELECT pg_temp.refuses(tap.sign('alice@example.com') || '.more', 'nor go on after the signature');
SELECT pg_temp.refuses(repeat('.', 100000), 'a long one is refused too');
SELECT pg_temp.refuses(rpad('v1.test.', 200, 'x'), 'and one that is cut off');

-- Times
SELECT pg_temp.refuses(tap.sign('alice@example.com', '-1 s'), 'an expired context is refused');
SELECT pg_temp.refuses(tap.sign('alice@example.com', '0 s'), 'a context is over in the second of its expiry');
SELECT pg_temp.refuses(tap.sign('alice@example.com', '-10 years'), 'as is one of long ago');

-- Alterations
SELECT pg_temp.refuses(replace(tap.sign('alice@example.com'), 'v1.', 'v2.'), 'another version is refused');
SELECT pg_temp.refuses(replace(tap.sign('alice@example.com'), '.test.', '.tset.'), 'an unknown key is refused');
SELECT pg_temp.refuses(replace(tap.sign('alice@example.com'), '.test.', '..'), 'no key is refused');
SELECT pg_temp.refuses(
  replace(tap.sign('alice@example.com'), tap.base64url('alice@example.com'), tap.base64url('bob@example.com')),
  'a signature for Alice does not make one Bob'
);
SELECT pg_temp.refuses(
  regexp_replace(tap.sign('alice@example.com', '-1 s'), '\.\d+\.', format('.%s.', extract(epoch FROM now())::bigint + 60)),
  'the expiry can not be put off'
);
SELECT pg_temp.refuses(
  regexp_replace(tap.sign('alice@example.com'), '[0-9a-f]{64}$', repeat('0', 64)),
  'a signature of zeros is refused'
);
SELECT pg_temp.refuses(upper(right(tap.sign('alice@example.com'), 64)), 'a signature alone is refused');
SELECT pg_temp.refuses(
  left(tap.sign('alice@example.com'), -1) || CASE right(tap.sign('alice@example.com'), 1) WHEN '0' THEN '1' ELSE '0' END,
  'one wrong digit of the signature is enough'
);
SELECT pg_temp.refuses(left(tap.sign('alice@example.com'), -65), 'a context without its signature is refused');
SELECT pg_temp.refuses(left(tap.sign('alice@example.com'), -64), 'and one with an empty signature');
SELECT pg_temp.refuses(left(tap.sign('alice@example.com'), -1), 'and one with a shortened signature');

-- Signed by a holder of the key, and malformed
SELECT pg_temp.refuses(tap.sign_text('v1.test.' || tap.base64url('alice@example.com') || '.' || e.expiry), e.description)
FROM (
  VALUES
    ('', 'no expiry is no identity'),
    ('tomorrow', 'nor is a word'),
    ('1e12', 'nor a number in another notation'),
    ('-', 'nor half a number'),
    ('99999999999999999999', 'nor a time too far away to be one')
) AS e (expiry, description);
SELECT pg_temp.refuses(tap.sign_text('v1.test.' || e.address || '.' || extract(epoch FROM now())::bigint + 60), e.description)
FROM (
  VALUES
    ('alice@example.com', 'an address that is not encoded is no identity'),
    (tap.base64url('\xff'), 'nor is one that is no UTF-8'),
    ('a', 'nor one that ends in the middle of a byte')
) AS e (address, description);

-- Keys that do not count
SELECT pg_temp.refuses(
  tap.sign('alice@example.com', p_key => 'test.' || tap.base64url(sha256('a guess'))),
  'another secret under the name of a live key is refused'
);
SELECT pg_temp.refuses(tap.sign('alice@example.com', p_key => 'other.' || tap.base64url(sha256('a guess'))), 'a key that nobody made is refused');
SELECT pg_temp.refuses(tap.sign('alice@example.com', p_key => 'test.'), 'an empty secret is refused');

-- A signature proves where a context comes from, not that it makes sense.
CREATE FUNCTION pg_temp.gives_no_identity(p_text text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tap.reset();
  PERFORM set_config('tmi.context', tap.sign_text(p_text), true);
  RETURN throws_ok('SELECT _actor()', NULL, NULL, p_description);
END
$$;
SELECT pg_temp.gives_no_identity('v1.test', 'a signed context needs all its fields');
SELECT pg_temp.gives_no_identity('v2.test.YWxpY2VAZXhhbXBsZS5jb20.99999999999', 'a signed context needs the version that there is');
SELECT pg_temp.gives_no_identity('v1.test.YWxpY2VAZXhhbXBsZS5jb20.', 'a signed context needs an expiry');
SELECT pg_temp.gives_no_identity('v1.test.YWxpY2VAZXhhbXBsZS5jb20.never', 'a signed expiry is a number');
SELECT pg_temp.gives_no_identity('v1.test..99999999999', 'a signed context needs an address');
SELECT pg_temp.gives_no_identity('v1.test.YWxpY2VAZXhhbXBsZS5jb20.99999999999.1', 'a signed context has no further field');

-- People
SELECT pg_temp.refuses(tap.sign('carol@example.com'), 'a signature for somebody who does not exist is refused');
SELECT pg_temp.refuses(tap.sign('ALICE@example.com'), 'an address is signed as it is stored');
SELECT pg_temp.refuses(tap.sign(''), 'a signature for nobody is refused');

SELECT tap.reset();
SELECT set_config('tmi.context', tap.sign('alice@example.com'), true);
SELECT is(_actor(), 'alice@example.com', 'a live signature for Alice makes one Alice');
SELECT set_config('tmi.context', tap.sign('alice@example.com', '1 s'), true);
SELECT is(_actor(), 'alice@example.com', 'to the last second');
SELECT set_config('tmi.context', tap.sign('bob@example.com'), true);
SELECT is(_actor(), 'bob@example.com', 'and the next signature makes one Bob');
DELETE FROM users WHERE email = 'bob@example.com';
SELECT throws_ok('SELECT _actor()', 'TM401', 'no valid identity', 'a deleted user''s context is worth nothing');

INSERT INTO users (email, name) VALUES ('zoë.müller+tmi@bücher.example', 'Zoë');
SELECT set_config('tmi.context', tap.sign('zoë.müller+tmi@bücher.example'), true);
SELECT is(_actor(), 'zoë.müller+tmi@bücher.example', 'addresses beyond ASCII are signed as UTF-8');
INSERT INTO users (email, name) SELECT repeat('x', n) || '@example.com', 'Padding' FROM generate_series(1, 3) AS n;
SELECT set_eq(
  $$
    SELECT _actor()
    FROM generate_series(1, 3) AS n
    CROSS JOIN LATERAL (SELECT set_config('tmi.context', tap.sign(repeat('x', n) || '@example.com'), true)) AS s
  $$,
  ARRAY['x@example.com', 'xx@example.com', 'xxx@example.com'],
  'addresses of any length modulo three lose nothing in base64'
);

-- The context is set by whoever calls, and checked by whoever needs it.
SELECT tap.nobody();
SELECT throws_ok('SELECT * FROM me()', 'TM401', 'no valid identity', 'nobody has no profile');
SELECT results_eq($$SELECT _as('rubbish')$$, ARRAY[true], 'setting a context checks nothing');
SELECT throws_ok('SELECT * FROM me()', 'TM401', 'no valid identity', 'but rubbish is no identity');
SELECT tap.act('alice@example.com');
SELECT results_eq('SELECT email FROM me()', ARRAY['alice@example.com'], 'Alice sees her own profile');
SELECT results_eq('SELECT _as(NULL)', ARRAY[true], 'no context can be set too');
SELECT throws_ok('SELECT * FROM me()', 'TM401', 'no valid identity', 'and takes the identity away');
SELECT tap.act('alice@example.com');
SELECT set_config('tmi.context', 'bob@example.com', true);
SELECT throws_ok('SELECT * FROM me()', 'TM401', 'no valid identity', 'a service that writes an address into the setting is nobody');

-- One call in one round trip: the identity takes effect before the function runs.
SELECT tap.reset();
CREATE TEMP TABLE signed AS SELECT tap.sign('alice@example.com') AS alice, tap.add_model('alice@example.com', 'Payments') AS model;
GRANT SELECT ON signed TO PUBLIC;
SELECT tap.nobody();
SELECT results_eq(
  $$SELECT (r.f).email FROM (SELECT me() AS f FROM _as((SELECT alice FROM signed)) AS a WHERE a OFFSET 0) AS r$$,
  ARRAY['alice@example.com'],
  'a function without arguments runs with the identity set beside it'
);
SELECT tap.nobody();
SELECT results_eq(
  $$
    SELECT f.name
    FROM signed AS s
    CROSS JOIN LATERAL _as(s.alice) AS a
    CROSS JOIN LATERAL threat_model_get(CASE WHEN a THEN s.model END) AS f
  $$,
  ARRAY['Payments'],
  'a function with arguments runs with the identity set beside it'
);

SELECT * FROM finish();
