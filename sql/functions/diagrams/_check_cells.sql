-- A drawing is what an editor sends: only what would break others is refused, everything else is kept as it is.
CREATE OR REPLACE FUNCTION _check_cells(
  p_cells jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
BEGIN
  IF p_cells IS NULL OR jsonb_typeof(p_cells) <> 'array' THEN
    RAISE EXCEPTION 'cells must be a JSON array' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  ELSIF jsonb_array_length(p_cells) > 10000 THEN
    RAISE EXCEPTION 'a diagram has at most 10,000 cells' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  ELSIF pg_column_size(p_cells) > 8388608 THEN
    RAISE EXCEPTION 'the cells of a diagram take at most 8 MB' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  END IF;
  SELECT c.n - 1
  INTO v_index
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  WHERE jsonb_typeof(c.cell) <> 'object'
    OR jsonb_typeof(c.cell -> 'id') IS DISTINCT FROM 'string'
    OR jsonb_typeof(c.cell -> 'shape') IS DISTINCT FROM 'string'
    OR length(c.cell ->> 'id') NOT BETWEEN 1 AND 256
    OR c.cell ->> 'shape' = ''
  ORDER BY c.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a cell is an object with a text id of 1 to 256 characters and a text shape' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells',
      DETAIL = 'field: cells[' || v_index || ']';
  END IF;
  SELECT max(c.n) - 1
  INTO v_index
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  GROUP BY c.cell ->> 'id'
  HAVING count(*) > 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two cells have the same id' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells[' || v_index || '].id';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_cells IS
'Checks the cells of a diagram.

p_cells: the array.
Returns nothing.
Raises TM413 above 10,000 cells or 8 MB; TM422 that names the JSON path of a cell without text id or shape, or with another cell''s id.';
REVOKE ALL ON FUNCTION _check_cells FROM PUBLIC;
ALTER FUNCTION _check_cells OWNER TO tmi_api;
