-- Rows loaded in one transaction share their creation time: only with the id behind it can a page start exactly where
-- the last one ended without reading all of them.

-- Which threats come after this one?
CREATE INDEX idx_threats_threat_model_id_created_at_id
  ON threats (threat_model_id, created_at, id);

-- Which diagrams come after this one?
CREATE INDEX idx_diagrams_threat_model_id_created_at_id
  ON diagrams (threat_model_id, created_at, id);

-- Which documents come after this one?
CREATE INDEX idx_documents_threat_model_id_created_at_id
  ON documents (threat_model_id, created_at, id);

-- Which sources come after this one?
CREATE INDEX idx_sources_threat_model_id_created_at_id
  ON sources (threat_model_id, created_at, id);
