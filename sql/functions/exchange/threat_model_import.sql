-- One atomic call takes a whole document in, or nothing of it.
CREATE OR REPLACE FUNCTION threat_model_import(
  p_document jsonb,
  p_format text DEFAULT 'auto',
  p_options jsonb DEFAULT '{}'
) RETURNS jsonb
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_id uuid;
  v_format text := p_format;
  v_dry_run boolean;
  v_result jsonb;
BEGIN
  PERFORM _open();
  PERFORM _check_object(p_options, '{"id": "string", "name": "string", "dry_run": "boolean"}', 'options');
  PERFORM _check_depth(p_document, 'document');
  v_dry_run := coalesce((p_options ->> 'dry_run')::boolean, false);
  v_id := coalesce((p_options ->> 'id')::uuid, uuid_generate_v7());
  IF pg_column_size(p_document) > 67108864 THEN
    RAISE EXCEPTION 'a document takes at most 64 MB' USING ERRCODE = 'TM413', DETAIL = 'field: document';
  ELSIF p_format = 'auto' AND jsonb_typeof(p_document) = 'object' AND p_document ?& ARRAY['summary', 'detail'] THEN
    v_format := 'threat-dragon-v2';
  ELSIF p_format = 'auto' THEN
    RAISE EXCEPTION 'the document''s format is not known' USING ERRCODE = 'TM422', DETAIL = 'path: $',
      HINT = 'threat-dragon-v2 has summary and detail at the top';
  END IF;
  IF v_format <> 'threat-dragon-v2' THEN
    RAISE EXCEPTION 'there is no format %', to_json(v_format) USING ERRCODE = 'TM422', DETAIL = 'field: format', HINT = 'the formats are auto and threat-dragon-v2';
  ELSIF EXISTS (
    SELECT
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_document #> '{detail,diagrams}') = 'array' THEN p_document #> '{detail,diagrams}' ELSE '[]' END) AS d (diagram)
    WHERE d.diagram ? 'diagramJson'
  ) THEN
    RAISE EXCEPTION 'this is a Threat Dragon document of version 1' USING ERRCODE = 'TM422', DETAIL = 'path: $.detail.diagrams',
      HINT = 'open and save it with Threat Dragon 2';
  END IF;
  PERFORM _enter_new(v_id);
  BEGIN
    v_result := _import_threat_dragon_v2(v_id, p_document, p_options ->> 'name') || jsonb_build_object('dry_run', v_dry_run);
    IF v_dry_run THEN
      -- Undoes everything since BEGIN: a dry run meets every constraint and trigger, and leaves nothing.
      RAISE EXCEPTION USING ERRCODE = 'TMDRY';
    END IF;
  EXCEPTION
    WHEN SQLSTATE 'TMDRY' THEN
      NULL;
  END;
  RETURN v_result;
END
$$;
COMMENT ON FUNCTION threat_model_import IS
'Imports a whole document as a new threat model that the caller owns: diagrams, cells and threats. Access is never taken from a document.

p_document: the document, up to 64 MB.
p_format: auto, or threat-dragon-v2.
p_options: an object of id (the id to give the model, so that a call whose answer was lost can be sent again), name (instead of the document''s title) and dry_run (true to try it and keep nothing).
Returns an object of threat_model_id, created (numbers of diagrams, cells and threats), warnings (an array of path, code and message) and dry_run.
Raises TM401 without a valid identity; TM409 when the id is in use; TM413 for a document above 64 MB or nested more than 100 deep; TM422 for an unknown format or option, or a document whose JSON path is named.';
REVOKE ALL ON FUNCTION threat_model_import FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_import TO tmi_app;
ALTER FUNCTION threat_model_import OWNER TO tmi_api;
