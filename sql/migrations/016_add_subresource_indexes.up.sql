-- Lists come by model and time, permissions by address, metadata by entity. Included columns are of fixed width: a
-- long text in an index row would fail its insert.

-- Which of a model's threats are the newest, and which changed last?
CREATE INDEX idx_threats_threat_model_id_created_at
  ON threats (threat_model_id, created_at);

CREATE INDEX idx_threats_threat_model_id_modified_at
  ON threats (threat_model_id, modified_at) INCLUDE (id, created_at);

-- The same for diagrams.
CREATE INDEX idx_diagrams_threat_model_id_created_at
  ON diagrams (threat_model_id, created_at);

CREATE INDEX idx_diagrams_threat_model_id_modified_at
  ON diagrams (threat_model_id, modified_at) INCLUDE (id, created_at);

-- The same for documents.
CREATE INDEX idx_documents_threat_model_id_created_at
  ON documents (threat_model_id, created_at);

CREATE INDEX idx_documents_threat_model_id_modified_at
  ON documents (threat_model_id, modified_at) INCLUDE (id, created_at);

-- The same for sources.
CREATE INDEX idx_sources_threat_model_id_created_at
  ON sources (threat_model_id, created_at);

CREATE INDEX idx_sources_threat_model_id_modified_at
  ON sources (threat_model_id, modified_at) INCLUDE (id, created_at);

-- Which threats are pinned to this diagram? Its deletion asks too.
CREATE INDEX idx_threats_diagram_id
  ON threats (diagram_id);

-- Which models does this person own, the newest first?
CREATE INDEX idx_threat_models_owner_email
  ON threat_models (owner_email, created_at) INCLUDE (id);

-- Which models may this person see, and in which role?
CREATE INDEX idx_threat_model_access_user_email
  ON threat_model_access (user_email) INCLUDE (threat_model_id, role);

-- What metadata has this model, threat, diagram, document, source?
CREATE INDEX idx_metadata_threat_model
  ON metadata (entity_id)
  WHERE entity_type = 'threat_model';

CREATE INDEX idx_metadata_threat
  ON metadata (entity_id)
  WHERE entity_type = 'threat';

CREATE INDEX idx_metadata_diagram
  ON metadata (entity_id)
  WHERE entity_type = 'diagram';

CREATE INDEX idx_metadata_document
  ON metadata (entity_id)
  WHERE entity_type = 'document';

CREATE INDEX idx_metadata_source
  ON metadata (entity_id)
  WHERE entity_type = 'source';
