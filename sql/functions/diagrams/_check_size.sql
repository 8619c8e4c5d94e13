-- The limits of a drawing, stated once.
CREATE OR REPLACE FUNCTION _check_size(
  p_cells jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF jsonb_array_length(p_cells) > 10000 THEN
    RAISE EXCEPTION 'a diagram has at most 10,000 cells' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  ELSIF pg_column_size(p_cells) > 8388608 THEN
    RAISE EXCEPTION 'the cells of a diagram take at most 8 MB' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_size IS
'Checks how many cells a diagram has, and how much room they take.

p_cells: an array.
Returns nothing.
Raises TM413 above 10,000 cells or 8 MB.';
REVOKE ALL ON FUNCTION _check_size FROM PUBLIC;
ALTER FUNCTION _check_size OWNER TO tmi_api;
