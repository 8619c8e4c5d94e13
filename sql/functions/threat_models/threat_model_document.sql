-- Everything in a model in one JSON document, read in one statement and so in one snapshot; by one plan, whoever asks first.
CREATE OR REPLACE FUNCTION threat_model_document(
  p_threat_model_id uuid,
  p_include text[] DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _check_parts(p_include, ARRAY['access', 'metadata', 'threats', 'diagrams', 'documents', 'sources']);
  RETURN (
    SELECT to_jsonb(m) || jsonb_build_object('role', v_role) || jsonb_strip_nulls(jsonb_build_object(
      'access', CASE WHEN p_include IS NULL OR 'access' = ANY (p_include) THEN (
        SELECT coalesce(jsonb_agg(to_jsonb(a) - ARRAY['threat_model_id', 'model_created_at'] ORDER BY a.granted_at, a.user_email), '[]')
        FROM threat_model_access a
        WHERE a.threat_model_id = p_threat_model_id
      ) END
    )) || CASE WHEN p_include IS NULL OR 'metadata' = ANY (p_include) THEN jsonb_build_object('metadata', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.entity_type, d.entity_id, d.key), '[]')
        FROM metadata d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'threats' = ANY (p_include) THEN jsonb_build_object('threats', (
        SELECT coalesce(jsonb_agg(to_jsonb(t) - 'threat_model_id' ORDER BY t.created_at, t.id), '[]')
        FROM threats t
        WHERE t.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'diagrams' = ANY (p_include) THEN jsonb_build_object('diagrams', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.created_at, d.id), '[]')
        FROM diagrams d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'documents' = ANY (p_include) THEN jsonb_build_object('documents', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.created_at, d.id), '[]')
        FROM documents d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'sources' = ANY (p_include) THEN jsonb_build_object('sources', (
        SELECT coalesce(jsonb_agg(to_jsonb(s) - 'threat_model_id' ORDER BY s.created_at, s.id), '[]')
        FROM sources s
        WHERE s.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
    FROM threat_models m
    WHERE m.id = p_threat_model_id
  );
END
$$;
COMMENT ON FUNCTION threat_model_document IS
'Returns a threat model and everything in it as one JSON document.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_include: which parts to put in beside the model''s own fields: access, metadata, threats, diagrams (with their cells), documents, sources; all by default.
Returns an object of the model''s columns, the caller''s role, and an array for each part, in the order of creation.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM422 for an unknown part.';
REVOKE ALL ON FUNCTION threat_model_document FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_document TO tmi_app;
ALTER FUNCTION threat_model_document OWNER TO tmi_api;
