-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of source_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _sources_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v7()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO sources AS t (
    id, threat_model_id,
    name, url, description, type, parameters
  )
  SELECT
    coalesce(i.id, uuid_generate_v7()), p_threat_model_id,
    i.name, i.url, i.description, i.type, i.parameters
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, url text, description text, type text, parameters jsonb
    )
  ) WITH ORDINALITY AS i (
    id, name, url, description, type, parameters, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'source', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('sources', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _sources_insert IS
'Inserts sources into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of source_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM422 for a value that its column does not take; whatever the constraints of sources and metadata refuse.';
REVOKE ALL ON FUNCTION _sources_insert FROM PUBLIC;
ALTER FUNCTION _sources_insert OWNER TO tmi_api;
