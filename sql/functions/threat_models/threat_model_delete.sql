-- Everything in a model goes with it, in one statement that foreign keys carry down.
CREATE OR REPLACE FUNCTION threat_model_delete(
  p_threat_model_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL,
  p_force boolean DEFAULT false
) RETURNS TABLE (
  threat_count bigint,
  diagram_count bigint,
  document_count bigint,
  source_count bigint,
  metadata_count bigint,
  session_count bigint,
  access_count bigint
)
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
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  PERFORM _check_unchanged(m.modified_at, p_if_modified_at, 'threat_models')
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  IF NOT coalesce(p_force, false) AND EXISTS (
    SELECT
    FROM collaboration_sessions s
    JOIN session_participants p ON p.session_id = s.id
    WHERE s.threat_model_id = p_threat_model_id
      AND s.ended_at IS NULL
      AND (s.expires_at IS NULL OR s.expires_at > now())
      AND p.left_at IS NULL
  ) THEN
    RAISE EXCEPTION 'people are at work in a session of the threat model' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions',
      HINT = 'end the session, or delete with force';
  END IF;
  RETURN QUERY
  SELECT
    (SELECT count(*) FROM threats t WHERE t.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM diagrams d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM documents d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM sources s WHERE s.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM metadata d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM collaboration_sessions s WHERE s.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM threat_model_access a WHERE a.threat_model_id = p_threat_model_id);
  DELETE FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_delete IS
'Deletes a threat model with everything in it: threats, diagrams, documents, sources, metadata of every level, sessions and access.

p_threat_model_id: the model, of which the caller must be an owner.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
p_force: true to delete it even while people are at work in one of its sessions.
Returns the row of how many rows of each kind were deleted.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 while a session with participants is open; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION threat_model_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_delete TO tmi_app;
ALTER FUNCTION threat_model_delete OWNER TO tmi_api;
