-- A value that its column's type does not take is refused by PostgreSQL without a word on which it was; only then is each tried by itself.
CREATE OR REPLACE FUNCTION _blame_field(
  p_table text,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_value jsonb;
BEGIN
  FOR v_key, v_value IN
    SELECT e.key, e.value
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
    CROSS JOIN LATERAL jsonb_each(i.item) e
    ORDER BY i.n, e.key
  LOOP
    BEGIN
      EXECUTE format('SELECT jsonb_populate_record(NULL::%I, $1)', p_table)
        USING jsonb_build_object(CASE v_key WHEN 'if_modified_at' THEN 'modified_at' ELSE v_key END, v_value);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION '% cannot take this value', v_key USING ERRCODE = 'TM422', TABLE = p_table, COLUMN = v_key, DETAIL = 'field: ' || v_key;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION _blame_field IS
'Finds the field whose value its column''s type does not take, and names it.

p_table: the table.
p_items: an array of objects whose keys are columns, or if_modified_at.
Returns nothing when each value is taken, so that the caller raises its own error again.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _blame_field FROM PUBLIC;
ALTER FUNCTION _blame_field OWNER TO tmi_api;
