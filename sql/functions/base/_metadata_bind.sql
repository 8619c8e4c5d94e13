-- Plain SQL names an entity and nothing else; the model it belongs to, and the id of a cell, follow from that. SECURITY
-- DEFINER: entities are looked up whatever the caller may see; _metadata_check judges what comes out.
CREATE OR REPLACE FUNCTION _metadata_bind() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF NEW.entity_type = 'cell' AND NEW.entity_id IS NULL THEN
    NEW.entity_id := _named_uuid(NEW.diagram_id, NEW.cell_id);
  END IF;
  IF NEW.threat_model_id IS NULL THEN
    -- A statement for each type: one expression with six subqueries takes ten times as long.
    CASE NEW.entity_type
      WHEN 'threat_model' THEN
        SELECT e.id INTO NEW.threat_model_id FROM threat_models e WHERE e.id = NEW.entity_id;
      WHEN 'threat' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM threats e WHERE e.id = NEW.entity_id;
      WHEN 'diagram' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM diagrams e WHERE e.id = NEW.entity_id;
      WHEN 'document' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM documents e WHERE e.id = NEW.entity_id;
      WHEN 'source' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM sources e WHERE e.id = NEW.entity_id;
      WHEN 'cell' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM diagrams e WHERE e.id = NEW.diagram_id;
      ELSE
        RAISE EXCEPTION 'metadata describes a threat_model, threat, diagram, document, source or cell' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_type', DETAIL = 'field: entity_type';
    END CASE;
  END IF;
  IF NEW.threat_model_id IS NULL OR NEW.entity_id IS NULL THEN
    RAISE EXCEPTION 'metadata describes a % that does not exist', NEW.entity_type USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_id', DETAIL = 'field: entity_id';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _metadata_bind IS
'Trigger: fills in the model of a metadata row, and the entity of a cell''s, when they are not given.

Returns the row.
Raises TM422 when the entity does not exist or is of an unknown type.';
REVOKE ALL ON FUNCTION _metadata_bind FROM PUBLIC;
ALTER FUNCTION _metadata_bind OWNER TO tmi_guard;
