-- A threat or a session could name a diagram of another model, and so lead a reader across models. The key now holds
-- the model too.

ALTER TABLE diagrams
  ADD CONSTRAINT diagrams_threat_model_id_id_key UNIQUE (threat_model_id, id);

-- Rows that cross models already: the threat is kept without its pin, the session is closed by deletion, since its
-- participants may not see the diagram that they draw on.
DO $$
DECLARE
  v_count bigint;
BEGIN
  UPDATE threats t
  SET
    diagram_id = NULL,
    cell_id = NULL
  FROM diagrams d
  WHERE d.id = t.diagram_id
    AND d.threat_model_id <> t.threat_model_id;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count > 0 THEN
    RAISE WARNING '% threats named a diagram of another model and are pinned to none now', v_count;
  END IF;

  DELETE FROM collaboration_sessions s
  USING diagrams d
  WHERE d.id = s.diagram_id
    AND d.threat_model_id <> s.threat_model_id;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count > 0 THEN
    RAISE WARNING '% sessions named a diagram of another model and are deleted', v_count;
  END IF;
END
$$;

ALTER TABLE threats
  DROP CONSTRAINT threats_diagram_id_fkey,
  ADD CONSTRAINT threats_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id)
    ON DELETE SET NULL (diagram_id) NOT VALID;

ALTER TABLE threats
  VALIDATE CONSTRAINT threats_diagram_id_fkey;

ALTER TABLE collaboration_sessions
  DROP CONSTRAINT collaboration_sessions_diagram_id_fkey,
  ADD CONSTRAINT collaboration_sessions_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id)
    ON DELETE CASCADE NOT VALID;

ALTER TABLE collaboration_sessions
  VALIDATE CONSTRAINT collaboration_sessions_diagram_id_fkey;
