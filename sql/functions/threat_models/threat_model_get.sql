-- The counts are columns, so that one row answers what took five queries.
CREATE OR REPLACE FUNCTION threat_model_get(
  p_threat_model_id uuid
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
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_get IS
'Returns one threat model with its cached counts and the caller''s role in it.

p_threat_model_id: the model, of which the caller must be a reader at least.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION threat_model_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_get TO tmi_app;
ALTER FUNCTION threat_model_get OWNER TO tmi_api;
