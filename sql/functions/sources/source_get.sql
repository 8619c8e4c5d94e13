-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A source is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION source_get(
  p_threat_model_id uuid,
  p_source_id uuid
) RETURNS SETOF sources
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
  SELECT t.*
  FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_source_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
END
$$;
COMMENT ON FUNCTION source_get IS
'Returns one source of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_source_id: the source, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the source does not exist or may not be seen.';
REVOKE ALL ON FUNCTION source_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_get TO tmi_app;
ALTER FUNCTION source_get OWNER TO tmi_api;
