-- Within one model there are few drawings: the model's index finds them, and no operator of JSON has to be trusted with rows of others.
CREATE OR REPLACE FUNCTION cell_find(
  p_threat_model_id uuid,
  p_query jsonb
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  IF p_query IS NULL OR jsonb_typeof(p_query) <> 'object' THEN
    RAISE EXCEPTION 'cells are found by a JSON object that they contain' USING ERRCODE = 'TM422', DETAIL = 'field: query';
  END IF;
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.cells @> jsonb_build_array(p_query)
    AND c.cell @> p_query
  ORDER BY d.created_at, d.id, c.n;
END
$$;
COMMENT ON FUNCTION cell_find IS
'Finds cells of a model''s diagrams by what they contain.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_query: a JSON object that a cell must contain, such as {"shape": "store", "data": {"isEncrypted": false}}.
Returns rows, by diagram, in the order of the drawing.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM422 for a query that is no object.';
REVOKE ALL ON FUNCTION cell_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_find TO tmi_app;
ALTER FUNCTION cell_find OWNER TO tmi_api;
