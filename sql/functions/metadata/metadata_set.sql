-- One call for a new key and for an old one.
CREATE OR REPLACE FUNCTION metadata_set(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text,
  p_value text
) RETURNS SETOF metadata
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
  v_entered text := _enter(p_threat_model_id, 'writer');
BEGIN
  PERFORM _metadata_insert(
    p_threat_model_id,
    jsonb_build_array(
      to_jsonb(e)
      || jsonb_build_object('entity_type', p_entity_type, 'entity_id', p_entity_id, 'key', p_key, 'value', p_value)
    )
  )
  FROM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id) e;
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
END
$$;
COMMENT ON FUNCTION metadata_set IS
'Sets a key of an entity''s metadata, whether it is there already or not.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: 1 to 128 letters, digits, dashes or underscores.
p_value: 1 to 65,535 characters.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM422 for an unknown type, or a bad key or value.';
REVOKE ALL ON FUNCTION metadata_set FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_set TO tmi_app;
ALTER FUNCTION metadata_set OWNER TO tmi_api;
