-- Metadata that comes with what it describes.
CREATE OR REPLACE FUNCTION _metadata_put(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_pairs jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
BEGIN
  IF jsonb_typeof(p_pairs) <> 'object' THEN
    RAISE EXCEPTION 'metadata must be a JSON object of keys and texts' USING ERRCODE = 'TM422', DETAIL = 'field: metadata';
  END IF;
  SELECT e.key
  INTO v_key
  FROM jsonb_each(p_pairs) e
  WHERE jsonb_typeof(e.value) <> 'string'
  ORDER BY e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the metadata value of % must be a text', v_key USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'value', DETAIL = 'field: metadata.' || v_key;
  END IF;
  IF (SELECT count(*) FROM jsonb_object_keys(p_pairs)) > 1000 THEN
    RAISE EXCEPTION 'a call takes at most 1,000 pairs of metadata' USING ERRCODE = 'TM413', DETAIL = 'field: metadata', HINT = 'send the others by metadata_bulk_set';
  END IF;
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, p_entity_type, p_entity_id, e.key, e.value
  FROM jsonb_each_text(p_pairs) e
  ORDER BY e.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _metadata_put IS
'Sets metadata of one entity; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer.
p_entity_type: threat_model, threat, diagram, document or source.
p_entity_id: the entity, which the caller has just made.
p_pairs: an object of keys and text values.
Returns nothing.
Raises TM413 above 1,000 pairs; TM422 when a value is no text; a bad key or value violates the table''s checks.';
REVOKE ALL ON FUNCTION _metadata_put FROM PUBLIC;
ALTER FUNCTION _metadata_put OWNER TO tmi_api;
