-- Rendered from templates/threat_create.sql.j2 by tools/render_sql.py.
-- The most frequent write of all: one row, one round trip.
CREATE OR REPLACE FUNCTION threat_create(
  p_threat_model_id uuid,
  p_name text,
  p_description text DEFAULT NULL,
  p_impact text DEFAULT NULL,
  p_likelihood text DEFAULT NULL,
  p_risk_rating text DEFAULT NULL,
  p_score integer DEFAULT NULL,
  p_priority text DEFAULT NULL,
  p_mitigated boolean DEFAULT false,
  p_status text DEFAULT NULL,
  p_threat_type text DEFAULT NULL,
  p_mitigation text DEFAULT NULL,
  p_issue_url text DEFAULT NULL,
  p_diagram_id uuid DEFAULT NULL,
  p_cell_id text DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_threat threats;
BEGIN
  IF p_cell_id IS NOT NULL THEN
    PERFORM _check_cell(p_threat_model_id, p_diagram_id, p_cell_id);
  END IF;
  IF p_id IS NULL THEN
    -- Nobody else has an id that is being made. To catch an error all the same would take a subtransaction.
    INSERT INTO threats (
      id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
      priority, mitigated, status, threat_type, issue_url, mitigation
    )
    VALUES (
      uuid_generate_v7(), p_threat_model_id, p_diagram_id, p_cell_id, p_name, p_description,
      _severity(p_impact), _severity(p_likelihood), _severity(p_risk_rating), p_score,
      p_priority, coalesce(p_mitigated, false), p_status, p_threat_type, p_issue_url, p_mitigation
    )
    RETURNING * INTO v_threat;
  ELSE
    -- Not ON CONFLICT: that reads the primary key twice for every threat, and ids that are in use are rare.
    BEGIN
      INSERT INTO threats (
        id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
        priority, mitigated, status, threat_type, issue_url, mitigation
      )
      VALUES (
        p_id, p_threat_model_id, p_diagram_id, p_cell_id, p_name, p_description,
        _severity(p_impact), _severity(p_likelihood), _severity(p_risk_rating), p_score,
        p_priority, coalesce(p_mitigated, false), p_status, p_threat_type, p_issue_url, p_mitigation
      )
      RETURNING * INTO v_threat;
    EXCEPTION
      WHEN unique_violation THEN
        -- In words that do not tell whose row it is.
        RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threats', COLUMN = 'id', DETAIL = 'field: id';
    END;
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'threat', v_threat.id, p_metadata);
  END IF;
  RETURN NEXT v_threat;
END
$$;
COMMENT ON FUNCTION threat_create IS
'Creates a threat in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_description, p_mitigation: up to 1,000,000 characters.
p_impact, p_likelihood, p_risk_rating: Unknown, None, Low, Medium, High or Critical, in any case.
p_score: 0 to 100.
p_priority, p_status, p_threat_type: up to 256 characters; statuses in use are open, in_progress, mitigated, accepted, false_positive and closed.
p_mitigated: false by default.
p_issue_url: up to 1,024 characters.
p_diagram_id: a diagram of the same model.
p_cell_id: a cell of that diagram.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for a diagram of another model, a cell that the diagram does not have, or a bad value.';
REVOKE ALL ON FUNCTION threat_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_create TO tmi_app;
ALTER FUNCTION threat_create OWNER TO tmi_api;
