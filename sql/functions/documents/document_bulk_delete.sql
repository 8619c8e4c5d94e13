-- Rendered from templates/bulk_delete.sql.j2 by tools/render_sql.py.
-- All or none; the answer is what was deleted, so that it can be undone.
CREATE OR REPLACE FUNCTION document_bulk_delete(
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
BEGIN
  IF jsonb_typeof(p_items) = 'array' THEN
    SELECT coalesce(jsonb_agg(CASE jsonb_typeof(i.item) WHEN 'string' THEN jsonb_build_object('id', i.item) ELSE i.item END ORDER BY i.n), '[]')
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  PERFORM _check_items(v_items, '{"id": "string", "if_modified_at": "string"}');
  PERFORM _check_ids(v_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _documents_delete(p_threat_model_id, v_items) t;
  EXCEPTION
    WHEN data_exception OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_documents_delete', p_threat_model_id, v_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION document_bulk_delete IS
'Deletes up to 1,000 documents and their metadata in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the row has moved on.
Returns rows as they were, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a document does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION document_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_bulk_delete TO tmi_app;
ALTER FUNCTION document_bulk_delete OWNER TO tmi_api;
