-- Keyset pages in any order: their cost does not grow with the page's number, and rows that come or go meanwhile neither repeat nor hide others.
CREATE OR REPLACE FUNCTION _page_clause(
  p_limit integer,
  p_after jsonb,
  p_sort text,
  p_columns jsonb
) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_limit integer := _limit(p_limit);
  v_column text := CASE WHEN left(p_sort, 1) = '-' THEN substr(p_sort, 2) ELSE p_sort END;
  v_type text;
  v_nullable boolean;
  v_order text := CASE WHEN left(p_sort, 1) = '-' THEN 'DESC' ELSE 'ASC' END;
  v_compare text := CASE WHEN left(p_sort, 1) = '-' THEN '<' ELSE '>' END;
  v_value text;
  v_id uuid;
  v_clause text := '';
BEGIN
  v_type := p_columns ->> v_column;
  IF v_type IS NULL THEN
    RAISE EXCEPTION 'rows cannot be sorted by %', coalesce(to_json(p_sort)::text, 'nothing') USING ERRCODE = 'TM422', DETAIL = 'field: sort',
      HINT = 'sort by ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_columns) AS k (key)) || '; a minus in front turns the order';
  END IF;
  v_nullable := v_type LIKE '% NULL';
  v_type := regexp_replace(v_type, ' NULL$', '');
  IF p_after IS NOT NULL THEN
    IF jsonb_typeof(p_after) <> 'object' OR NOT p_after ?& ARRAY[v_column, 'id'] THEN
      RAISE EXCEPTION 'a page begins after a row: an object with id and %', v_column USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END IF;
    v_value := p_after ->> v_column;
    BEGIN
      v_id := (p_after ->> 'id')::uuid;
      EXECUTE format('SELECT %L::%s', v_value, v_type);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION 'a page begins after a row: id is a uuid, % of type %', v_column, v_type USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END;
    IF v_id IS NULL OR (v_value IS NULL AND NOT v_nullable) THEN
      RAISE EXCEPTION 'a page begins after a row: no row is without id or %', v_column USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END IF;
    v_clause := CASE
      -- One comparison of rows, which an index that begins with the column can begin at.
      WHEN NOT v_nullable THEN format(E'\n  AND (t.%1$I, t.id) %2$s (%3$L::%4$s, %5$L::uuid)', v_column, v_compare, v_value, v_type, v_id)
      -- Rows without a value stand last in either direction.
      WHEN v_value IS NULL THEN format(E'\n  AND t.%1$I IS NULL AND t.id %2$s %3$L::uuid', v_column, v_compare, v_id)
      ELSE format(E'\n  AND (t.%1$I %2$s %3$L::%4$s OR (t.%1$I = %3$L::%4$s AND t.id %2$s %5$L::uuid) OR t.%1$I IS NULL)', v_column, v_compare, v_value, v_type, v_id)
    END;
  END IF;
  RETURN v_clause || format(E'\nORDER BY t.%1$I %2$s%4$s, t.id %2$s\nLIMIT %3$s', v_column, v_order, v_limit, CASE WHEN v_nullable THEN ' NULLS LAST' ELSE '' END);
END
$$;
COMMENT ON FUNCTION _page_clause IS
'Turns a list''s order, cursor and size into the end of an SQL query on the table aliased t.

p_limit: 1 to 200; NULL for 50.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object; NULL for the first page.
p_sort: the column to sort by; a minus in front for the greatest first.
p_columns: the columns that can be sorted by, each with its type, and NULL behind it where a row may have no value.
Returns a condition that begins with AND, ORDER BY and LIMIT.
Raises TM413 for a page that is too large; TM422 that names the field.';
REVOKE ALL ON FUNCTION _page_clause FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _page_clause TO tmi_api;
ALTER FUNCTION _page_clause OWNER TO tmi_guard;
