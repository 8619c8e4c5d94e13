-- Cells have text ids that are unique in one drawing only; their metadata hangs on this one.
CREATE OR REPLACE FUNCTION cell_entity_id(
  p_diagram_id uuid,
  p_cell_id text
) RETURNS uuid
LANGUAGE plpgsql
IMMUTABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN _named_uuid(p_diagram_id, p_cell_id);
END
$$;
COMMENT ON FUNCTION cell_entity_id IS
'Makes the id under which a cell has metadata: a UUID of version 8 from the SHA-256 of diagram and cell.

p_diagram_id: the diagram.
p_cell_id: the cell.
Returns the id, whether there is such a cell or not.
Raises nothing.';
REVOKE ALL ON FUNCTION cell_entity_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_entity_id TO tmi_app;
ALTER FUNCTION cell_entity_id OWNER TO tmi_guard;
