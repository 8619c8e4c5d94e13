-- Triggers leave no metadata behind; where they were held back, as in a restore, this finds what describes nothing any more.
-- A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION metadata_purge_orphans() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_count bigint;
BEGIN
  DELETE FROM metadata d
  WHERE NOT CASE d.entity_type
    WHEN 'threat_model' THEN d.entity_id = d.threat_model_id
    WHEN 'threat' THEN EXISTS (SELECT FROM threats e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'diagram' THEN EXISTS (SELECT FROM diagrams e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'document' THEN EXISTS (SELECT FROM documents e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'source' THEN EXISTS (SELECT FROM sources e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    ELSE EXISTS (
      SELECT
      FROM diagrams e
      WHERE e.id = d.diagram_id
        AND e.cells @> jsonb_build_array(jsonb_build_object('id', d.cell_id))
    )
  END;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION metadata_purge_orphans IS
'Removes metadata of threats, diagrams, documents, sources and cells that do not exist any more.

Returns how many rows were removed.
Raises nothing.';
REVOKE ALL ON FUNCTION metadata_purge_orphans FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_purge_orphans TO tmi_maintenance;
ALTER FUNCTION metadata_purge_orphans OWNER TO tmi_guard;
