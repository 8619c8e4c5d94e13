-- A caller's settings change nothing in a function that runs with its owner's rights. An unpinned path, or one without
-- pg_temp at its end, runs the caller's code instead; a caller who switches standard_conforming_strings off makes
-- '^\d+$' mean something else.
SELECT no_plan();

CREATE TEMPORARY VIEW unpinned AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = current_schema()::regnamespace
  -- SQL helpers without a SET clause are inlined; their bodies name pg_catalog.
  AND (p.prosecdef OR l.lanname <> 'sql' OR p.proconfig IS NOT NULL)
  -- The guard's functions alone may call it, and they pin theirs.
  AND NOT (p.proname = '_context' AND NOT p.prosecdef AND p.proacl = ARRAY[makeaclitem(p.proowner, p.proowner, 'EXECUTE', false)])
  AND NOT coalesce(format('search_path=%s, pg_temp', quote_ident(current_schema())) = ANY (p.proconfig), false);
SELECT is_empty('SELECT * FROM unpinned', 'every function pins its path, with pg_temp at the end');

CREATE TEMPORARY VIEW open_helper AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = current_schema()::regnamespace
  AND l.lanname = 'sql'
  AND p.proconfig IS NULL
  -- A call or a cast without a schema before it is looked up on the caller's path.
  AND regexp_replace(p.prosrc, '''[^'']*''|--[^\n]*|\mAS\s+[a-z_]+\s*\(', '', 'gi')
    ~* ('(?<![.a-z0-9_])(?!('
      || 'case|when|then|else|in|and|or|not|coalesce|nullif|greatest|least|exists|select|from|over|values|row|array|operator'
      || ')\M)[a-z_][a-z0-9_]*\(|::(?!pg_catalog\.)');
SELECT is_empty('SELECT * FROM open_helper', 'every helper that is inlined names pg_catalog');

CREATE TEMPORARY VIEW unguarded AS
SELECT p.proname::text COLLATE "default"
FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
  AND p.prosecdef
  AND NOT coalesce(p.proconfig @> ARRAY['row_security=on', 'standard_conforming_strings=on'], false);
SELECT is_empty('SELECT * FROM unguarded', 'every SECURITY DEFINER function sets row_security and standard_conforming_strings');

SAVEPOINT sound;
GRANT EXECUTE ON FUNCTION _context TO tmi_api;
SELECT results_eq('SELECT * FROM unpinned', ARRAY['_context'], 'a function that shares the settings of its owner''s own is found when others may call it');
ROLLBACK TO sound;
ALTER FUNCTION _enter RESET search_path;
SELECT results_eq('SELECT * FROM unpinned', ARRAY['_enter'], 'an unpinned path is found');
ROLLBACK TO sound;
ALTER FUNCTION _enter SET search_path TO '';
SELECT results_eq('SELECT * FROM unpinned', ARRAY['_enter'], 'an empty path is found, behind which pg_temp comes first');
ROLLBACK TO sound;
ALTER FUNCTION _enter SET search_path TO tmi;
SELECT results_eq('SELECT * FROM unpinned', ARRAY['_enter'], 'a path without pg_temp is found');
ROLLBACK TO sound;
ALTER FUNCTION _enter SET search_path TO tmi, public, pg_temp;
SELECT results_eq('SELECT * FROM unpinned', ARRAY['_enter'], 'a path that leads elsewhere is found');
ROLLBACK TO sound;
CREATE FUNCTION _spell(p_text text) RETURNS text LANGUAGE sql AS 'SELECT lower(p_text)';
SELECT results_eq('SELECT * FROM open_helper', ARRAY['_spell'], 'an inlined helper that calls by the caller''s path is found');
ROLLBACK TO sound;
CREATE FUNCTION _spell(p_text text) RETURNS integer LANGUAGE sql AS 'SELECT p_text::integer';
SELECT results_eq('SELECT * FROM open_helper', ARRAY['_spell'], 'as is one that casts by it');
ROLLBACK TO sound;
ALTER FUNCTION _enter RESET row_security;
SELECT results_eq('SELECT * FROM unguarded', ARRAY['_enter'], 'row_security left to the caller is found');
ROLLBACK TO sound;
ALTER FUNCTION _enter SET standard_conforming_strings TO off;
SELECT results_eq('SELECT * FROM unguarded', ARRAY['_enter'], 'another way to read strings is found');
ROLLBACK TO sound;
ALTER FUNCTION _email SECURITY DEFINER;
SELECT results_eq('SELECT * FROM unguarded', ARRAY['_email'], 'a helper that becomes a definer is found');

SELECT * FROM finish();
