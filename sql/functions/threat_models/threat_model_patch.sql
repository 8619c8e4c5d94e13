-- The same fields as of an update, by an allow-list of pointers: ownership and counts cannot be reached.
CREATE OR REPLACE FUNCTION threat_model_patch(
  p_threat_model_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS TABLE (
  id uuid,
  name text,
  description text,
  owner_email text,
  created_by text,
  threat_model_framework text,
  issue_url text,
  document_count integer,
  source_count integer,
  diagram_count integer,
  threat_count integer,
  created_at timestamptz,
  modified_at timestamptz,
  role text
)
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
  v_role text := _enter(p_threat_model_id, 'writer');
  v_model threat_models;
BEGIN
  SELECT m.*
  INTO v_model
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  PERFORM _check_unchanged(v_model.modified_at, p_if_modified_at, 'threat_models');
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM _threat_model_change(
    p_threat_model_id,
    _patch_changes(to_jsonb(v_model), p_operations, '{"name": "string", "description": "string", "threat_model_framework": "string", "issue_url": "string"}')
  ) m;
END
$$;
COMMENT ON FUNCTION threat_model_patch IS
'Changes fields of a threat model by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name, /description, /threat_model_framework and /issue_url; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION threat_model_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_patch TO tmi_app;
ALTER FUNCTION threat_model_patch OWNER TO tmi_api;
