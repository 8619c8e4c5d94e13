-- Changes what is there, and tells when it is not.
CREATE OR REPLACE FUNCTION metadata_update(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text,
  p_value text,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_modified_at timestamptz;
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  SELECT d.modified_at
  INTO v_modified_at
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata not found' USING ERRCODE = 'TM404', TABLE = 'metadata';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'metadata');
  RETURN QUERY
  UPDATE metadata d
  SET value = p_value
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key
  RETURNING d.*;
END
$$;
COMMENT ON FUNCTION metadata_update IS
'Changes the value of a key that is there.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: the key.
p_value: 1 to 65,535 characters.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen, or has no such key; TM412 when the row has changed since; TM422 for an unknown type or a bad value.';
REVOKE ALL ON FUNCTION metadata_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_update TO tmi_app;
ALTER FUNCTION metadata_update OWNER TO tmi_api;
