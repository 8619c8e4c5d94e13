-- Metadata is reached through what it describes, and that through its model: another model's entity is not found, with metadata or without.
CREATE OR REPLACE FUNCTION _metadata_entity(
  p_threat_model_id uuid,
  p_entity_type text,
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
  -- By a column of the row: an index of the whole model would otherwise seem to be enough, however much is in it.
  CASE p_entity_type
    WHEN 'threat_model' THEN
      PERFORM FROM threat_models e WHERE e.id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'threat' THEN
      PERFORM e.name FROM threats e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'diagram' THEN
      PERFORM e.name FROM diagrams e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'document' THEN
      PERFORM e.name FROM documents e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'source' THEN
      PERFORM e.name FROM sources e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'cell' THEN
      -- The id is a hash, which only its metadata, or a look at every drawing, leads back from.
      SELECT d.diagram_id, d.cell_id
      INTO diagram_id, cell_id
      FROM metadata d
      WHERE d.threat_model_id = p_threat_model_id
        AND d.entity_type = 'cell'
        AND d.entity_id = p_entity_id
      LIMIT 1;
      IF NOT FOUND THEN
        SELECT d.id, c.cell ->> 'id'
        INTO diagram_id, cell_id
        FROM diagrams d
        CROSS JOIN LATERAL jsonb_array_elements(d.cells) AS c (cell)
        WHERE d.threat_model_id = p_threat_model_id
          AND jsonb_typeof(c.cell -> 'id') = 'string'
          AND _named_uuid(d.id, c.cell ->> 'id') = p_entity_id
        LIMIT 1;
      END IF;
    ELSE
      RAISE EXCEPTION 'metadata describes a threat_model, threat, diagram, document, source or cell' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_type', DETAIL = 'field: entity_type';
  END CASE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% not found', replace(p_entity_type, '_', ' ') USING ERRCODE = 'TM404', TABLE = CASE p_entity_type WHEN 'cell' THEN 'diagrams' ELSE p_entity_type || 's' END;
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _metadata_entity IS
'Finds what metadata describes.

p_threat_model_id: the model, entered by the caller.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity.
Returns the row of diagram and cell of a cell; NULLs for other entities.
Raises TM404 when the model has no such entity; TM422 for another type.';
REVOKE ALL ON FUNCTION _metadata_entity FROM PUBLIC;
ALTER FUNCTION _metadata_entity OWNER TO tmi_api;
