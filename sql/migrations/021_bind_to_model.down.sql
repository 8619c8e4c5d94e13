-- The foreign keys name the diagram alone again; rows stay as they are.

ALTER TABLE collaboration_sessions
  DROP CONSTRAINT collaboration_sessions_diagram_id_fkey,
  ADD CONSTRAINT collaboration_sessions_diagram_id_fkey
    FOREIGN KEY (diagram_id) REFERENCES diagrams (id) ON DELETE CASCADE NOT VALID;

ALTER TABLE collaboration_sessions
  VALIDATE CONSTRAINT collaboration_sessions_diagram_id_fkey;

ALTER TABLE threats
  DROP CONSTRAINT threats_diagram_id_fkey,
  ADD CONSTRAINT threats_diagram_id_fkey
    FOREIGN KEY (diagram_id) REFERENCES diagrams (id) ON DELETE SET NULL NOT VALID;

ALTER TABLE threats
  VALIDATE CONSTRAINT threats_diagram_id_fkey;

ALTER TABLE diagrams
  DROP CONSTRAINT diagrams_threat_model_id_id_key;
