-- Name and description alone: what is drawn is changed by cell_apply_ops, which editors can replay and announce.
CREATE OR REPLACE FUNCTION diagram_patch(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF diagrams
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
  v_modified_at timestamptz;
  v_row jsonb;
BEGIN
  SELECT d.modified_at, jsonb_build_object('name', d.name, 'description', d.description)
  INTO v_modified_at, v_row
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
  RETURN QUERY
  SELECT d.*
  FROM _diagram_change(
    p_threat_model_id,
    p_diagram_id,
    _patch_changes(v_row, p_operations, '{"name": "string", "description": "string"}')
  ) d;
END
$$;
COMMENT ON FUNCTION diagram_patch IS
'Changes name and description of a diagram by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name and /description; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION diagram_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_patch TO tmi_app;
ALTER FUNCTION diagram_patch OWNER TO tmi_api;
