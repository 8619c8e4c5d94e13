-- No row changes whose it is or who made it and when. The trigger's condition finds the change; this only words it, so
-- that an ordinary update pays nothing for it.
CREATE OR REPLACE FUNCTION _row_freeze() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_old jsonb := to_jsonb(OLD);
  v_new jsonb := to_jsonb(NEW);
  v_column text;
BEGIN
  FOREACH v_column IN ARRAY TG_ARGV LOOP
    IF v_old -> v_column IS DISTINCT FROM v_new -> v_column THEN
      RAISE EXCEPTION '% of % cannot be changed', v_column, TG_TABLE_NAME USING ERRCODE = 'TM422', TABLE = TG_TABLE_NAME, COLUMN = v_column, DETAIL = 'field: ' || v_column;
    END IF;
  END LOOP;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_freeze IS
'Trigger: refuses to change a column that is fixed once the row is there; the trigger''s arguments name the columns.

Returns the row.
Raises TM422 that names the column.';
REVOKE ALL ON FUNCTION _row_freeze FROM PUBLIC;
