-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one threat and of many share what a patch is.
CREATE OR REPLACE FUNCTION _threat_patch(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_threat threats;
BEGIN
  SELECT t.*
  INTO v_threat
  FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
  PERFORM _check_unchanged(v_threat.modified_at, p_if_modified_at, 'threats');
  RETURN QUERY
  SELECT t.*
  FROM _threats_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_threat), p_operations, '{
        "name": "string", "description": "string", "impact": "string", "likelihood": "string", "risk_rating": "string", "score": "number",
        "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string", "mitigation": "string", "issue_url": "string",
        "diagram_id": "string", "cell_id": "string"
      }') || jsonb_build_object('id', p_threat_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _threat_patch IS
'Changes a threat by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_threat_id: the threat.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the threat is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _threat_patch FROM PUBLIC;
ALTER FUNCTION _threat_patch OWNER TO tmi_api;
