-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A document is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION document_get(
  p_threat_model_id uuid,
  p_document_id uuid
) RETURNS SETOF documents
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM documents t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_document_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
END
$$;
COMMENT ON FUNCTION document_get IS
'Returns one document of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_document_id: the document, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the document does not exist or may not be seen.';
REVOKE ALL ON FUNCTION document_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_get TO tmi_app;
ALTER FUNCTION document_get OWNER TO tmi_api;
