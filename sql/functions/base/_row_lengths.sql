-- The trigger's condition finds the text that is too long; this only words it, as the package words a check.
CREATE OR REPLACE FUNCTION _row_lengths() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_new jsonb := to_jsonb(NEW);
BEGIN
  FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
    IF length(v_new ->> TG_ARGV[i]) > TG_ARGV[i + 1]::integer THEN
      RAISE EXCEPTION '% has at most % characters', TG_ARGV[i], TG_ARGV[i + 1] USING ERRCODE = 'TM422', TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[i], DETAIL = 'field: ' || TG_ARGV[i];
    END IF;
  END LOOP;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_lengths IS
'Trigger: refuses a text that is too long; the trigger''s arguments name columns, each followed by its limit in characters.

Returns the row.
Raises TM422 that names the column.';
REVOKE ALL ON FUNCTION _row_lengths FROM PUBLIC;
