-- Deletes many keys in one statement; those that are not there are passed over.
CREATE OR REPLACE FUNCTION metadata_bulk_delete(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_keys text[]
) RETURNS SETOF text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  IF cardinality(p_keys) > 1000 THEN
    RAISE EXCEPTION 'a bulk call takes at most 1,000 items' USING ERRCODE = 'TM413', DETAIL = 'field: keys', HINT = 'split it into several calls';
  ELSIF coalesce(cardinality(p_keys), 0) = 0 THEN
    RAISE EXCEPTION 'a bulk call takes at least 1 item' USING ERRCODE = 'TM422', DETAIL = 'field: keys';
  END IF;
  RETURN QUERY
  WITH deleted AS (
    DELETE FROM metadata d
    WHERE d.threat_model_id = p_threat_model_id
      AND d.entity_type = p_entity_type
      AND d.entity_id = p_entity_id
      AND d.key = ANY (p_keys)
    RETURNING d.key
  )
  SELECT x.key
  FROM deleted x
  ORDER BY x.key;
END
$$;
COMMENT ON FUNCTION metadata_bulk_delete IS
'Deletes up to 1,000 keys of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_keys: 1 to 1,000 keys.
Returns rows of text: the keys that were there.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM413 above 1,000 keys; TM422 for an unknown type, or no key.';
REVOKE ALL ON FUNCTION metadata_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_bulk_delete TO tmi_app;
ALTER FUNCTION metadata_bulk_delete OWNER TO tmi_api;
