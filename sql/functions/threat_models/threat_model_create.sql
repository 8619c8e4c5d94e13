-- Whoever creates a model owns it, and may share it and describe it in the same call.
CREATE OR REPLACE FUNCTION threat_model_create(
  p_name text,
  p_description text DEFAULT NULL,
  p_threat_model_framework text DEFAULT NULL,
  p_issue_url text DEFAULT NULL,
  p_access jsonb DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
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
  v_actor text := _open();
  v_id uuid := coalesce(p_id, uuid_generate_v7());
BEGIN
  PERFORM _enter_new(v_id);
  INSERT INTO threat_models AS m (id, name, description, owner_email, created_by, threat_model_framework, issue_url)
  VALUES (v_id, p_name, p_description, v_actor, v_actor, p_threat_model_framework, p_issue_url)
  ON CONFLICT ON CONSTRAINT threat_models_pkey DO NOTHING;
  IF NOT FOUND THEN
    -- Another transaction took the id since it was looked up.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_access <> '[]' THEN
    PERFORM _access_put(v_id, p_access, v_actor, v_actor);
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(v_id, 'threat_model', v_id, p_metadata);
  END IF;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, 'owner'
  FROM threat_models m
  WHERE m.id = v_id;
END
$$;
COMMENT ON FUNCTION threat_model_create IS
'Creates a threat model, of which the caller becomes owner and creator.

p_name: 1 to 256 characters.
p_description: up to 1,000,000 characters.
p_threat_model_framework: CIA, STRIDE, LINDDUN, DIE or PLOT4ai.
p_issue_url: up to 1,024 characters.
p_access: who else may use it, an array of objects {email, role}; an entry for the caller is passed over, since nothing can lower the owner.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row, with the caller''s role.
Raises TM401 without a valid identity; TM409 when the id is in use; TM422 for an access entry without a user, a bad role or metadata key.';
REVOKE ALL ON FUNCTION threat_model_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_create TO tmi_app;
ALTER FUNCTION threat_model_create OWNER TO tmi_api;
