-- modified_at is what concurrent editors compare: it moves with every change, never backwards, and nobody sets it.
CREATE OR REPLACE FUNCTION _row_touch() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.modified_at := OLD.modified_at;
  -- Compared as stored: 1.0 for 1.00 is a change, and two drawings of different size differ without being read.
  IF NEW OPERATOR(pg_catalog.*<>) OLD THEN
    NEW.modified_at := greatest(now(), OLD.modified_at + interval '1 microsecond');
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_touch IS
'Trigger: sets modified_at to the present, or a microsecond on when the present is not later; keeps it when nothing else changes.

Returns the row.';
REVOKE ALL ON FUNCTION _row_touch FROM PUBLIC;
