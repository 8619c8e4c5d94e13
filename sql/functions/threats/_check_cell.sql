-- A threat points at something that can be seen in its drawing; a reference to nothing is refused where it is written.
CREATE OR REPLACE FUNCTION _check_cell(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_cell_id text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_cell_id IS NULL THEN
    RETURN;
  ELSIF p_diagram_id IS NULL THEN
    RAISE EXCEPTION 'a cell is named without its diagram' USING ERRCODE = 'TM422', TABLE = 'threats', COLUMN = 'cell_id', DETAIL = 'field: cell_id';
  END IF;
  PERFORM
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND d.cells @> jsonb_build_array(jsonb_build_object('id', p_cell_id));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the diagram has no such cell' USING ERRCODE = 'TM422', TABLE = 'threats', COLUMN = 'cell_id', DETAIL = 'field: cell_id';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_cell IS
'Checks that a cell that a threat names is in the diagram that it names.

p_threat_model_id: the model, entered by the caller.
p_diagram_id: the diagram.
p_cell_id: the cell; NULL is right.
Returns nothing.
Raises TM422 for a cell without diagram, or one that the diagram does not have.';
REVOKE ALL ON FUNCTION _check_cell FROM PUBLIC;
ALTER FUNCTION _check_cell OWNER TO tmi_api;
