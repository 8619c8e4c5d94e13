-- A drawing comes with its cells in one call, as editors save it.
CREATE OR REPLACE FUNCTION diagram_create(
  p_threat_model_id uuid,
  p_name text,
  p_description text DEFAULT NULL,
  p_cells jsonb DEFAULT '[]',
  p_type text DEFAULT 'DFD-1.0.0',
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
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
  v_diagram diagrams;
BEGIN
  PERFORM _check_cells(p_cells);
  INSERT INTO diagrams (id, threat_model_id, name, type, description, cells)
  VALUES (coalesce(p_id, uuid_generate_v7()), p_threat_model_id, p_name, p_type, p_description, p_cells)
  ON CONFLICT (id) DO NOTHING
  RETURNING * INTO v_diagram;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'diagrams', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'diagram', v_diagram.id, p_metadata);
  END IF;
  RETURN NEXT v_diagram;
END
$$;
COMMENT ON FUNCTION diagram_create IS
'Creates a diagram in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_description: up to 1,000,000 characters.
p_cells: an array of up to 10,000 cells and 8 MB, as the editor makes them; each has an id and a shape.
p_type: DFD-1.0.0.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM413 for too many or too large cells; TM422 for a bad cell or value.';
REVOKE ALL ON FUNCTION diagram_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_create TO tmi_app;
ALTER FUNCTION diagram_create OWNER TO tmi_api;
