-- Two sessions on one drawing would overwrite each other's cells: the second is told which one to join.
CREATE OR REPLACE FUNCTION session_create(
  p_threat_model_id uuid,
  p_websocket_url text,
  p_diagram_id uuid DEFAULT NULL,
  p_ttl interval DEFAULT '1 hour',
  p_id uuid DEFAULT NULL
) RETURNS SETOF collaboration_sessions
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
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_user_id uuid;
  v_open_id uuid;
  v_is_expired boolean;
  v_session collaboration_sessions;
BEGIN
  SELECT h.user_id
  INTO v_user_id
  FROM _session_hold(p_threat_model_id) h;
  IF p_diagram_id IS NOT NULL THEN
    PERFORM
    FROM diagrams d
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
    END IF;
  END IF;
  SELECT s.id, coalesce(s.expires_at <= now(), false)
  INTO v_open_id, v_is_expired
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.diagram_id IS NOT DISTINCT FROM p_diagram_id
    AND s.ended_at IS NULL
  FOR NO KEY UPDATE;
  IF v_is_expired THEN
    PERFORM _session_close(v_open_id);
  ELSIF FOUND THEN
    RAISE EXCEPTION 'a session is open already' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', CONSTRAINT = 'collaboration_sessions_unique_open',
      DETAIL = 'session: ' || v_open_id, HINT = 'join the session that DETAIL names';
  END IF;
  INSERT INTO collaboration_sessions AS s (id, threat_model_id, diagram_id, websocket_url, host_user_id, ttl, expires_at)
  VALUES (
    coalesce(p_id, uuid_generate_v7()), p_threat_model_id, p_diagram_id, p_websocket_url, v_user_id,
    coalesce(p_ttl, '1 hour'), now() + coalesce(p_ttl, '1 hour')
  )
  ON CONFLICT (id) DO NOTHING
  RETURNING s.* INTO v_session;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', COLUMN = 'id', DETAIL = 'field: id',
      HINT = 'leave the id out, or make a new random one';
  END IF;
  INSERT INTO session_participants AS p (session_id, user_id)
  VALUES (v_session.id, v_user_id);
  RETURN NEXT v_session;
END
$$;
COMMENT ON FUNCTION session_create IS
'Opens a session on a diagram, or on a model as a whole; the caller is its host and first participant.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_websocket_url: where clients connect, up to 1,024 characters.
p_diagram_id: the diagram, which must be of that model; NULL for the model as a whole. Each diagram has one open session at a time, and so has the model as a whole; one that has expired is ended first.
p_ttl: how long the session lives without a sign of life, 1 minute to 24 hours; 1 hour by default.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left out.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen; TM409 when a session is open, with DETAIL ''session: <id>'', or when the id is in use; TM422 for a bad address or duration.';
REVOKE ALL ON FUNCTION session_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_create TO tmi_app;
ALTER FUNCTION session_create OWNER TO tmi_api;
