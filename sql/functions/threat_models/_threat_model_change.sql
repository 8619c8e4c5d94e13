-- Updates and patches of a model share the one statement that writes its fields.
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
  SET name = c.name,
    description = c.description,
    threat_model_framework = c.threat_model_framework,
    issue_url = c.issue_url
  FROM threat_models o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE m.id = p_threat_model_id
    AND o.id = p_threat_model_id
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
