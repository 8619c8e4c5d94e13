-- Rendered from templates/patch.sql.j2 by tools/render_sql.py.
-- A patch may say what it was made for: its tests and if_modified_at are both judged while the model is locked.
CREATE OR REPLACE FUNCTION document_patch(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM _document_patch(p_threat_model_id, p_document_id, p_operations, p_if_modified_at) t;
END
$$;
COMMENT ON FUNCTION document_patch IS
'Changes a document by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_document_id: the document, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with /name, /url, /description; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the document does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION document_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_patch TO tmi_app;
ALTER FUNCTION document_patch OWNER TO tmi_api;
