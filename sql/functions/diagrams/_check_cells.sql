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
  v_path text;
BEGIN
  IF p_cells IS NULL OR jsonb_typeof(p_cells) <> 'array' THEN
    RAISE EXCEPTION 'cells must be a JSON array' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  END IF;
  PERFORM _check_size(p_cells);
  PERFORM _check_depth(p_cells, 'cells');
  SELECT format('cells[%s]%s', c.n - 1, f.fault)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL _cell_fault(c.cell) AS f (fault)
  WHERE f.fault IS NOT NULL
  ORDER BY c.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a cell has a text id and a shape, and the shapes of a data flow diagram have a place and a size: % is missing or wrong', v_path
      USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
  SELECT format('cells[%s].id', max(c.n) - 1)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  GROUP BY c.cell ->> 'id'
  HAVING count(*) > 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two cells have the same id' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
  SELECT format('cells[%s].%s', c.n - 1, e.name)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL (
    VALUES
      ('source', c.cell #>> '{source,cell}'),
      ('target', c.cell #>> '{target,cell}')
  ) AS e (name, cell_id)
  WHERE c.cell ->> 'shape' = 'edge'
    AND e.cell_id IS NOT NULL
    AND e.cell_id NOT IN (
      SELECT o.cell ->> 'id'
      FROM jsonb_array_elements(p_cells) AS o (cell)
    )
  ORDER BY c.n, e.name
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an edge names a cell that the diagram does not have' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
END
$$;
COMMENT ON FUNCTION _check_cells IS
'Checks the cells of a diagram.

p_cells: the array.
Returns nothing.
Raises TM413 above 10,000 cells, 8 MB or 100 levels of JSON; TM422 that names the JSON path of a cell without id, shape or geometry, with another cell''s id, or of an edge to a cell that is not there.';
REVOKE ALL ON FUNCTION _check_cells FROM PUBLIC;
ALTER FUNCTION _check_cells OWNER TO tmi_api;
