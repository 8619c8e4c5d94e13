-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of threat_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _threats_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  IF jsonb_path_exists(p_items, '$[*].cell_id') THEN
    -- Each cell is looked up once, however many threats name it.
    PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
    FROM (
      SELECT DISTINCT r.diagram_id, r.cell_id
      FROM jsonb_to_recordset(p_items) AS r (diagram_id uuid, cell_id text)
      WHERE r.cell_id IS NOT NULL
    ) c;
  END IF;
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v7()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO threats AS t (
    id, threat_model_id,
    name, description, impact, likelihood, risk_rating, score, priority, mitigated,
    status, threat_type, mitigation, issue_url, diagram_id, cell_id
  )
  SELECT
    coalesce(i.id, uuid_generate_v7()), p_threat_model_id,
    i.name, i.description, _severity(i.impact), _severity(i.likelihood), _severity(i.risk_rating), i.score,
    i.priority, coalesce(i.mitigated, false), i.status, i.threat_type, i.mitigation, i.issue_url,
    i.diagram_id, i.cell_id
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, description text, impact text, likelihood text, risk_rating text, score integer, priority text, mitigated boolean,
      status text, threat_type text, mitigation text, issue_url text, diagram_id uuid, cell_id text
    )
  ) WITH ORDINALITY AS i (
    id, name, description, impact, likelihood, risk_rating, score, priority, mitigated,
    status, threat_type, mitigation, issue_url, diagram_id, cell_id, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'threat', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('threats', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _threats_insert IS
'Inserts threats into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of threat_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM422 for a cell that is not in the diagram; TM422 for a value that its column does not take; whatever the constraints of threats and metadata refuse.';
REVOKE ALL ON FUNCTION _threats_insert FROM PUBLIC;
ALTER FUNCTION _threats_insert OWNER TO tmi_api;
