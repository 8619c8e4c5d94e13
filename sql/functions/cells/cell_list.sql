-- A drawing's cells as rows, for those who do not draw.
CREATE OR REPLACE FUNCTION cell_list(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_shape text DEFAULT NULL
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND (p_shape IS NULL OR c.cell ->> 'shape' = p_shape)
  ORDER BY c.n;
END
$$;
COMMENT ON FUNCTION cell_list IS
'Lists the cells of a diagram, in the order of the drawing.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
p_shape: only cells of this shape.
Returns rows.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen.';
REVOKE ALL ON FUNCTION cell_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_list TO tmi_app;
ALTER FUNCTION cell_list OWNER TO tmi_api;
