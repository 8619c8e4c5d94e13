-- The whole list at once: rows that stay are left as they are, the rest goes, the owner of record stays.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('carol'), tap.add_user('dave');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'Alice''s') AS alices;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(alices, 'bob@example.com', 'owner'), tap.share(alices, 'carol@example.com', 'writer') FROM ids;
CREATE TEMP TABLE before AS SELECT a.* FROM threat_model_access a, ids WHERE a.threat_model_id = alices;
GRANT SELECT ON before TO PUBLIC;

CREATE FUNCTION tap.refusal_of(p_entries jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_detail text;
BEGIN
  PERFORM tmi.access_replace(alices, p_entries) FROM ids;
  RETURN NULL;
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_state = RETURNED_SQLSTATE;
    RETURN v_state || ' ' || v_detail;
END
$$;

SELECT tap.act('bob@example.com');
SELECT throws_ok('SELECT access_replace(alices, NULL) FROM ids', 'TM422', 'items must be a JSON array', 'a list is there');
SELECT throws_ok('SELECT access_replace(alices, ''{}'') FROM ids', 'TM422', 'items must be a JSON array', 'and is a list');
SELECT throws_ok(
  'SELECT access_replace(alices, (SELECT jsonb_agg(jsonb_build_object(''email'', n || ''@example.com'', ''role'', ''reader'')) FROM generate_series(1, 1001) n)) FROM ids',
  'TM413', NULL, 'of a thousand at the most'
);
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "reader"}, 7]'), 'TM422 item 1', 'an entry is an object');
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "reader"}, {"mail": "x"}]'), 'TM422 item 1: mail', 'of known fields');
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "reader"}, {"email": "nobody@example.com", "role": "reader"}]'), 'TM422 item 1: email', 'the entry of nobody is named');
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "god"}]'), '23514 item 0', 'and one with a role that there is not');
SELECT is(tap.refusal_of('[{"role": "reader"}]'), '23502 item 0: user_email', 'or with no address');
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "reader"}, {"email": "alice@example.com", "role": "writer"}]'), 'TM409 item 1: role', 'or that would lower the owner of record');
SELECT is(tap.refusal_of('[{"email": "dave@example.com", "role": "reader"}, {"email": " Dave@example.com", "role": "writer"}]'), 'TM422 field: email', 'nobody is named twice, in whatever spelling');
SELECT set_eq('SELECT a.* FROM ids, access_list(alices) a', 'SELECT * FROM before', 'a refusal changes nothing');

SELECT results_eq(
  $$SELECT a.user_email, a.role, a.granted_by FROM ids, access_replace(alices, '[
    {"email": "Bob@example.com", "role": "owner"}, {"email": "dave@example.com", "role": "reader"}
  ]') a ORDER BY a.user_email$$,
  $$VALUES ('alice@example.com', 'owner', 'alice@example.com'), ('bob@example.com', 'owner', 'alice@example.com'), ('dave@example.com', 'reader', 'bob@example.com')$$,
  'who is not named loses access, the owner of record stays, who is new is granted it by the caller'
);
SELECT set_eq(
  'SELECT a.* FROM ids, access_list(alices) a WHERE a.user_email <> ''dave@example.com''',
  'SELECT * FROM before WHERE user_email <> ''carol@example.com''',
  'rows that stay are what they were'
);
SELECT results_eq(
  $$SELECT a.user_email, a.role FROM ids, access_replace(alices, '[{"email": "dave@example.com", "role": "writer"}, {"email": "alice@example.com", "role": "owner"}]') a ORDER BY a.user_email$$,
  $$VALUES ('alice@example.com', 'owner'), ('dave@example.com', 'writer')$$,
  'a caller may leave himself out, and a role may change'
);
SELECT throws_ok('SELECT access_replace(alices, ''[]'') FROM ids', 'TM404', NULL, 'and is out then');
SELECT tap.act('alice@example.com');
SELECT results_eq('SELECT a.user_email, a.role FROM ids, access_replace(alices, ''[]'') a', $$VALUES ('alice@example.com', 'owner')$$, 'an empty list leaves the owner of record alone');
SELECT finish();
