-- One value by its key.
CREATE OR REPLACE FUNCTION metadata_get(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text
) RETURNS SETOF metadata
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
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata not found' USING ERRCODE = 'TM404', TABLE = 'metadata';
  END IF;
END
$$;
COMMENT ON FUNCTION metadata_get IS
'Returns one key of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: the key.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen, or has no such key; TM422 for an unknown type.';
REVOKE ALL ON FUNCTION metadata_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_get TO tmi_app;
ALTER FUNCTION metadata_get OWNER TO tmi_api;
