-- A model that others read serves as a template: what is in it is copied, who may use it is not.
CREATE OR REPLACE FUNCTION threat_model_copy(
  p_threat_model_id uuid,
  p_name text,
  p_include text[] DEFAULT NULL,
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
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_id uuid;
  v_actor text;
  v_model threat_models;
  v_threats threats[];
  v_diagrams diagrams[];
  v_documents documents[];
  v_sources sources[];
  v_metadata metadata[];
BEGIN
  v_id := coalesce(p_id, uuid_generate_v7());
  PERFORM _check_parts(p_include, ARRAY['metadata', 'threats', 'diagrams', 'documents', 'sources']);
  -- All is read before the new model is entered: the scope is one model at a time.
  SELECT m.*
  INTO v_model
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  v_threats := ARRAY(SELECT t FROM threats t WHERE t.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'threats' = ANY (p_include)));
  v_diagrams := ARRAY(SELECT d FROM diagrams d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'diagrams' = ANY (p_include)));
  v_documents := ARRAY(SELECT d FROM documents d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'documents' = ANY (p_include)));
  v_sources := ARRAY(SELECT s FROM sources s WHERE s.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'sources' = ANY (p_include)));
  v_metadata := ARRAY(SELECT d FROM metadata d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'metadata' = ANY (p_include)));

  v_actor := _enter_new(v_id);
  INSERT INTO threat_models (id, name, description, owner_email, created_by, threat_model_framework, issue_url)
  VALUES (v_id, p_name, v_model.description, v_actor, v_actor, v_model.threat_model_framework, v_model.issue_url);
  INSERT INTO diagrams (id, threat_model_id, name, type, description, metadata, cells)
  SELECT _named_uuid(v_id, 'copy/' || d.id), v_id, d.name, d.type, d.description, d.metadata, d.cells
  FROM unnest(v_diagrams) d
  ORDER BY d.created_at, d.id;
  INSERT INTO threats (
    id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
    priority, mitigated, status, threat_type, issue_url, mitigation
  )
  SELECT _named_uuid(v_id, 'copy/' || t.id), v_id, d.new_id, CASE WHEN d.new_id IS NOT NULL THEN t.cell_id END, t.name, t.description, t.impact, t.likelihood, t.risk_rating, t.score,
    t.priority, t.mitigated, t.status, t.threat_type, t.issue_url, t.mitigation
  FROM unnest(v_threats) t
  LEFT JOIN LATERAL (
    SELECT _named_uuid(v_id, 'copy/' || d.id) AS new_id
    FROM unnest(v_diagrams) d
    WHERE d.id = t.diagram_id
  ) d ON true
  ORDER BY t.created_at, t.id;
  INSERT INTO documents (id, threat_model_id, name, url, description)
  SELECT _named_uuid(v_id, 'copy/' || d.id), v_id, d.name, d.url, d.description
  FROM unnest(v_documents) d
  ORDER BY d.created_at, d.id;
  INSERT INTO sources (id, threat_model_id, name, url, description, type, parameters)
  SELECT _named_uuid(v_id, 'copy/' || s.id), v_id, s.name, s.url, s.description, s.type, s.parameters
  FROM unnest(v_sources) s
  ORDER BY s.created_at, s.id;
  -- Metadata goes along with what was copied.
  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value, diagram_id, cell_id)
  SELECT v_id, d.entity_type,
    CASE d.entity_type
      WHEN 'threat_model' THEN v_id
      WHEN 'cell' THEN _named_uuid(_named_uuid(v_id, 'copy/' || d.diagram_id), d.cell_id)
      ELSE _named_uuid(v_id, 'copy/' || d.entity_id)
    END,
    d.key, d.value, CASE WHEN d.entity_type = 'cell' THEN _named_uuid(v_id, 'copy/' || d.diagram_id) END, d.cell_id
  FROM unnest(v_metadata) d
  WHERE CASE d.entity_type
    WHEN 'threat_model' THEN true
    WHEN 'threat' THEN d.entity_id IN (SELECT t.id FROM unnest(v_threats) t)
    WHEN 'diagram' THEN d.entity_id IN (SELECT x.id FROM unnest(v_diagrams) x)
    WHEN 'cell' THEN d.diagram_id IN (SELECT x.id FROM unnest(v_diagrams) x)
    WHEN 'document' THEN d.entity_id IN (SELECT x.id FROM unnest(v_documents) x)
    WHEN 'source' THEN d.entity_id IN (SELECT x.id FROM unnest(v_sources) x)
  END;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, 'owner'
  FROM threat_models m
  WHERE m.id = v_id;
END
$$;
COMMENT ON FUNCTION threat_model_copy IS
'Copies a threat model: new ids, references kept, owned by the caller; access and sessions are not copied.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_name: the copy''s name, 1 to 256 characters.
p_include: which parts to copy beside the model''s own fields: metadata, threats, diagrams, documents, sources; all by default. Threats whose diagram is left out point nowhere.
p_id: the id to give the copy, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row of the copy, with the caller''s role.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for an unknown part.';
REVOKE ALL ON FUNCTION threat_model_copy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_copy TO tmi_app;
ALTER FUNCTION threat_model_copy OWNER TO tmi_api;
