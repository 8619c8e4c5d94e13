-- Bulk calls may carry metadata inline: all of it is one statement, after the rows that it describes.
CREATE OR REPLACE FUNCTION _put_items_metadata(
  p_threat_model_id uuid,
  p_entity_type text,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
BEGIN
  SELECT e.key
  INTO v_key
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  CROSS JOIN LATERAL jsonb_each(nullif(i.item -> 'metadata', 'null')) e
  WHERE jsonb_typeof(e.value) <> 'string'
  ORDER BY i.n, e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the metadata value of % must be a text', v_key USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'value', DETAIL = 'field: metadata.' || v_key;
  END IF;
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, p_entity_type, (i.item ->> 'id')::uuid, e.key, e.value
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  CROSS JOIN LATERAL jsonb_each_text(nullif(i.item -> 'metadata', 'null')) e
  ORDER BY i.n, e.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _put_items_metadata IS
'Writes the metadata that the items of a bulk call carry, for rows that are there; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer.
p_entity_type: threat, diagram, document or source.
p_items: an array of objects with the id of the row, and metadata: an object of keys and text values, or none.
Returns nothing.
Raises TM422 when a value is no text; a bad key or value violates the table''s checks.';
REVOKE ALL ON FUNCTION _put_items_metadata FROM PUBLIC;
ALTER FUNCTION _put_items_metadata OWNER TO tmi_api;
