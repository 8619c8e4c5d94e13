-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A threat is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION threat_get(
  p_threat_model_id uuid,
  p_threat_id uuid
) RETURNS SETOF threats
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
  FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
END
$$;
COMMENT ON FUNCTION threat_get IS
'Returns one threat of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_threat_id: the threat, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the threat does not exist or may not be seen.';
REVOKE ALL ON FUNCTION threat_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_get TO tmi_app;
ALTER FUNCTION threat_get OWNER TO tmi_api;
