-- What a row is, whose it is, and who made it when, stays as it was first written; everything else may change.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'One') AS model, tap.add_model('bob@example.com', 'Two') AS other;
INSERT INTO diagrams (threat_model_id, name, type, cells) SELECT model, 'd', 'DFD-1.0.0', '[{"id": "a"}, {"id": "b"}]' FROM ids;
INSERT INTO threats (threat_model_id, name) SELECT model, 't' FROM ids;
INSERT INTO documents (threat_model_id, name, url) SELECT model, 'd', 'https://x' FROM ids;
INSERT INTO sources (threat_model_id, name, url) SELECT model, 's', 'https://x' FROM ids;
INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) SELECT 'cell', id, 'a', 'k', 'v' FROM diagrams;
INSERT INTO user_providers (user_id, provider, provider_user_id) SELECT id, 'github', 'a' FROM users WHERE email = 'alice@example.com';
INSERT INTO refresh_tokens (user_id, token_hash, expires_at, family_expires_at)
SELECT id, 'hash', now() + interval '1 day', now() + interval '2 days' FROM users WHERE email = 'alice@example.com';
INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url) SELECT threat_model_id, id, 'wss://x' FROM diagrams;
INSERT INTO session_participants (session_id, user_id) SELECT s.id, u.id FROM collaboration_sessions s, users u WHERE u.email = 'alice@example.com';
DELETE FROM context_keys;
INSERT INTO context_keys (id, inner_pad, outer_pad) VALUES ('k', decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex'));

CREATE TEMP TABLE frozen (its_table text, its_column text, value text);
INSERT INTO frozen
SELECT its_table, its_column, CASE
  WHEN its_column IN ('id', 'entity_id', 'user_id', 'session_id', 'family_id', 'diagram_id') AND its_table <> 'context_keys' THEN 'uuid_generate_v4()'
  WHEN its_column = 'threat_model_id' THEN '(SELECT other FROM ids)'
  WHEN its_column ~ '_at$' THEN format('%I + interval ''1 microsecond''', its_column)
  WHEN its_column ~ '_pad$' THEN 'decode(repeat(''01'', 64), ''hex'')'
  ELSE '''another'''
END
FROM (VALUES
  ('users', 'id created_at'),
  ('user_providers', 'id user_id provider provider_user_id created_at'),
  ('refresh_tokens', 'id user_id token_hash expires_at created_at family_id family_expires_at'),
  ('threat_models', 'id created_by created_at'),
  ('threat_model_access', 'id threat_model_id user_email granted_by granted_at model_created_at'),
  ('threats', 'id threat_model_id created_at'),
  ('diagrams', 'id threat_model_id created_at'),
  ('documents', 'id threat_model_id created_at'),
  ('sources', 'id threat_model_id created_at'),
  ('metadata', 'id threat_model_id entity_type entity_id diagram_id cell_id created_at'),
  ('collaboration_sessions', 'id threat_model_id diagram_id created_at'),
  ('session_participants', 'id session_id user_id joined_at'),
  ('context_keys', 'id inner_pad outer_pad created_at')
) AS v (its_table, columns)
CROSS JOIN LATERAL string_to_table(v.columns, ' ') AS its_column;

SELECT throws_ok(
  format('UPDATE %I SET %I = %s', its_table, its_column, value), 'TM422', format('%s of %s cannot be changed', its_column, its_table),
  format('%s of %s stays as it was', its_column, its_table)
)
FROM frozen;
SELECT lives_ok(format('UPDATE %I SET %2$I = %2$I', its_table, its_column), format('%s of %s may be named if it stays the same', its_column, its_table))
FROM frozen;

-- Everything else
SELECT lives_ok(format('UPDATE %I SET %s', its_table, changes), its_table || ' may change otherwise')
FROM (VALUES
  ('users', $$name = 'x', last_login = now()$$),
  ('user_providers', $$provider_email = 'x@y.z', provider_name = 'x', is_primary = true$$),
  ('refresh_tokens', $$rotated_at = now(), replaced_by = 'x', revoked_at = now()$$),
  ('threat_models', $$name = 'x', description = 'x', threat_model_framework = 'CIA', issue_url = 'x'$$),
  ('threats', $$name = 'x', description = 'x', impact = 'Low', likelihood = 'Low', risk_rating = 'Low', diagram_id = (SELECT id FROM diagrams), cell_id = 'a', score = 1, priority = 'x', mitigated = true, status = 'x', threat_type = 'x', issue_url = 'x', mitigation = 'x'$$),
  ('diagrams', $$name = 'x', description = 'x', metadata = '[1]', cells = '[{"id": "a", "shape": "actor"}]'$$),
  ('documents', $$name = 'x', url = 'https://y', description = 'x'$$),
  ('sources', $$name = 'x', url = 'https://y', description = 'x', type = 'git', parameters = '{"refType": "tag", "refValue": "v1"}'$$),
  ('metadata', $$key = 'x', value = 'x'$$),
  ('collaboration_sessions', $$websocket_url = 'wss://y', expires_at = now() + interval '1 day', host_user_id = NULL, ended_at = now()$$),
  ('session_participants', $$left_at = now(), last_seen_at = now()$$),
  ('context_keys', $$retired_at = now()$$)
) AS v (its_table, changes);

-- Words for machines
CREATE FUNCTION tap.complaint(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_table text;
  v_column text;
  v_detail text;
BEGIN
  EXECUTE p_statement;
  RETURN 'nothing';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_table := TABLE_NAME, v_column := COLUMN_NAME, v_detail := PG_EXCEPTION_DETAIL;
    RETURN concat_ws('|', SQLSTATE, v_table, v_column, v_detail);
END
$$;
SELECT is(tap.complaint('UPDATE threats SET threat_model_id = (SELECT other FROM ids)'), 'TM422|threats|threat_model_id|field: threat_model_id', 'a refusal names table, column and field');
SELECT is(tap.complaint($$UPDATE threats SET created_at = created_at - interval '1 day', id = id$$), 'TM422|threats|created_at|field: created_at', 'the column that changed, not one that was named');
SELECT is(tap.complaint('UPDATE threat_models SET threat_count = 7'), 'TM422|threat_models|threat_count|field: threat_count', 'for a count too');

-- Other ways of changing
SELECT throws_ok(
  $$INSERT INTO threats (id, threat_model_id, name) SELECT t.id, i.model, 'x' FROM threats t, ids i ON CONFLICT (id) DO UPDATE SET threat_model_id = (SELECT other FROM ids)$$,
  'TM422', 'threat_model_id of threats cannot be changed', 'an upsert moves nothing to another model'
);
SELECT throws_ok(
  'MERGE INTO threats t USING ids ON true WHEN MATCHED THEN UPDATE SET threat_model_id = other', 'TM422', 'threat_model_id of threats cannot be changed', 'nor does a merge'
);
SET LOCAL ROLE tmi_owner;
SELECT throws_ok($$UPDATE threat_models SET created_by = 'bob@example.com'$$, 'TM422', 'created_by of threat_models cannot be changed', 'nor can the owner of a table');
RESET ROLE;

-- The condition of a trigger, its columns and its arguments are three lists that must be one.
CREATE TEMP VIEW lists AS
SELECT
  c.relname::text AS its_table,
  g.tgname::text AS its_trigger,
  (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = g.tgrelid AND a.attnum = ANY (g.tgattr)) AS columns,
  (SELECT string_agg(x, ' ' ORDER BY x) FROM string_to_table(encode(g.tgargs, 'escape'), '\000') AS x WHERE x <> '') AS arguments,
  (SELECT string_agg(DISTINCT x[1], ' ' ORDER BY x[1]) FROM regexp_matches(pg_get_triggerdef(g.oid), '(?<!NOT \()old\.(\w+) IS DISTINCT FROM new\.\1\M', 'g') AS x) AS compared
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
WHERE g.tgfoid = '_row_freeze'::regproc
  AND c.relnamespace = current_schema()::regnamespace;
SELECT isnt_empty('SELECT 1 FROM lists', 'there are triggers that freeze');
SELECT is(columns, arguments, its_trigger || ' fires for the columns that it names') FROM lists;
SELECT is(compared, arguments, its_trigger || ' compares the columns that it names') FROM lists;
SELECT set_eq(
  $$SELECT its_table, x FROM lists, string_to_table(arguments, ' ') AS x$$,
  $$SELECT its_table, its_column FROM frozen WHERE (its_table, its_column) <> ('threat_model_access', 'user_email')$$,
  'and all of them are tried above'
);

SELECT * FROM finish();
