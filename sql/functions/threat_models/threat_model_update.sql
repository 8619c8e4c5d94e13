-- Who owns a model and who made it are not among the fields: ownership moves by transfer alone.
CREATE OR REPLACE FUNCTION threat_model_update(
  p_threat_model_id uuid,
  p_changes jsonb,
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
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string", "description": "string", "threat_model_framework": "string", "issue_url": "string"}', 'changes');
  IF p_if_modified_at IS NOT NULL THEN
    PERFORM _check_unchanged(m.modified_at, p_if_modified_at, 'threat_models')
    FROM threat_models m
    WHERE m.id = p_threat_model_id;
  END IF;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM _threat_model_change(p_threat_model_id, p_changes) m;
END
$$;
COMMENT ON FUNCTION threat_model_update IS
'Changes fields of a threat model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_changes: an object of name, description, threat_model_framework, issue_url; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION threat_model_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_update TO tmi_app;
ALTER FUNCTION threat_model_update OWNER TO tmi_api;
