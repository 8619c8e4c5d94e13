-- Inserts get slower; nothing is lost.

ALTER INDEX idx_sources_threat_model_id_created_at
  RENAME TO idx_sources_threat_model_id_created_at_id;
CREATE INDEX idx_sources_threat_model_id_created_at
  ON sources (threat_model_id, created_at);

ALTER INDEX idx_documents_threat_model_id_created_at
  RENAME TO idx_documents_threat_model_id_created_at_id;
CREATE INDEX idx_documents_threat_model_id_created_at
  ON documents (threat_model_id, created_at);

ALTER INDEX idx_diagrams_threat_model_id_created_at
  RENAME TO idx_diagrams_threat_model_id_created_at_id;
CREATE INDEX idx_diagrams_threat_model_id_created_at
  ON diagrams (threat_model_id, created_at);

ALTER INDEX idx_threats_threat_model_id_created_at
  RENAME TO idx_threats_threat_model_id_created_at_id;
CREATE INDEX idx_threats_threat_model_id_created_at
  ON threats (threat_model_id, created_at);
