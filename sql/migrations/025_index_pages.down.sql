-- Deep pages get slower; nothing is lost.

DROP INDEX idx_sources_threat_model_id_created_at_id;

DROP INDEX idx_documents_threat_model_id_created_at_id;

DROP INDEX idx_diagrams_threat_model_id_created_at_id;

DROP INDEX idx_threats_threat_model_id_created_at_id;
