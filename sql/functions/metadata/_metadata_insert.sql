-- One statement for any number of pairs; a row that holds the value already is not touched.
CREATE OR REPLACE FUNCTION _metadata_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value, diagram_id, cell_id)
  SELECT p_threat_model_id, i.entity_type, i.entity_id, i.key, i.value, i.diagram_id, i.cell_id
  FROM jsonb_to_recordset(p_items) AS i (entity_type text, entity_id uuid, key text, value text, diagram_id uuid, cell_id text)
  ORDER BY i.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _metadata_insert IS
'Sets metadata; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer, which has the entities.
p_items: an array of objects as _metadata_items returns it.
Returns nothing.
Raises what the constraints of metadata refuse.';
REVOKE ALL ON FUNCTION _metadata_insert FROM PUBLIC;
ALTER FUNCTION _metadata_insert OWNER TO tmi_api;
