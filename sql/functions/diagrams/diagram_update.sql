-- Editors that work cell by cell use cell_apply_ops; this is for those that save a drawing whole, and for its name.
CREATE OR REPLACE FUNCTION diagram_update(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF diagrams
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
  v_modified_at timestamptz;
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string", "description": "string", "metadata": "array", "cells": "array"}', 'changes');
  SELECT d.modified_at
  INTO v_modified_at
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
  RETURN QUERY
  SELECT d.*
  FROM _diagram_change(p_threat_model_id, p_diagram_id, p_changes) d;
END
$$;
COMMENT ON FUNCTION diagram_update IS
'Changes fields of a diagram, or the whole drawing.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_changes: an object of name, description, metadata (an array: what tools attach to the drawing) and cells (all of them, as diagram_create takes them); a key that is there is set (null clears, but for name and cells), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row; threats and metadata of cells that are gone are let go.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the row has changed since; TM413 for too many or too large cells; TM422 for an unknown field, a bad cell or a bad value.';
REVOKE ALL ON FUNCTION diagram_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_update TO tmi_app;
ALTER FUNCTION diagram_update OWNER TO tmi_api;
