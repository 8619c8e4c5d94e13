-- Which keys are in use, without their values.
CREATE OR REPLACE FUNCTION metadata_keys(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid
) RETURNS SETOF text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  RETURN QUERY
  SELECT d.key
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
  ORDER BY d.key;
END
$$;
COMMENT ON FUNCTION metadata_keys IS
'Lists the keys of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
Returns rows of text.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen; TM422 for an unknown type.';
REVOKE ALL ON FUNCTION metadata_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_keys TO tmi_app;
ALTER FUNCTION metadata_keys OWNER TO tmi_api;
