-- Metadata of one entity reads like a small dictionary: by key.
CREATE OR REPLACE FUNCTION metadata_list(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL
) RETURNS SETOF metadata
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
  IF p_after IS NOT NULL AND (jsonb_typeof(p_after) <> 'object' OR p_after ->> 'key' IS NULL) THEN
    RAISE EXCEPTION 'a page begins after a row: an object with key' USING ERRCODE = 'TM422', DETAIL = 'field: after';
  END IF;
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key > coalesce(p_after ->> 'key', '')
  ORDER BY d.key
  LIMIT _limit(p_limit);
END
$$;
COMMENT ON FUNCTION metadata_list IS
'Lists an entity''s metadata by key.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_limit: 1 to 200 keys; 50 by default.
p_after: the last row of the page before, or just its key, as a JSON object.
Returns rows.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown type or a bad cursor.';
REVOKE ALL ON FUNCTION metadata_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_list TO tmi_app;
ALTER FUNCTION metadata_list OWNER TO tmi_api;
