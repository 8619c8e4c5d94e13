-- Rendered from templates/delete.sql.j2 by tools/render_sql.py.
-- Its metadata goes with it, and the model's count goes down, by trigger.
CREATE OR REPLACE FUNCTION threat_delete(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
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
  DELETE FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id
  RETURNING t.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'threats');
END
$$;
COMMENT ON FUNCTION threat_delete IS
'Deletes a threat and its metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_threat_id: the threat, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the threat does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION threat_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_delete TO tmi_app;
ALTER FUNCTION threat_delete OWNER TO tmi_api;
