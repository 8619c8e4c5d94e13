-- A bulk call fails as one statement; only then are its items tried one by one, to say which it was.
CREATE OR REPLACE FUNCTION _blame_item(
  p_function text,
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_item jsonb;
  v_index bigint;
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
  v_table text;
  v_column text;
  v_constraint text;
BEGIN
  FOR v_item, v_index IN
    SELECT i.item, i.index - 1
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, index)
    ORDER BY i.index
  LOOP
    BEGIN
      EXECUTE format('SELECT FROM %I($1, $2)', p_function) USING p_threat_model_id, jsonb_build_array(v_item);
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM404' OR SQLSTATE 'TM409' OR SQLSTATE 'TM412' OR SQLSTATE 'TM413' OR SQLSTATE 'TM422' THEN
        GET STACKED DIAGNOSTICS
          v_state = RETURNED_SQLSTATE,
          v_message = MESSAGE_TEXT,
          v_detail = PG_EXCEPTION_DETAIL,
          v_hint = PG_EXCEPTION_HINT,
          v_table = TABLE_NAME,
          v_column = COLUMN_NAME,
          v_constraint = CONSTRAINT_NAME;
        -- A detail that PostgreSQL wrote shows the row's values, which may be large; our own names the field.
        RAISE EXCEPTION '%', v_message USING ERRCODE = v_state, HINT = v_hint, TABLE = v_table, COLUMN = v_column, CONSTRAINT = v_constraint,
          DETAIL = format('item %s', v_index) || CASE
            WHEN v_detail LIKE 'field: %' THEN ': ' || substr(v_detail, 8)
            WHEN v_column <> '' THEN ': ' || v_column
            ELSE ''
          END;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION _blame_item IS
'Finds the item that a failed bulk call failed for, and raises its error with the item''s index.

p_function: the helper that takes a model and an array of items.
p_threat_model_id: the model.
p_items: the items of the failed call.
Returns nothing when each item alone is right, so that the caller raises the first error again.
Raises what the offending item raises, with DETAIL ''item <index, counted from 0>: <field>''.';
REVOKE ALL ON FUNCTION _blame_item FROM PUBLIC;
ALTER FUNCTION _blame_item OWNER TO tmi_api;
