-- The one way to fetch a whole drawing.
CREATE OR REPLACE FUNCTION diagram_get(
  p_threat_model_id uuid,
  p_diagram_id uuid
) RETURNS SETOF diagrams
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT d.*
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
END
$$;
COMMENT ON FUNCTION diagram_get IS
'Returns one diagram of a model, cells included.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen.';
REVOKE ALL ON FUNCTION diagram_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_get TO tmi_app;
ALTER FUNCTION diagram_get OWNER TO tmi_api;
