-- Updates and patches of a diagram share how it is written; cells that are not among the changes are not even read.
CREATE OR REPLACE FUNCTION _diagram_change(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_changes jsonb
) RETURNS SETOF diagrams
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  PERFORM _check_depth(p_changes -> 'metadata', 'metadata');
  IF pg_column_size(p_changes -> 'metadata') > 8388608 THEN
    RAISE EXCEPTION 'what is attached to a diagram takes at most 8 MB' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'metadata', DETAIL = 'field: metadata';
  END IF;
  IF p_changes ? 'cells' THEN
    PERFORM _check_cells(p_changes -> 'cells');
    RETURN QUERY
    UPDATE diagrams d
    SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE d.name END,
      description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE d.description END,
      metadata = CASE WHEN p_changes ? 'metadata' THEN coalesce(nullif(p_changes -> 'metadata', 'null'), '[]') ELSE d.metadata END,
      cells = p_changes -> 'cells'
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.*;
  ELSE
    RETURN QUERY
    UPDATE diagrams d
    SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE d.name END,
      description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE d.description END,
      metadata = CASE WHEN p_changes ? 'metadata' THEN coalesce(nullif(p_changes -> 'metadata', 'null'), '[]') ELSE d.metadata END
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.*;
  END IF;
END
$$;
COMMENT ON FUNCTION _diagram_change IS
'Changes fields of a diagram.

p_threat_model_id: the model, entered as writer.
p_diagram_id: the diagram, which exists.
p_changes: an object of name, description, metadata and cells, as far as they change.
Returns the row.
Raises TM413 for an attachment of more than 8 MB; TM413 and TM422 for bad cells; whatever the constraints refuse.';
REVOKE ALL ON FUNCTION _diagram_change FROM PUBLIC;
ALTER FUNCTION _diagram_change OWNER TO tmi_api;
