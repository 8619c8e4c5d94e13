-- Rendered from templates/create.sql.j2 by tools/render_sql.py.
-- One row, one round trip, metadata included.
CREATE OR REPLACE FUNCTION document_create(
  p_threat_model_id uuid,
  p_name text,
  p_url text,
  p_description text DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
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
  v_document documents;
BEGIN
  INSERT INTO documents (id, threat_model_id, name, url, description)
  VALUES (coalesce(p_id, uuid_generate_v7()), p_threat_model_id, p_name, p_url, p_description)
  ON CONFLICT (id) DO NOTHING
  RETURNING * INTO v_document;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'documents', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'document', v_document.id, p_metadata);
  END IF;
  RETURN NEXT v_document;
END
$$;
COMMENT ON FUNCTION document_create IS
'Creates a document in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_url: up to 1,024 characters, of which the first say http, https, ssh, git or file, and ://.
p_description: up to 1,000,000 characters.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for a bad value.';
REVOKE ALL ON FUNCTION document_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_create TO tmi_app;
ALTER FUNCTION document_create OWNER TO tmi_api;
