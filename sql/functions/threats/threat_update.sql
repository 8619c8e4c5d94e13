-- Fields that are not named keep what they hold, so that two editors of different fields do not undo each other.
CREATE OR REPLACE FUNCTION threat_update(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_threat threats;
BEGIN
  PERFORM _enter(p_threat_model_id, 'writer');
  PERFORM _check_object(p_changes, '{
    "diagram_id": "string", "cell_id": "string", "name": "string", "description": "string", "impact": "string", "likelihood": "string", "risk_rating": "string", "score": "number",
    "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string", "issue_url": "string", "mitigation": "string"
  }', 'changes');
  SELECT t.*
  INTO v_threat
  FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
  PERFORM _check_unchanged(v_threat.modified_at, p_if_modified_at, 'threats');
  v_threat := jsonb_populate_record(v_threat, p_changes);
  IF p_changes ?| ARRAY['diagram_id', 'cell_id'] THEN
    IF v_threat.diagram_id IS NULL AND NOT p_changes ? 'cell_id' THEN
      v_threat.cell_id := NULL;
    END IF;
    PERFORM _check_cell(p_threat_model_id, v_threat.diagram_id, v_threat.cell_id);
  END IF;
  RETURN QUERY
  UPDATE threats t
  SET diagram_id = v_threat.diagram_id,
    cell_id = v_threat.cell_id,
    name = v_threat.name,
    description = v_threat.description,
    impact = _severity(v_threat.impact),
    likelihood = _severity(v_threat.likelihood),
    risk_rating = _severity(v_threat.risk_rating),
    score = v_threat.score,
    priority = v_threat.priority,
    mitigated = coalesce(v_threat.mitigated, false),
    status = v_threat.status,
    threat_type = v_threat.threat_type,
    issue_url = v_threat.issue_url,
    mitigation = v_threat.mitigation
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id
  RETURNING t.*;
END
$$;
COMMENT ON FUNCTION threat_update IS
'Changes fields of a threat.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_threat_id: the threat, which must be of that model.
p_changes: an object of the fields that threat_create takes, without p_; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the threat does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION threat_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_update TO tmi_app;
ALTER FUNCTION threat_update OWNER TO tmi_api;
