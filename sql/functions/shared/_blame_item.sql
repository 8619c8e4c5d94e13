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
      -- TM000 is the class of all our own.
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
        GET STACKED DIAGNOSTICS
          v_state = RETURNED_SQLSTATE,
          v_message = MESSAGE_TEXT,
          v_detail = PG_EXCEPTION_DETAIL,
          v_hint = PG_EXCEPTION_HINT,
          v_table = TABLE_NAME,
          v_column = COLUMN_NAME,
          v_constraint = CONSTRAINT_NAME;
        IF v_state = '23505' THEN
          -- In words that do not tell whose row it is.
          v_state := 'TM409';
          v_message := 'the id is in use';
          v_column := 'id';
          v_constraint := '';
        END IF;
        RAISE EXCEPTION '%', v_message USING ERRCODE = v_state, HINT = coalesce(nullif(v_hint, ''), 'nothing was written: correct the item and send all of them again'), TABLE = v_table, COLUMN = v_column, CONSTRAINT = v_constraint,
          -- A detail that PostgreSQL wrote shows the row's values, which may be large; our own names the place.
          DETAIL = format('item %s', v_index) || CASE
            WHEN v_detail ~ '^(field|path): ' THEN ': ' || substr(v_detail, strpos(v_detail, ' ') + 1)
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
Raises what the offending item raises, with DETAIL ''item <index, counted from 0>: <field or JSON Pointer>''.';
REVOKE ALL ON FUNCTION _blame_item FROM PUBLIC;
ALTER FUNCTION _blame_item OWNER TO tmi_api;
