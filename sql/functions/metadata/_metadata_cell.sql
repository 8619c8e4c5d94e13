-- Metadata of a cell needs to know the drawing that its hashed id was made from.
CREATE OR REPLACE FUNCTION _metadata_cell(
  p_threat_model_id uuid,
  p_entity_id uuid
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text
)
LANGUAGE plpgsql
STABLE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  RETURN QUERY
  SELECT d.diagram_id, d.cell_id
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = 'cell'
    AND d.entity_id = p_entity_id
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN QUERY
    SELECT d.id, c.cell ->> 'id'
    FROM diagrams d
    CROSS JOIN LATERAL jsonb_array_elements(d.cells) AS c (cell)
    WHERE d.threat_model_id = p_threat_model_id
      AND _cell_uuid(d.id, c.cell ->> 'id') = p_entity_id
    LIMIT 1;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata describes a cell that does not exist' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_id', DETAIL = 'field: entity_id';
  END IF;
END
$$;
COMMENT ON FUNCTION _metadata_cell IS
'Finds the cell whose metadata is meant.

p_threat_model_id: the model, entered by the caller.
p_entity_id: what cell_entity_id returns for it.
Returns the row of its diagram and its own id.
Raises TM422 when the model''s diagrams have no such cell.';
REVOKE ALL ON FUNCTION _metadata_cell FROM PUBLIC;
ALTER FUNCTION _metadata_cell OWNER TO tmi_api;
