-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of diagram_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _diagrams_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF diagrams
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
  PERFORM _check_cells(i.item -> 'cells')
  FROM jsonb_array_elements(p_items) AS i (item)
  WHERE jsonb_typeof(i.item -> 'cells') <> 'null';
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v7()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO diagrams AS t (
    id, threat_model_id,
    name, description, cells, type
  )
  SELECT
    coalesce(i.id, uuid_generate_v7()), p_threat_model_id,
    i.name, i.description, coalesce(i.cells, '[]'), coalesce(i.type, 'DFD-1.0.0')
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, description text, cells jsonb, type text
    )
  ) WITH ORDINALITY AS i (
    id, name, description, cells, type, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'diagram', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('diagrams', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _diagrams_insert IS
'Inserts diagrams into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of diagram_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM413 and TM422 for bad cells; TM422 for a value that its column does not take; whatever the constraints of diagrams and metadata refuse.';
REVOKE ALL ON FUNCTION _diagrams_insert FROM PUBLIC;
ALTER FUNCTION _diagrams_insert OWNER TO tmi_api;
