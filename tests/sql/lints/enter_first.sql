-- An API function calls _enter or _open before it does anything else: a forged scope would otherwise still stand when
-- its first query runs.
SELECT no_plan();

CREATE TEMPORARY VIEW breach AS
WITH body AS (
  SELECT
    p.proname,
    -- Without comments and literals, a bracket is a call or a list.
    regexp_replace(regexp_replace(p.prosrc, '''[^'']*''', '''''', 'g'), '--[^\n]*', '', 'g') AS code
  FROM pg_proc p
  WHERE p.pronamespace = current_schema()::regnamespace
    AND pg_get_userbyid(p.proowner) = 'tmi_api'
    AND has_function_privilege('tmi_app', p.oid, 'EXECUTE')
)
SELECT b.proname::text COLLATE "default"
FROM body b
-- A branch that answers with all that one entering function returns may come before.
WHERE regexp_replace(
  b.code,
  '\mBEGIN\s+IF\s[^(;]*\sTHEN\s+RETURN QUERY\s+SELECT \*\s+FROM _enter[a-z_]*\(([^();]|\([^();]*\))*\);\s+RETURN;\s+END IF;', 'BEGIN'
) !~* '^\s*(DECLARE\M((?!\mBEGIN\M)[^(])*)?(:=|BEGIN\s+PERFORM|BEGIN\s+[a-z_]+\s*:=)\s*(_enter[a-z_]*|_open)\('
ORDER BY b.proname;

SELECT is_empty('SELECT * FROM breach', 'every API function calls _enter or _open first');

CREATE TEMPORARY VIEW api AS
SELECT p.*
FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
  AND pg_get_userbyid(p.proowner) = 'tmi_api'
  AND has_function_privilege('tmi_app', p.oid, 'EXECUTE');
SELECT cmp_ok((SELECT count(*) FROM api), '>', 10::bigint, 'and there are such functions');

CREATE TEMPORARY VIEW nested AS
SELECT a.proname::text COLLATE "default"
FROM api a
JOIN api b ON regexp_replace(a.prosrc, '''[^'']*''|--[^\n]*', '', 'g') ~ ('\m' || b.proname || '\(');
SELECT is_empty('SELECT * FROM nested', 'no API function calls another: the scope of the first would be lost');

CREATE TEMPORARY VIEW careless AS
SELECT a.proname::text COLLATE "default"
FROM api a
WHERE NOT a.prosecdef
  OR a.proparallel <> 'u'
  OR a.provolatile = 'i'
  OR a.proleakproof
  OR a.proname LIKE '\_%';
SELECT is_empty('SELECT * FROM careless', 'every API function is a definer, parallel unsafe, never immutable, and named like one');

CREATE TEMPORARY VIEW overloaded AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
GROUP BY p.proname
HAVING count(*) > 1;
SELECT is_empty('SELECT * FROM overloaded', 'a function''s name is enough to know it');

-- Makes a function of the API with a body.
CREATE FUNCTION pg_temp.api(p_body text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  DROP FUNCTION IF EXISTS test_api;
  EXECUTE format(
    'CREATE FUNCTION test_api() RETURNS %s LANGUAGE plpgsql SECURITY DEFINER PARALLEL UNSAFE AS %L',
    CASE WHEN p_body LIKE '%RETURN QUERY%' THEN 'SETOF threat_models' ELSE 'text' END,
    p_body
  );
  GRANT EXECUTE ON FUNCTION test_api TO tmi_app;
  ALTER FUNCTION test_api OWNER TO tmi_api;
END
$$;
CREATE FUNCTION pg_temp.is_found(p_body text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_temp.api(p_body);
  RETURN results_eq('SELECT * FROM breach', ARRAY['test_api'], p_description);
END
$$;
CREATE FUNCTION pg_temp.passes(p_body text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_temp.api(p_body);
  RETURN is_empty('SELECT * FROM breach', p_description);
END
$$;

SAVEPOINT sound;
SELECT pg_temp.is_found('BEGIN RETURN 1; END', 'a function that never enters is found');
SELECT pg_temp.is_found('BEGIN DELETE FROM threats; PERFORM _open(); END', 'one that does something before is found');
SELECT pg_temp.is_found('BEGIN PERFORM lower(''a''); PERFORM _open(); END', 'one that calls something before is found');
SELECT pg_temp.is_found('DECLARE v_x text := now(); BEGIN PERFORM _open(); END', 'one whose variables do is found');
SELECT pg_temp.is_found('BEGIN IF false THEN PERFORM _open(); END IF; RETURN 1; END', 'one that enters only sometimes is found');
SELECT pg_temp.is_found('BEGIN -- PERFORM _open();' || chr(10) || 'RETURN 1; END', 'one that enters in a comment is found');
SELECT pg_temp.is_found('BEGIN PERFORM ''_open()''; RETURN 1; END', 'one that enters in a literal is found');
SELECT pg_temp.is_found('BEGIN PERFORM not_open(); RETURN 1; END', 'one that calls something of a like name is found');
SELECT pg_temp.passes('BEGIN PERFORM _open(); RETURN 1; END', 'PERFORM is a way to enter');
SELECT pg_temp.passes('DECLARE v_actor text := _open(); BEGIN RETURN 1; END', 'as is a variable');
SELECT pg_temp.passes('DECLARE v_x text := ''a(''; v_role text; BEGIN v_role := _enter(NULL, ''owner''); END', 'or an assignment behind constants');
SELECT pg_temp.is_found('DECLARE v_ids uuid[]; BEGIN SELECT e.threat_model_ids INTO v_ids FROM _enter_all() e; END', 'but no query, which might read something else first');
SELECT pg_temp.passes(
  'BEGIN IF p_all THEN RETURN QUERY SELECT * FROM _enter_page(_limit(1), NULL, true); RETURN; END IF; PERFORM _open(); END',
  'unless it answers with what it entered, and nothing else'
);
SELECT pg_temp.is_found(
  'BEGIN IF p_all THEN RETURN QUERY SELECT * FROM _enter_page(1, NULL, true); RETURN; END IF; DELETE FROM threats; END',
  'one that does something behind such an answer is found'
);
SELECT pg_temp.is_found(
  'BEGIN IF p_all THEN RETURN QUERY SELECT * FROM _enter_page(1, NULL, true); END IF; PERFORM _open(); END',
  'one that goes on after it is found'
);
SELECT pg_temp.is_found(
  'BEGIN IF p_all THEN RETURN QUERY SELECT * FROM _enter_page(1, NULL, true) p JOIN threats t ON true; RETURN; END IF; PERFORM _open(); END',
  'one that joins it with a table is found'
);
SELECT pg_temp.is_found(
  'BEGIN IF lower(a) = b THEN RETURN QUERY SELECT * FROM _enter_page(1, NULL, true); RETURN; END IF; PERFORM _open(); END',
  'one that calls something before it is found'
);
SELECT pg_temp.api('BEGIN PERFORM _open(); PERFORM me(); END');
SELECT results_eq('SELECT * FROM nested', ARRAY['test_api'], 'one that calls another is found');
ALTER FUNCTION test_api PARALLEL SAFE;
SELECT results_eq('SELECT * FROM careless', ARRAY['test_api'], 'one that is said to be parallel safe is found');
ROLLBACK TO sound;
ALTER FUNCTION threat_get SECURITY INVOKER;
SELECT results_eq('SELECT * FROM careless', ARRAY['threat_get'], 'one that runs with its caller''s rights is found');
ROLLBACK TO sound;
CREATE FUNCTION threat_get() RETURNS integer LANGUAGE sql RETURN 1;
SELECT results_eq('SELECT * FROM overloaded', ARRAY['threat_get'], 'a second function of the same name is found');

SELECT * FROM finish();
