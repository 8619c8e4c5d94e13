-- Many keys of one entity in one statement, all or none.
CREATE OR REPLACE FUNCTION metadata_bulk_set(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_items jsonb
) RETURNS SETOF metadata
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
  v_items jsonb;
BEGIN
  v_items := _metadata_items(
    p_items,
    (
      SELECT to_jsonb(e) || jsonb_build_object('entity_type', p_entity_type, 'entity_id', p_entity_id)
      FROM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id) e
    )
  );
  BEGIN
    PERFORM _metadata_insert(p_threat_model_id, v_items);
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation THEN
      PERFORM _blame_item('_metadata_insert', p_threat_model_id, v_items);
      RAISE;
  END;
  RETURN QUERY
  SELECT d.*
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  JOIN metadata d ON d.key = i.item ->> 'key'
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
  ORDER BY i.n;
END
$$;
COMMENT ON FUNCTION metadata_bulk_set IS
'Sets up to 1,000 keys of an entity''s metadata, all or none, whether they are there already or not.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_items: an array of 1 to 1,000 objects {key, value}.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM413 above 1,000 items; TM422 for an unknown type, a key that comes twice, or a bad key or value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION metadata_bulk_set FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_bulk_set TO tmi_app;
ALTER FUNCTION metadata_bulk_set OWNER TO tmi_api;
