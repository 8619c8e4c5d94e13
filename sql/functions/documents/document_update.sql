-- Rendered from templates/update.sql.j2 by tools/render_sql.py.
-- Fields that are not named keep what they hold, so that two editors of different fields do not undo each other.
CREATE OR REPLACE FUNCTION document_update(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_changes jsonb,
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
  PERFORM _check_object(p_changes, '{
    "name": "string", "url": "string", "description": "string"
  }', 'changes');
  RETURN QUERY
  SELECT t.*
  FROM _documents_update(
    p_threat_model_id,
    jsonb_build_array(p_changes || jsonb_build_object('id', p_document_id, 'if_modified_at', p_if_modified_at))
  ) t;
END
$$;
COMMENT ON FUNCTION document_update IS
'Changes fields of a document.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_document_id: the document, which must be of that model.
p_changes: an object of name, url, description; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the document does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION document_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_update TO tmi_app;
ALTER FUNCTION document_update OWNER TO tmi_api;
