-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one source and of many share what a patch is.
CREATE OR REPLACE FUNCTION _source_patch(
  p_threat_model_id uuid,
  p_source_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_source sources;
BEGIN
  SELECT t.*
  INTO v_source
  FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_source_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
  PERFORM _check_unchanged(v_source.modified_at, p_if_modified_at, 'sources');
  RETURN QUERY
  SELECT t.*
  FROM _sources_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_source), p_operations, '{
        "name": "string", "url": "string", "description": "string", "type": "string", "parameters": "object"
      }') || jsonb_build_object('id', p_source_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _source_patch IS
'Changes a source by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_source_id: the source.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the source is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _source_patch FROM PUBLIC;
ALTER FUNCTION _source_patch OWNER TO tmi_api;
