-- One statement for any number of threats; bulk calls and imports share it.
CREATE OR REPLACE FUNCTION _threats_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  -- Diagrams and cells are looked up once each, however many threats name them.
  PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
  FROM (
    SELECT DISTINCT r.diagram_id, r.cell_id
    FROM jsonb_to_recordset(p_items) AS r (diagram_id uuid, cell_id text)
    WHERE r.cell_id IS NOT NULL
  ) c;
  RETURN QUERY
  WITH item AS (
    SELECT coalesce(r.id, uuid_generate_v4()) AS new_id, r.*
    FROM ROWS FROM (
      jsonb_to_recordset(p_items) AS (
        id uuid, diagram_id uuid, cell_id text, name text, description text, impact text, likelihood text, risk_rating text, score integer,
        priority text, mitigated boolean, status text, threat_type text, issue_url text, mitigation text, metadata jsonb
      )
    ) WITH ORDINALITY AS r (
      id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
      priority, mitigated, status, threat_type, issue_url, mitigation, metadata, n
    )
  ), new AS (
    INSERT INTO threats AS t (
      id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
      priority, mitigated, status, threat_type, issue_url, mitigation
    )
    SELECT i.new_id, p_threat_model_id, i.diagram_id, i.cell_id, i.name, i.description,
      _severity(i.impact), _severity(i.likelihood), _severity(i.risk_rating), i.score,
      i.priority, coalesce(i.mitigated, false), i.status, i.threat_type, i.issue_url, i.mitigation
    FROM item i
    ORDER BY i.n
    RETURNING t.*
  )
  SELECT new.*
  FROM new
  JOIN item i ON i.new_id = new.id
  ORDER BY i.n;
EXCEPTION
  WHEN unique_violation THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threats', COLUMN = 'id', DETAIL = 'field: id';
END
$$;
COMMENT ON FUNCTION _threats_insert IS
'Inserts threats into a model.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects whose keys are columns of threats.
Returns the rows, in the order of the array.
Raises TM409 when an id is in use; TM422 for a cell that is not in the diagram; whatever the table''s constraints refuse.';
REVOKE ALL ON FUNCTION _threats_insert FROM PUBLIC;
ALTER FUNCTION _threats_insert OWNER TO tmi_api;
