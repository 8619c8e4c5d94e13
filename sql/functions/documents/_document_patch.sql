-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one document and of many share what a patch is.
CREATE OR REPLACE FUNCTION _document_patch(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_document documents;
BEGIN
  SELECT t.*
  INTO v_document
  FROM documents t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_document_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
  PERFORM _check_unchanged(v_document.modified_at, p_if_modified_at, 'documents');
  RETURN QUERY
  SELECT t.*
  FROM _documents_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_document), p_operations, '{
        "name": "string", "url": "string", "description": "string"
      }') || jsonb_build_object('id', p_document_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _document_patch IS
'Changes a document by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_document_id: the document.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the document is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _document_patch FROM PUBLIC;
ALTER FUNCTION _document_patch OWNER TO tmi_api;
