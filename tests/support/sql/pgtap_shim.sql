-- A stand-in for pgTAP where that is not installed: the assertions that the project's tests use, under pgTAP's names,
-- with its signatures, numbering and wording. Run with the schema `tap` first in the search_path.
--
-- Different from pgTAP on purpose: objects are named without their schema, as the tests do; queries are compared in
-- place, so that a role without the right to make temporary tables can compare them; and prepared statements can be
-- run, but not compared as sets.

-- The run -----------------------------------------------------------------------------------------------------------

-- Its state is open to every role, since tests change roles; the number is a sequence, since tests roll back.
CREATE FUNCTION plan(integer) RETURNS text
LANGUAGE plpgsql
STRICT
AS $$
BEGIN
  IF to_regclass('pg_temp.tap_run') IS NOT NULL THEN
    RAISE EXCEPTION 'You tried to plan twice!';
  END IF;
  CREATE TEMP SEQUENCE tap_number;
  CREATE TEMP TABLE tap_run AS
  SELECT $1 AS planned, NULL::integer AS ran, 0 AS failed, '{}'::text[] AS todo_reasons, '{}'::integer[] AS todo_counts;
  GRANT ALL ON SEQUENCE tap_number TO PUBLIC;
  GRANT ALL ON TABLE tap_run TO PUBLIC;
  RETURN '1..' || $1;
END
$$;

CREATE FUNCTION no_plan() RETURNS SETOF boolean
LANGUAGE plpgsql
AS $$ BEGIN PERFORM plan(0); END $$;

CREATE FUNCTION diag(msg text) RETURNS text
LANGUAGE sql
STRICT
AS $$ SELECT '# ' || regexp_replace($1, E'\r\n|\n|\r', E'\n# ', 'g') $$;

CREATE FUNCTION diag(msg anyelement) RETURNS text
LANGUAGE sql
AS $$ SELECT diag($1::text) $$;

CREATE FUNCTION diag(VARIADIC text[]) RETURNS text
LANGUAGE sql
AS $$ SELECT diag(array_to_string($1, '')) $$;

CREATE FUNCTION num_failed() RETURNS integer
LANGUAGE plpgsql
AS $$ BEGIN RETURN (SELECT r.failed FROM pg_temp.tap_run r); END $$;

CREATE FUNCTION finish(exception_on_failure boolean DEFAULT NULL) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
  v_planned integer;
  v_ran integer;
  v_failed integer;
BEGIN
  SELECT r.planned, r.ran, r.failed INTO v_planned, v_ran, v_failed FROM pg_temp.tap_run r;
  IF v_ran IS NULL THEN
    RAISE EXCEPTION '# No tests run!';
  END IF;
  IF v_planned = 0 THEN
    v_planned := v_ran;
    RETURN NEXT '1..' || v_planned;
  END IF;
  IF v_ran <> v_planned THEN
    RETURN NEXT diag(format('Looks like you planned %s test%s but ran %s', v_planned, _tap_s(v_planned), v_ran));
  ELSIF v_failed > 0 AND exception_on_failure THEN
    RAISE EXCEPTION '% test% failed of %', v_failed, _tap_s(v_failed), v_planned;
  ELSIF v_failed > 0 THEN
    RETURN NEXT diag(format('Looks like you failed %s test%s of %s', v_failed, _tap_s(v_failed), v_planned));
  END IF;
END
$$;

CREATE FUNCTION _tap_s(integer) RETURNS text
LANGUAGE sql
AS $$ SELECT CASE $1 WHEN 1 THEN '' ELSE 's' END $$;

-- What every assertion ends in --------------------------------------------------------------------------------------

CREATE FUNCTION ok(boolean, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_number integer;
  v_reason text;
  v_result text;
BEGIN
  IF to_regclass('pg_temp.tap_run') IS NULL THEN
    RAISE EXCEPTION 'You tried to run a test without a plan! Gotta have a plan';
  END IF;
  v_reason := _tap_todo();
  v_number := nextval('pg_temp.tap_number');
  UPDATE pg_temp.tap_run SET
    ran = v_number,
    failed = failed + CASE WHEN $1 OR v_reason IS NOT NULL THEN 0 ELSE 1 END;
  v_result := CASE WHEN $1 THEN 'ok ' ELSE 'not ok ' END || v_number
    || coalesce(' - ' || substr(diag(nullif($2, '')), 3), '')
    || coalesce(' ' || diag('TODO ' || v_reason), '');
  IF $1 THEN
    RETURN v_result;
  END IF;
  RETURN v_result || E'\n'
    || diag('Failed ' || CASE WHEN v_reason IS NULL THEN '' ELSE '(TODO) ' END || 'test ' || v_number || coalesce(': "' || nullif($2, '') || '"', ''))
    || CASE WHEN $1 IS NULL THEN E'\n' || diag('    (test result was NULL)') ELSE '' END;
END
$$;

CREATE FUNCTION ok(boolean) RETURNS text
LANGUAGE sql
AS $$ SELECT ok($1, NULL) $$;

-- The line of an assertion, with what there is to say about it when it failed.
CREATE FUNCTION _tap_result(p_ok boolean, p_description text, p_explanation text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  RETURN ok(p_ok, p_description) || CASE WHEN p_ok THEN '' ELSE coalesce(E'\n' || diag(nullif(p_explanation, '')), '') END;
END
$$;

CREATE FUNCTION pass(text) RETURNS text LANGUAGE sql AS $$ SELECT ok(true, $1) $$;
CREATE FUNCTION pass() RETURNS text LANGUAGE sql AS $$ SELECT ok(true, NULL) $$;
CREATE FUNCTION fail(text) RETURNS text LANGUAGE sql AS $$ SELECT ok(false, $1) $$;
CREATE FUNCTION fail() RETURNS text LANGUAGE sql AS $$ SELECT ok(false, NULL) $$;

-- What is skipped or not expected to hold yet ------------------------------------------------------------------------

CREATE FUNCTION skip(why text, how_many integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_lines text[] := '{}';
BEGIN
  FOR i IN 1 .. how_many LOOP
    v_lines := v_lines || (ok(true) || ' ' || diag('SKIP' || coalesce(' ' || why, '')));
  END LOOP;
  RETURN array_to_string(v_lines, E'\n');
END
$$;

CREATE FUNCTION skip(text) RETURNS text LANGUAGE sql AS $$ SELECT skip($1, 1) $$;
CREATE FUNCTION skip(integer, text) RETURNS text LANGUAGE sql AS $$ SELECT skip($2, $1) $$;
CREATE FUNCTION skip(integer) RETURNS text LANGUAGE sql AS $$ SELECT skip(NULL, $1) $$;

-- A stack: the count says for how many more tests the reason holds, -1 until todo_end().
CREATE FUNCTION todo(why text, how_many integer) RETURNS SETOF boolean
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE pg_temp.tap_run SET
    todo_reasons = todo_reasons || coalesce(why, ''),
    todo_counts = todo_counts || coalesce(how_many, 1);
END
$$;

CREATE FUNCTION todo(how_many integer, why text) RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT todo($2, $1) $$;
CREATE FUNCTION todo(why text) RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT todo($1, 1) $$;
CREATE FUNCTION todo(how_many integer) RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT todo('', $1) $$;
CREATE FUNCTION todo_start(text) RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT todo($1, -1) $$;
CREATE FUNCTION todo_start() RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT todo('', -1) $$;

CREATE FUNCTION todo_end() RETURNS SETOF boolean
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE pg_temp.tap_run SET
    todo_reasons = trim_array(todo_reasons, 1),
    todo_counts = trim_array(todo_counts, 1)
  WHERE todo_counts[cardinality(todo_counts)] = -1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'todo_end() called without todo_start()';
  END IF;
END
$$;

CREATE FUNCTION in_todo() RETURNS boolean
LANGUAGE plpgsql
AS $$ BEGIN RETURN (SELECT cardinality(r.todo_counts) > 0 FROM pg_temp.tap_run r); END $$;

CREATE FUNCTION _tap_todo() RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_run record;
  v_top integer;
BEGIN
  SELECT r.todo_reasons AS reasons, r.todo_counts AS counts INTO v_run FROM pg_temp.tap_run r;
  v_top := cardinality(v_run.counts);
  IF v_top = 0 THEN
    RETURN NULL;
  ELSIF v_run.counts[v_top] = 1 THEN
    UPDATE pg_temp.tap_run SET
      todo_reasons = trim_array(todo_reasons, 1),
      todo_counts = trim_array(todo_counts, 1);
  ELSIF v_run.counts[v_top] > 1 THEN
    UPDATE pg_temp.tap_run SET todo_counts[v_top] = todo_counts[v_top] - 1;
  END IF;
  RETURN v_run.reasons[v_top];
END
$$;

-- Values ------------------------------------------------------------------------------------------------------------

CREATE FUNCTION is(anyelement, anyelement, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_result($1 IS NOT DISTINCT FROM $2, $3, _tap_versus($1::text, $2::text))
$$;

CREATE FUNCTION is(anyelement, anyelement) RETURNS text LANGUAGE sql AS $$ SELECT is($1, $2, NULL) $$;

CREATE FUNCTION isnt(anyelement, anyelement, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_result($1 IS DISTINCT FROM $2, $3, _tap_versus($1::text, 'anything else'))
$$;

CREATE FUNCTION isnt(anyelement, anyelement) RETURNS text LANGUAGE sql AS $$ SELECT isnt($1, $2, NULL) $$;

CREATE FUNCTION _tap_versus(p_have text, p_want text) RETURNS text
LANGUAGE sql
AS $$ SELECT '        have: ' || coalesce($1, 'NULL') || E'\n        want: ' || coalesce($2, 'NULL') $$;

CREATE FUNCTION _tap_mismatch(p_ok boolean, p_have text, p_pattern text, p_description text, p_complaint text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_result($1, $4, format(E'                  %L\n   %s: %L', $2, $5, $3))
$$;

CREATE FUNCTION matches(anyelement, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_mismatch($1::text ~ $2, $1::text, $2, $3, 'doesn''t match') $$;
CREATE FUNCTION matches(anyelement, text) RETURNS text
LANGUAGE sql AS $$ SELECT matches($1, $2, NULL) $$;
CREATE FUNCTION imatches(anyelement, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_mismatch($1::text ~* $2, $1::text, $2, $3, 'doesn''t match') $$;
CREATE FUNCTION imatches(anyelement, text) RETURNS text
LANGUAGE sql AS $$ SELECT imatches($1, $2, NULL) $$;
CREATE FUNCTION alike(anyelement, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_mismatch($1::text LIKE $2, $1::text, $2, $3, 'doesn''t match') $$;
CREATE FUNCTION alike(anyelement, text) RETURNS text
LANGUAGE sql AS $$ SELECT alike($1, $2, NULL) $$;
CREATE FUNCTION doesnt_match(anyelement, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_mismatch($1::text !~ $2, $1::text, $2, $3, '      matches') $$;
CREATE FUNCTION doesnt_match(anyelement, text) RETURNS text
LANGUAGE sql AS $$ SELECT doesnt_match($1, $2, NULL) $$;
CREATE FUNCTION unalike(anyelement, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_mismatch($1::text NOT LIKE $2, $1::text, $2, $3, '      matches') $$;
CREATE FUNCTION unalike(anyelement, text) RETURNS text
LANGUAGE sql AS $$ SELECT unalike($1, $2, NULL) $$;

CREATE FUNCTION cmp_ok(anyelement, text, anyelement, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_ok boolean;
BEGIN
  EXECUTE format('SELECT %L::%s %s %L::%s', $1, pg_typeof($1), $2, $3, pg_typeof($3)) INTO v_ok;
  RETURN _tap_result(coalesce(v_ok, false), $4, format(E'    %L\n        %s\n    %L', $1, $2, $3));
END
$$;

CREATE FUNCTION cmp_ok(anyelement, text, anyelement) RETURNS text LANGUAGE sql AS $$ SELECT cmp_ok($1, $2, $3, NULL) $$;

CREATE FUNCTION isa_ok(anyelement, regtype, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_result(
    pg_typeof($1) = $2,
    $3 || ' isa ' || $2,
    format('    %s isn''t a "%s" it''s a "%s"', $3, $2, pg_typeof($1))
  )
$$;

CREATE FUNCTION isa_ok(anyelement, regtype) RETURNS text LANGUAGE sql AS $$ SELECT isa_ok($1, $2, 'the value') $$;

-- Statements that fail, or must not ---------------------------------------------------------------------------------

-- A single word is the name of a prepared statement.
CREATE FUNCTION _tap_query(text) RETURNS text
LANGUAGE sql
AS $$ SELECT CASE WHEN $1 LIKE '"%' OR $1 !~ '[[:space:]]' THEN 'EXECUTE ' || $1 ELSE $1 END $$;

CREATE FUNCTION throws_ok(text, character(5), text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_description text := coalesce($4, 'threw ' || $2 || ': ' || $3, 'threw ' || $2, 'threw ' || $3, 'threw an exception');
  v_wanted text := coalesce($2, 'an exception');
BEGIN
  BEGIN
    EXECUTE _tap_query($1);
  EXCEPTION
    WHEN OTHERS OR assert_failure THEN
      RETURN _tap_result(
        ($2 IS NULL OR $2 = SQLSTATE) AND ($3 IS NULL OR $3 = SQLERRM),
        v_description,
        '      caught: ' || SQLSTATE || ': ' || SQLERRM || E'\n      wanted: ' || v_wanted || coalesce(': ' || $3, '')
      );
  END;
  RETURN _tap_result(false, v_description, E'      caught: no exception\n      wanted: ' || v_wanted);
END
$$;

-- Five bytes are an SQLSTATE, anything else is a message.
CREATE FUNCTION throws_ok(text, text, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT CASE
    WHEN octet_length($2) = 5 THEN throws_ok($1, $2::character(5), $3, NULL)
    ELSE throws_ok($1, NULL::character(5), $2, $3)
  END
$$;

CREATE FUNCTION throws_ok(text, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT CASE
    WHEN octet_length($2) = 5 THEN throws_ok($1, $2::character(5), NULL, NULL)
    ELSE throws_ok($1, NULL::character(5), $2, NULL)
  END
$$;

CREATE FUNCTION throws_ok(text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_ok($1, NULL::character(5), NULL, NULL) $$;
CREATE FUNCTION throws_ok(text, integer, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_ok($1, $2::character(5), $3, $4) $$;
CREATE FUNCTION throws_ok(text, integer, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_ok($1, $2::character(5), $3, NULL) $$;
CREATE FUNCTION throws_ok(text, integer) RETURNS text
LANGUAGE sql AS $$ SELECT throws_ok($1, $2::character(5), NULL, NULL) $$;

-- The operator is ~~ (LIKE) or ~ (a regular expression), with a star for either case.
CREATE FUNCTION _tap_throws(p_query text, p_operator text, p_pattern text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_ok boolean;
BEGIN
  BEGIN
    EXECUTE _tap_query(p_query);
  EXCEPTION
    WHEN OTHERS THEN
      EXECUTE format('SELECT $1 %s $2', p_operator) INTO v_ok USING SQLERRM, p_pattern;
      RETURN _tap_result(v_ok, p_description, format(E'   error message: %L\n   doesn''t match: %L', SQLERRM, p_pattern));
  END;
  RETURN _tap_result(false, p_description, '    no exception thrown');
END
$$;

CREATE FUNCTION throws_like(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_throws($1, '~~', $2, $3) $$;
CREATE FUNCTION throws_like(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_like($1, $2, 'Should throw exception like ' || quote_literal($2)) $$;
CREATE FUNCTION throws_ilike(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_throws($1, '~~*', $2, $3) $$;
CREATE FUNCTION throws_ilike(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_ilike($1, $2, 'Should throw exception like ' || quote_literal($2)) $$;
CREATE FUNCTION throws_matching(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_throws($1, '~', $2, $3) $$;
CREATE FUNCTION throws_matching(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_matching($1, $2, 'Should throw exception matching ' || quote_literal($2)) $$;
CREATE FUNCTION throws_imatching(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_throws($1, '~*', $2, $3) $$;
CREATE FUNCTION throws_imatching(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT throws_imatching($1, $2, 'Should throw exception matching ' || quote_literal($2)) $$;

CREATE FUNCTION lives_ok(text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_detail text;
  v_hint text;
  v_schema text;
  v_table text;
  v_column text;
  v_constraint text;
  v_type text;
  v_context text;
BEGIN
  BEGIN
    EXECUTE _tap_query($1);
  EXCEPTION
    WHEN OTHERS OR assert_failure THEN
      GET STACKED DIAGNOSTICS
        v_detail = PG_EXCEPTION_DETAIL,
        v_hint = PG_EXCEPTION_HINT,
        v_schema = SCHEMA_NAME,
        v_table = TABLE_NAME,
        v_column = COLUMN_NAME,
        v_constraint = CONSTRAINT_NAME,
        v_type = PG_DATATYPE_NAME,
        v_context = PG_EXCEPTION_CONTEXT;
      RETURN _tap_result(
        false,
        $2,
        '    died: ' || SQLSTATE || ': ' || SQLERRM
          || coalesce(E'\n        DETAIL:     ' || nullif(v_detail, ''), '')
          || coalesce(E'\n        HINT:       ' || nullif(v_hint, ''), '')
          || coalesce(E'\n        SCHEMA:     ' || nullif(v_schema, ''), '')
          || coalesce(E'\n        TABLE:      ' || nullif(v_table, ''), '')
          || coalesce(E'\n        COLUMN:     ' || nullif(v_column, ''), '')
          || coalesce(E'\n        CONSTRAINT: ' || nullif(v_constraint, ''), '')
          || coalesce(E'\n        TYPE:       ' || nullif(v_type, ''), '')
          || coalesce(E'\n        CONTEXT:\n' || regexp_replace(nullif(v_context, ''), '^', '            ', 'gn'), '')
      );
  END;
  RETURN ok(true, $2);
END
$$;

CREATE FUNCTION lives_ok(text) RETURNS text LANGUAGE sql AS $$ SELECT lives_ok($1, NULL) $$;

-- Rows in their order -----------------------------------------------------------------------------------------------

CREATE FUNCTION _tap_compare(p_have refcursor, p_want refcursor, p_equal boolean, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_have record;
  v_want record;
  v_have_found boolean;
  v_want_found boolean;
  v_row integer := 0;
  v_error text;
BEGIN
  BEGIN
    LOOP
      FETCH p_have INTO v_have;
      v_have_found := FOUND;
      FETCH p_want INTO v_want;
      v_want_found := FOUND;
      v_row := v_row + 1;
      EXIT WHEN v_have_found <> v_want_found OR v_have IS DISTINCT FROM v_want;
      IF NOT v_have_found THEN
        RETURN ok(p_equal, p_description);
      END IF;
    END LOOP;
  EXCEPTION
    WHEN datatype_mismatch THEN
      v_error := SQLERRM;
  END;
  IF v_error IS NULL AND NOT p_equal THEN
    RETURN ok(true, p_description);
  END IF;
  RETURN _tap_result(
    false,
    p_description,
    CASE
      WHEN v_error IS NULL THEN '    Results differ beginning at row ' || v_row || E':\n'
      ELSE '    Number of columns or their types differ between the queries'
        || CASE WHEN v_have::text = v_want::text THEN '' ELSE E':\n' END
    END
      || CASE
        WHEN v_error IS NOT NULL AND v_have::text = v_want::text THEN ''
        ELSE _tap_versus(CASE WHEN v_have_found THEN v_have::text END, CASE WHEN v_want_found THEN v_want::text END)
      END
      || coalesce(E'\n        ERROR: ' || v_error, '')
  );
END
$$;

CREATE FUNCTION _tap_compare_queries(p_have text, p_want text, p_equal boolean, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_have refcursor;
  v_want refcursor;
  v_result text;
BEGIN
  OPEN v_have FOR EXECUTE _tap_query(p_have);
  OPEN v_want FOR EXECUTE _tap_query(p_want);
  v_result := _tap_compare(v_have, v_want, p_equal, p_description);
  CLOSE v_have;
  CLOSE v_want;
  RETURN v_result;
END
$$;

CREATE FUNCTION _tap_compare_array(p_have text, p_want anyarray, p_equal boolean, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_have refcursor;
  v_want refcursor;
  v_result text;
BEGIN
  OPEN v_have FOR EXECUTE _tap_query(p_have);
  OPEN v_want FOR SELECT p_want[i] FROM generate_subscripts(p_want, 1) AS i;
  v_result := _tap_compare(v_have, v_want, p_equal, p_description);
  CLOSE v_have;
  CLOSE v_want;
  RETURN v_result;
END
$$;

CREATE FUNCTION results_eq(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_queries($1, $2, true, $3) $$;
CREATE FUNCTION results_eq(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_queries($1, $2, true, NULL) $$;
CREATE FUNCTION results_eq(text, anyarray, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_array($1, $2, true, $3) $$;
CREATE FUNCTION results_eq(text, anyarray) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_array($1, $2, true, NULL) $$;
CREATE FUNCTION results_ne(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_queries($1, $2, false, $3) $$;
CREATE FUNCTION results_ne(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_queries($1, $2, false, NULL) $$;
CREATE FUNCTION results_ne(text, anyarray, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_array($1, $2, false, $3) $$;
CREATE FUNCTION results_ne(text, anyarray) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_compare_array($1, $2, false, NULL) $$;

CREATE FUNCTION row_eq(text, anyelement, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_have record;
BEGIN
  EXECUTE _tap_query($1) INTO v_have;
  RETURN _tap_result(
    v_have IS NOT DISTINCT FROM $2,
    $3,
    _tap_versus(CASE WHEN v_have IS NOT NULL THEN v_have::text END, CASE WHEN $2 IS NOT NULL THEN $2::text END)
  );
END
$$;

CREATE FUNCTION row_eq(text, anyelement) RETURNS text LANGUAGE sql AS $$ SELECT row_eq($1, $2, NULL) $$;

CREATE FUNCTION is_empty(text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_row record;
  v_rows text[] := '{}';
BEGIN
  FOR v_row IN EXECUTE _tap_query($1) LOOP
    v_rows := v_rows || v_row::text;
  END LOOP;
  RETURN _tap_result(
    v_rows = '{}',
    $2,
    E'    Unexpected records:\n        ' || array_to_string(v_rows, E'\n        ')
  );
END
$$;

CREATE FUNCTION is_empty(text) RETURNS text LANGUAGE sql AS $$ SELECT is_empty($1, NULL) $$;

CREATE FUNCTION isnt_empty(text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_row record;
  v_found boolean := false;
BEGIN
  FOR v_row IN EXECUTE _tap_query($1) LOOP
    v_found := true;
    EXIT;
  END LOOP;
  RETURN ok(v_found, $2);
END
$$;

CREATE FUNCTION isnt_empty(text) RETURNS text LANGUAGE sql AS $$ SELECT isnt_empty($1, NULL) $$;

-- Rows as sets (without duplicates) and bags (with) -----------------------------------------------------------------

-- The rows of one query less, or together with, those of another; the array, if any, stands for the second query.
CREATE FUNCTION _tap_rows(p_left text, p_operation text, p_right text, p_array anyarray) RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
  v_rows text[];
BEGIN
  EXECUTE format(
    E'SELECT array_agg(t::text) FROM ((%s\n) %s (%s\n)) AS t',
    coalesce(rtrim(p_left, E'; \n'), 'SELECT u.v FROM unnest($1) AS u (v)'),
    p_operation,
    coalesce(rtrim(p_right, E'; \n'), 'SELECT u.v FROM unnest($1) AS u (v)')
  )
  INTO v_rows
  USING p_array;
  RETURN v_rows;
END
$$;

-- p_mode: eq compares both ways, ne wants a difference, has and hasnt look at what is named first.
CREATE FUNCTION _tap_sets(p_have text, p_want text, p_array anyarray, p_mode text, p_all text, p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_extra text[];
  v_missing text[];
  v_indent text := E'\n        ';
BEGIN
  BEGIN
    IF p_mode IN ('eq', 'ne') THEN
      v_extra := _tap_rows(p_have, 'EXCEPT ' || p_all, p_want, p_array);
    ELSIF p_mode = 'hasnt' THEN
      v_extra := _tap_rows(p_want, 'INTERSECT ' || p_all, p_have, p_array);
    END IF;
    IF p_mode IN ('eq', 'ne', 'has') THEN
      v_missing := _tap_rows(p_want, 'EXCEPT ' || p_all, p_have, p_array);
    END IF;
  EXCEPTION
    WHEN syntax_error OR datatype_mismatch THEN
      RETURN _tap_result(false, p_description, E'    Columns differ between queries:' || v_indent || SQLERRM);
  END;
  IF p_mode = 'ne' THEN
    RETURN ok(coalesce(v_extra, v_missing) IS NOT NULL, p_description);
  END IF;
  RETURN _tap_result(
    v_extra IS NULL AND v_missing IS NULL,
    p_description,
    concat_ws(
      E'\n',
      '    Extra records:' || v_indent || array_to_string(v_extra, v_indent),
      '    Missing records:' || v_indent || array_to_string(v_missing, v_indent)
    )
  );
END
$$;

CREATE FUNCTION set_eq(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'eq', '', $3) $$;
CREATE FUNCTION set_eq(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'eq', '', NULL) $$;
CREATE FUNCTION set_eq(text, anyarray, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, NULL, $2, 'eq', '', $3) $$;
CREATE FUNCTION set_eq(text, anyarray) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, NULL, $2, 'eq', '', NULL) $$;
CREATE FUNCTION bag_eq(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'eq', 'ALL', $3) $$;
CREATE FUNCTION bag_eq(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'eq', 'ALL', NULL) $$;
CREATE FUNCTION bag_eq(text, anyarray, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, NULL, $2, 'eq', 'ALL', $3) $$;
CREATE FUNCTION bag_eq(text, anyarray) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, NULL, $2, 'eq', 'ALL', NULL) $$;
CREATE FUNCTION set_ne(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'ne', '', $3) $$;
CREATE FUNCTION set_ne(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'ne', '', NULL) $$;
CREATE FUNCTION bag_ne(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'ne', 'ALL', $3) $$;
CREATE FUNCTION bag_ne(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'ne', 'ALL', NULL) $$;
CREATE FUNCTION set_has(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'has', '', $3) $$;
CREATE FUNCTION set_has(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'has', '', NULL) $$;
CREATE FUNCTION bag_has(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'has', 'ALL', $3) $$;
CREATE FUNCTION bag_has(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'has', 'ALL', NULL) $$;
CREATE FUNCTION set_hasnt(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'hasnt', '', $3) $$;
CREATE FUNCTION set_hasnt(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'hasnt', '', NULL) $$;
CREATE FUNCTION bag_hasnt(text, text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'hasnt', 'ALL', $3) $$;
CREATE FUNCTION bag_hasnt(text, text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_sets($1, $2, '{}'::text[], 'hasnt', 'ALL', NULL) $$;

-- The catalogue -----------------------------------------------------------------------------------------------------

CREATE FUNCTION _tap_table(p_table name) RETURNS oid
LANGUAGE sql
AS $$
  SELECT c.oid
  FROM pg_class c
  WHERE c.relname = $1
    AND c.relkind IN ('r', 'p')
    AND pg_table_is_visible(c.oid)
$$;

CREATE FUNCTION has_table(name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(_tap_table($1) IS NOT NULL, $2) $$;
CREATE FUNCTION has_table(name) RETURNS text
LANGUAGE sql AS $$ SELECT has_table($1, format('Table %I should exist', $1)) $$;
CREATE FUNCTION hasnt_table(name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(_tap_table($1) IS NULL, $2) $$;
CREATE FUNCTION hasnt_table(name) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_table($1, format('Table %I should not exist', $1)) $$;

CREATE FUNCTION _tap_column(p_table name, p_column name) RETURNS pg_attribute
LANGUAGE sql
AS $$
  SELECT a
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relname = $1
    AND a.attname = $2
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND pg_table_is_visible(c.oid)
$$;

CREATE FUNCTION has_column(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_column($1, $2)).attnum IS NOT NULL, $3) $$;
CREATE FUNCTION has_column(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT has_column($1, $2, format('Column %I.%I should exist', $1, $2)) $$;
CREATE FUNCTION hasnt_column(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_column($1, $2)).attnum IS NULL, $3) $$;
CREATE FUNCTION hasnt_column(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_column($1, $2, format('Column %I.%I should not exist', $1, $2)) $$;

CREATE FUNCTION _tap_null(p_table name, p_column name, p_not_null boolean, p_description text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_result(
    coalesce((_tap_column($1, $2)).attnotnull = $3, false),
    coalesce($4, format('Column %I.%I should %s NULL', $1, $2, CASE WHEN $3 THEN 'be NOT' ELSE 'allow' END)),
    CASE WHEN (_tap_column($1, $2)).attnum IS NULL THEN format('    Column %I.%I does not exist', $1, $2) END
  )
$$;

CREATE FUNCTION col_not_null(table_name name, column_name name, description text DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_null($1, $2, true, $3) $$;
CREATE FUNCTION col_is_null(table_name name, column_name name, description text DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_null($1, $2, false, $3) $$;

CREATE FUNCTION col_type_is(name, name, text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_column pg_attribute := _tap_column($1, $2);
  v_type text := format_type(v_column.atttypid, v_column.atttypmod);
BEGIN
  RETURN _tap_result(
    coalesce(v_type = $3, false),
    $4,
    CASE WHEN v_type IS NULL THEN format('   Column %I.%I does not exist', $1, $2) ELSE _tap_versus(v_type, $3) END
  );
END
$$;

CREATE FUNCTION col_type_is(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT col_type_is($1, $2, $3, format('Column %I.%I should be type %s', $1, $2, $3)) $$;

CREATE FUNCTION _tap_index(p_table name, p_index name) RETURNS oid
LANGUAGE sql
AS $$
  SELECT i.oid
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
  WHERE t.relname = $1
    AND i.relname = $2
    AND pg_table_is_visible(t.oid)
$$;

CREATE FUNCTION has_index(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(_tap_index($1, $2) IS NOT NULL, $3) $$;
CREATE FUNCTION has_index(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT has_index($1, $2, format('Index %I should exist', $2)) $$;
CREATE FUNCTION hasnt_index(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(_tap_index($1, $2) IS NULL, $3) $$;
CREATE FUNCTION hasnt_index(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_index($1, $2, format('Index %I should not exist', $2)) $$;

-- Included columns count as the index's, as in pgTAP.
CREATE FUNCTION has_index(name, name, name[], text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_index oid := _tap_index($1, $2);
  v_columns text;
BEGIN
  SELECT string_agg(pg_get_indexdef(v_index, n, false), ', ' ORDER BY n)
  INTO v_columns
  FROM pg_index x
  CROSS JOIN generate_series(1, x.indnatts) AS n
  WHERE x.indexrelid = v_index;
  RETURN _tap_result(
    coalesce(v_columns = array_to_string($3, ', '), false),
    $4,
    CASE
      WHEN v_index IS NULL THEN format('Index %I ON %I not found', $2, $1)
      ELSE _tap_versus(
        format('%I ON %I(%s)', $2, $1, v_columns),
        format('%I ON %I(%s)', $2, $1, array_to_string($3, ', '))
      )
    END
  );
END
$$;

CREATE FUNCTION has_index(name, name, name[]) RETURNS text
LANGUAGE sql AS $$ SELECT has_index($1, $2, $3, format('Index %I should exist', $2)) $$;

CREATE FUNCTION _tap_trigger(p_table name, p_trigger name) RETURNS boolean
LANGUAGE sql
AS $$
  SELECT EXISTS (
    SELECT
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relname = $1
      AND t.tgname = $2
      AND pg_table_is_visible(c.oid)
  )
$$;

CREATE FUNCTION has_trigger(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(_tap_trigger($1, $2), $3) $$;
CREATE FUNCTION has_trigger(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT has_trigger($1, $2, format('Table %I should have trigger %I', $1, $2)) $$;
CREATE FUNCTION hasnt_trigger(name, name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(NOT _tap_trigger($1, $2), $3) $$;
CREATE FUNCTION hasnt_trigger(name, name) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_trigger($1, $2, format('Table %I should not have trigger %I', $1, $2)) $$;

CREATE FUNCTION _tap_types(p_names name[]) RETURNS text
LANGUAGE sql
AS $$ SELECT coalesce(string_agg(to_regtype(u.one)::text, ',' ORDER BY u.n), '') FROM unnest($1::text[]) WITH ORDINALITY AS u (one, n) $$;

-- NULL arguments: any function of the name.
CREATE FUNCTION _tap_function(p_name name, p_arguments name[] DEFAULT NULL) RETURNS pg_proc
LANGUAGE sql
AS $$
  SELECT p
  FROM pg_proc p
  WHERE p.proname = $1
    AND pg_function_is_visible(p.oid)
    AND ($2 IS NULL OR array_to_string(p.proargtypes::regtype[], ',') = _tap_types($2))
  LIMIT 1
$$;

CREATE FUNCTION has_function(name, name[], text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_function($1, $2)).oid IS NOT NULL, $3) $$;
CREATE FUNCTION has_function(name, name[]) RETURNS text
LANGUAGE sql AS $$ SELECT has_function($1, $2, format('Function %I(%s) should exist', $1, array_to_string($2, ', '))) $$;
CREATE FUNCTION has_function(name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_function($1)).oid IS NOT NULL, $2) $$;
CREATE FUNCTION has_function(name) RETURNS text
LANGUAGE sql AS $$ SELECT has_function($1, format('Function %I() should exist', $1)) $$;
CREATE FUNCTION hasnt_function(name, name[], text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_function($1, $2)).oid IS NULL, $3) $$;
CREATE FUNCTION hasnt_function(name, name[]) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_function($1, $2, format('Function %I(%s) should not exist', $1, array_to_string($2, ', '))) $$;
CREATE FUNCTION hasnt_function(name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok((_tap_function($1)).oid IS NULL, $2) $$;
CREATE FUNCTION hasnt_function(name) RETURNS text
LANGUAGE sql AS $$ SELECT hasnt_function($1, format('Function %I() should not exist', $1)) $$;

CREATE FUNCTION has_role(name, text) RETURNS text
LANGUAGE sql AS $$ SELECT ok(EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1), $2) $$;
CREATE FUNCTION has_role(name) RETURNS text
LANGUAGE sql AS $$ SELECT has_role($1, format('Role %I should exist', $1)) $$;

-- Policies and privileges -------------------------------------------------------------------------------------------

CREATE FUNCTION _tap_are(p_what text, p_have text[], p_want text[], p_description text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_indent text := E'\n        ';
  v_extra text;
  v_missing text;
BEGIN
  SELECT string_agg(e.one, v_indent ORDER BY e.one)
  INTO v_extra
  FROM (SELECT unnest(p_have) EXCEPT SELECT unnest(p_want)) AS e (one);
  SELECT string_agg(e.one, v_indent ORDER BY e.one)
  INTO v_missing
  FROM (SELECT unnest(p_want) EXCEPT SELECT unnest(p_have)) AS e (one);
  RETURN _tap_result(
    v_extra IS NULL AND v_missing IS NULL,
    p_description,
    concat_ws(
      E'\n',
      '    Extra ' || p_what || ':' || v_indent || v_extra,
      '    Missing ' || p_what || ':' || v_indent || v_missing
    )
  );
END
$$;

CREATE FUNCTION policies_are(name, name[], text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_are(
    'policies',
    ARRAY(SELECT quote_ident(p.polname) FROM pg_policy p WHERE p.polrelid = _tap_table($1)),
    ARRAY(SELECT quote_ident(u) FROM unnest($2) AS u),
    $3
  )
$$;

CREATE FUNCTION policies_are(name, name[]) RETURNS text
LANGUAGE sql AS $$ SELECT policies_are($1, $2, format('Table %I should have the correct policies', $1)) $$;

CREATE FUNCTION policy_roles_are(name, name, name[], text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_are(
    'policy roles',
    ARRAY(
      SELECT quote_ident(r.rolname)
      FROM pg_policy p
      JOIN pg_roles r ON r.oid = ANY (p.polroles)
      WHERE p.polrelid = _tap_table($1)
        AND p.polname = $2
    ),
    ARRAY(SELECT quote_ident(u) FROM unnest($3) AS u),
    $4
  )
$$;

CREATE FUNCTION policy_roles_are(name, name, name[]) RETURNS text
LANGUAGE sql
AS $$ SELECT policy_roles_are($1, $2, $3, format('Policy %I for table %I should have the correct roles', $2, $1)) $$;

CREATE FUNCTION policy_cmd_is(name, name, text, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT is(
    (
      SELECT CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
      FROM pg_policy p
      WHERE p.polrelid = _tap_table($1)
        AND p.polname = $2
    ),
    upper($3),
    $4
  )
$$;

CREATE FUNCTION policy_cmd_is(name, name, text) RETURNS text
LANGUAGE sql
AS $$
  SELECT policy_cmd_is($1, $2, $3, format('Policy %I for table %I should apply to %s command', $2, $1, upper($3)))
$$;

-- Asks `has_<kind>_privilege(role, object, [column,] privilege)` for each privilege that there is.
CREATE FUNCTION _tap_privileges(
  p_kind text,
  p_privileges text[],
  p_role name,
  p_object text,
  p_column name,
  p_want name[],
  p_description text
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_have text[];
  v_missing text;
BEGIN
  BEGIN
    EXECUTE format(
      'SELECT array_agg(p) FILTER (WHERE has_%s_privilege($1, $2%s, p)) FROM unnest($3) AS p',
      p_kind,
      CASE WHEN p_kind = 'column' THEN ', $4::text' ELSE '' END
    )
    INTO v_have
    USING p_role, p_object, p_privileges, p_column;
  EXCEPTION
    WHEN undefined_column THEN
      v_missing := format('Column %s.%I', p_object, p_column);
    WHEN undefined_table THEN
      v_missing := 'Table ' || p_object;
    WHEN undefined_function THEN
      v_missing := 'Function ' || p_object;
    WHEN invalid_schema_name THEN
      v_missing := 'Schema ' || p_object;
    WHEN undefined_object THEN
      v_missing := format('Role %I', p_role);
  END;
  IF v_missing IS NOT NULL THEN
    RETURN _tap_result(false, p_description, '    ' || v_missing || ' does not exist');
  END IF;
  RETURN _tap_are('privileges', v_have, ARRAY(SELECT upper(w) FROM unnest(p_want) AS w), p_description);
END
$$;

CREATE FUNCTION _tap_granted(p_role name, p_privileges name[], p_object text) RETURNS text
LANGUAGE sql
AS $$
  SELECT format('Role %I should be granted %s on %s', $1, coalesce(nullif(array_to_string($2, ', '), ''), 'no privileges'), $3)
$$;

CREATE FUNCTION table_privs_are(name, name, name[], text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_privileges(
    'table',
    '{DELETE,INSERT,REFERENCES,SELECT,TRIGGER,TRUNCATE,UPDATE}',
    $2, quote_ident($1), NULL, $3, $4
  )
$$;

CREATE FUNCTION table_privs_are(name, name, name[]) RETURNS text
LANGUAGE sql
AS $$ SELECT table_privs_are($1, $2, $3, _tap_granted($2, $3, 'table ' || quote_ident($1))) $$;

CREATE FUNCTION column_privs_are(name, name, name, name[], text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_privileges('column', '{INSERT,REFERENCES,SELECT,UPDATE}', $3, quote_ident($1), $2, $4, $5)
$$;

CREATE FUNCTION column_privs_are(name, name, name, name[]) RETURNS text
LANGUAGE sql
AS $$ SELECT column_privs_are($1, $2, $3, $4, _tap_granted($3, $4, format('column %I.%I', $1, $2))) $$;

CREATE FUNCTION function_privs_are(name, name[], name, name[], text) RETURNS text
LANGUAGE sql
AS $$
  SELECT _tap_privileges('function', '{EXECUTE}', $3, format('%I(%s)', $1, array_to_string($2, ', ')), NULL, $4, $5)
$$;

CREATE FUNCTION function_privs_are(name, name[], name, name[]) RETURNS text
LANGUAGE sql
AS $$
  SELECT function_privs_are($1, $2, $3, $4, _tap_granted($3, $4, format('function %I(%s)', $1, array_to_string($2, ', '))))
$$;

CREATE FUNCTION schema_privs_are(name, name, name[], text) RETURNS text
LANGUAGE sql AS $$ SELECT _tap_privileges('schema', '{CREATE,USAGE}', $2, $1::text, NULL, $3, $4) $$;
CREATE FUNCTION schema_privs_are(name, name, name[]) RETURNS text
LANGUAGE sql AS $$ SELECT schema_privs_are($1, $2, $3, _tap_granted($2, $3, 'schema ' || quote_ident($1))) $$;
