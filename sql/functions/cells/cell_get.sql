-- One cell, without fetching the drawing.
CREATE OR REPLACE FUNCTION cell_get(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_cell_id text
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND c.cell ->> 'id' = p_cell_id
  ORDER BY c.n
  LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'cell not found' USING ERRCODE = 'TM404', TABLE = 'diagrams', COLUMN = 'cells';
  END IF;
END
$$;
COMMENT ON FUNCTION cell_get IS
'Returns one cell of a diagram.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
p_cell_id: the cell.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model, the diagram or the cell does not exist or may not be seen.';
REVOKE ALL ON FUNCTION cell_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_get TO tmi_app;
ALTER FUNCTION cell_get OWNER TO tmi_api;
