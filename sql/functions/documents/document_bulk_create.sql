-- Rendered from templates/bulk_create.sql.j2 by tools/render_sql.py.
-- All or none, in one statement; the error names the item. The INSERT stands here, not in a helper, because a function that
-- passes on what another returns keeps every row a second time.
CREATE OR REPLACE FUNCTION document_bulk_create(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF documents
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
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "name": "string", "url": "string", "description": "string", "metadata": "object"
  }');
  BEGIN
    v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
    IF v_has_metadata THEN
      -- Metadata names its entity, so ids are made before the rows.
      SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v7()::text)) ORDER BY i.n)
      INTO v_items
      FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
    END IF;
    RETURN QUERY
    INSERT INTO documents AS t (
      id, threat_model_id,
      name, url, description
    )
    SELECT
      coalesce(i.id, uuid_generate_v7()), p_threat_model_id,
      i.name, i.url, i.description
    FROM ROWS FROM (
      jsonb_to_recordset(v_items) AS (
        id uuid, name text, url text, description text
      )
    ) WITH ORDINALITY AS i (
      id, name, url, description, n
    )
    ORDER BY i.n
    RETURNING t.*;
    IF v_has_metadata THEN
      PERFORM _put_items_metadata(p_threat_model_id, 'document', v_items);
    END IF;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_documents_insert', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION document_bulk_create IS
'Creates up to 1,000 documents in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects with the fields that document_create takes, without p_.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when an id is in use; TM413 above 1,000 items; TM422 for a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION document_bulk_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_bulk_create TO tmi_app;
ALTER FUNCTION document_bulk_create OWNER TO tmi_api;
