-- An editor that opens a drawing asks whether others are at it.
CREATE OR REPLACE FUNCTION session_get(
  p_threat_model_id uuid,
  p_diagram_id uuid DEFAULT NULL
) RETURNS SETOF collaboration_sessions
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
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.diagram_id IS NOT DISTINCT FROM p_diagram_id
    AND s.ended_at IS NULL
    AND (s.expires_at IS NULL OR s.expires_at > now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  END IF;
END
$$;
COMMENT ON FUNCTION session_get IS
'Returns the open session of a diagram, or of a model as a whole.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram; NULL for the session of the model as a whole.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen, or no session is open there.';
REVOKE ALL ON FUNCTION session_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_get TO tmi_app;
ALTER FUNCTION session_get OWNER TO tmi_api;
