-- Threats that were drawn in it stay, and point nowhere.
CREATE OR REPLACE FUNCTION diagram_delete(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  DELETE FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  RETURNING d.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
END
$$;
COMMENT ON FUNCTION diagram_delete IS
'Deletes a diagram with its metadata and that of its cells; threats in it are kept without diagram and cell.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION diagram_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_delete TO tmi_app;
ALTER FUNCTION diagram_delete OWNER TO tmi_api;
