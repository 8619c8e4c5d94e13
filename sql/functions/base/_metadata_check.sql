-- What a foreign key would do if one could refer to six tables: the entity exists, is of the model that the row names,
-- and is locked against going away until this transaction ends. Once a statement, each entity once. SECURITY DEFINER:
-- entities are looked up whatever the caller may see.
CREATE OR REPLACE FUNCTION _metadata_check() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entity_type text;
  v_has_cells boolean;
BEGIN
  -- Subqueries, so that each row is found by its key whatever the number of rows was when the plan was made.
  SELECT
    min(x.entity_type) FILTER (
      WHERE x.threat_model_id IS DISTINCT FROM CASE x.entity_type
        WHEN 'threat_model' THEN x.entity_id
        WHEN 'threat' THEN (SELECT e.threat_model_id FROM threats e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'diagram' THEN (SELECT e.threat_model_id FROM diagrams e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'document' THEN (SELECT e.threat_model_id FROM documents e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'source' THEN (SELECT e.threat_model_id FROM sources e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'cell' THEN x.threat_model_id
      END
    ),
    bool_or(x.entity_type = 'cell')
  INTO v_entity_type, v_has_cells
  FROM (
    SELECT DISTINCT c.entity_type, c.entity_id, c.threat_model_id
    FROM changed c
  ) x;

  IF v_entity_type IS NULL AND v_has_cells THEN
    -- Drawings are locked against change: the cells that are read next stay.
    PERFORM
    FROM diagrams d
    WHERE d.id = ANY (ARRAY(SELECT c.diagram_id FROM changed c WHERE c.entity_type = 'cell'))
    ORDER BY d.id
    FOR SHARE;
    SELECT c.entity_type
    INTO v_entity_type
    FROM changed c
    WHERE c.entity_type = 'cell'
      AND (
        c.entity_id <> _named_uuid(c.diagram_id, c.cell_id)
        OR (c.threat_model_id, c.diagram_id, c.cell_id) NOT IN (
          SELECT d.threat_model_id, d.id, e.id #>> '{}'
          FROM diagrams d
          CROSS JOIN LATERAL jsonb_path_query(d.cells, '$[*].id ? (@.type() == "string")') AS e (id)
          WHERE d.id = ANY (ARRAY(SELECT n.diagram_id FROM changed n WHERE n.entity_type = 'cell'))
        )
      )
    LIMIT 1;
  END IF;

  IF v_entity_type IS NOT NULL THEN
    RAISE EXCEPTION 'metadata describes a % that does not exist', v_entity_type USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_id', DETAIL = 'field: entity_id';
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _metadata_check IS
'Trigger: checks that the entities that new metadata describes exist in the models that it names, and locks them.

Returns nothing.
Raises TM422 when an entity does not exist or is of another model.';
REVOKE ALL ON FUNCTION _metadata_check FROM PUBLIC;
ALTER FUNCTION _metadata_check OWNER TO tmi_guard;
