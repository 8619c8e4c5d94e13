-- Editors know these shapes, and draw them only where and as large as they are said to be.
CREATE OR REPLACE FUNCTION _cell_fault(
  p_cell jsonb
) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_position text := CASE WHEN p_cell ? 'position' THEN '.position' ELSE '' END;
  v_size text := CASE WHEN p_cell ? 'size' THEN '.size' ELSE '' END;
  v_x jsonb := coalesce(p_cell #> '{position,x}', p_cell -> 'x');
  v_y jsonb := coalesce(p_cell #> '{position,y}', p_cell -> 'y');
  v_width jsonb := coalesce(p_cell #> '{size,width}', p_cell -> 'width');
  v_height jsonb := coalesce(p_cell #> '{size,height}', p_cell -> 'height');
BEGIN
  IF jsonb_typeof(p_cell) <> 'object' THEN
    RETURN '';
  ELSIF jsonb_typeof(p_cell -> 'id') IS DISTINCT FROM 'string' OR length(p_cell ->> 'id') NOT BETWEEN 1 AND 256 THEN
    RETURN '.id';
  ELSIF jsonb_typeof(p_cell -> 'shape') IS DISTINCT FROM 'string' OR p_cell ->> 'shape' = '' THEN
    RETURN '.shape';
  ELSIF p_cell ->> 'shape' NOT IN ('actor', 'process', 'store', 'security-boundary', 'text-box') THEN
    RETURN NULL;
  END IF;
  RETURN CASE
    WHEN jsonb_typeof(v_x) IS DISTINCT FROM 'number' THEN v_position || '.x'
    WHEN jsonb_typeof(v_y) IS DISTINCT FROM 'number' THEN v_position || '.y'
    WHEN jsonb_typeof(v_width) IS DISTINCT FROM 'number' THEN v_size || '.width'
    WHEN jsonb_typeof(v_height) IS DISTINCT FROM 'number' THEN v_size || '.height'
    WHEN v_width::numeric < 40 THEN v_size || '.width'
    WHEN v_height::numeric < 30 THEN v_size || '.height'
  END;
END
$$;
COMMENT ON FUNCTION _cell_fault IS
'Finds what is wrong with one cell: an id of 1 to 256 characters and a shape must be there; actor, process, store, security-boundary and
text-box have x, y, width >= 40 and height >= 30, flat or as position and size. Other shapes are kept as they are.

p_cell: the cell.
Returns the JSON path, within the cell, of what is missing or wrong; NULL when nothing is.';
REVOKE ALL ON FUNCTION _cell_fault FROM PUBLIC;
ALTER FUNCTION _cell_fault OWNER TO tmi_api;
