-- Updates and patches of a model share the one statement that writes its fields; a long description that does not change is not written again.
CREATE OR REPLACE FUNCTION _threat_model_change(
  p_threat_model_id uuid,
  p_changes jsonb
) RETURNS SETOF threat_models
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  RETURN QUERY
  UPDATE threat_models m
  SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE m.name END,
    description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE m.description END,
    threat_model_framework = CASE WHEN p_changes ? 'threat_model_framework' THEN p_changes ->> 'threat_model_framework' ELSE m.threat_model_framework END,
    issue_url = CASE WHEN p_changes ? 'issue_url' THEN p_changes ->> 'issue_url' ELSE m.issue_url END
  WHERE m.id = p_threat_model_id
  RETURNING m.*;
END
$$;
COMMENT ON FUNCTION _threat_model_change IS
'Changes fields of a threat model.

p_threat_model_id: the model, entered as writer.
p_changes: an object of name, description, threat_model_framework and issue_url, as far as they change.
Returns the row.
Raises whatever the table''s constraints refuse.';
REVOKE ALL ON FUNCTION _threat_model_change FROM PUBLIC;
ALTER FUNCTION _threat_model_change OWNER TO tmi_api;
