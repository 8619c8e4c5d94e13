-- Lists get slower; nothing is lost.

DROP INDEX idx_metadata_source;

DROP INDEX idx_metadata_document;

DROP INDEX idx_metadata_diagram;

DROP INDEX idx_metadata_threat;

DROP INDEX idx_metadata_threat_model;

DROP INDEX idx_threat_model_access_user_email;

DROP INDEX idx_threat_models_owner_email;

DROP INDEX idx_threats_diagram_id;

DROP INDEX idx_sources_threat_model_id_modified_at;

DROP INDEX idx_sources_threat_model_id_created_at;

DROP INDEX idx_documents_threat_model_id_modified_at;

DROP INDEX idx_documents_threat_model_id_created_at;

DROP INDEX idx_diagrams_threat_model_id_modified_at;

DROP INDEX idx_diagrams_threat_model_id_created_at;

DROP INDEX idx_threats_threat_model_id_modified_at;

DROP INDEX idx_threats_threat_model_id_created_at;
