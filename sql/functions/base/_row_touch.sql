-- modified_at is what concurrent editors compare: it moves with every change, never backwards, and nobody sets it. The
-- trigger's condition compares the rows as stored, so that a long value that did not change is not written anew here.
CREATE OR REPLACE FUNCTION _row_touch() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF NEW.modified_at <> OLD.modified_at THEN
    NEW.modified_at := OLD.modified_at;
    IF NEW OPERATOR(pg_catalog.*=) OLD THEN
      RETURN OLD;
    END IF;
  END IF;
  NEW.modified_at := greatest(now(), OLD.modified_at + interval '1 microsecond');
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_touch IS
'Trigger: sets modified_at to the present, or a microsecond on when the present is not later; keeps it when nothing else changes.

Returns the row.';
REVOKE ALL ON FUNCTION _row_touch FROM PUBLIC;
