-- Filters of every list are turned into conditions here; values are quoted by format(), names come from the functions' own tables only.
CREATE OR REPLACE FUNCTION _filter_clause(
  p_filter jsonb,
  p_columns jsonb,
  p_conditions jsonb
) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_value jsonb;
  v_type text;
  v_values text[];
  v_clause text := '';
BEGIN
  IF p_filter IS NULL THEN
    RETURN '';
  ELSIF jsonb_typeof(p_filter) <> 'object' THEN
    RAISE EXCEPTION 'a filter must be a JSON object' USING ERRCODE = 'TM422', DETAIL = 'field: filter';
  END IF;
  FOR v_key, v_value IN
    SELECT e.key, e.value
    FROM jsonb_each(p_filter) e
  LOOP
    v_type := coalesce(p_columns ->> v_key, p_conditions -> v_key ->> 0);
    IF v_type IS NULL THEN
      RAISE EXCEPTION 'there is no filter %', to_json(v_key) USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key,
        HINT = 'the filters are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_columns || p_conditions) AS k (key));
    ELSIF jsonb_typeof(v_value) = 'object' OR (jsonb_typeof(v_value) IN ('array', 'null') AND NOT p_columns ? v_key) THEN
      RAISE EXCEPTION 'the filter % takes one value', v_key USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key;
    END IF;
    v_values := ARRAY(
      SELECT e.value
      FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(v_value) = 'array' THEN v_value ELSE jsonb_build_array(v_value) END) AS e (value)
    );
    BEGIN
      EXECUTE format('SELECT %L::%s[]', v_values, v_type);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION 'the filter % takes a value of type %', v_key, v_type USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key;
    END;
    v_clause := v_clause || CASE
      WHEN NOT p_columns ? v_key THEN format(E'\n  AND ' || (p_conditions -> v_key ->> 1), v_values[1])
      WHEN jsonb_typeof(v_value) = 'null' THEN format(E'\n  AND t.%I IS NULL', v_key)
      ELSE format(E'\n  AND t.%I = ANY (%L::%s[])', v_key, v_values, v_type)
    END;
  END LOOP;
  RETURN v_clause;
END
$$;
COMMENT ON FUNCTION _filter_clause IS
'Turns a list''s filter into SQL conditions on the table aliased t.

p_filter: the filter; a value may be an array, which means any of these, or null, which means no value.
p_columns: columns that are compared for equality, each with its type.
p_conditions: other filters, each with the type of its value and a condition with one %L in it.
Returns conditions that begin with AND; an empty text for no filter.
Raises TM422 that names the filter.';
REVOKE ALL ON FUNCTION _filter_clause FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _filter_clause TO tmi_api;
ALTER FUNCTION _filter_clause OWNER TO tmi_guard;
