-- An index refuses a row of more than about 2.7 kB with an error that names no field, and a text without end fills the
-- disk. Every text gets a limit with a name. Nothing is cut: a text that is too long stops the migration.

ALTER TABLE users
  ADD CONSTRAINT users_name_length_check CHECK (length(name) <= 256) NOT VALID;

ALTER TABLE users
  VALIDATE CONSTRAINT users_name_length_check;

ALTER TABLE user_providers
  ADD CONSTRAINT user_providers_provider_user_id_length_check CHECK (length(provider_user_id) BETWEEN 1 AND 256) NOT VALID,
  ADD CONSTRAINT user_providers_provider_email_length_check CHECK (length(provider_email) <= 320) NOT VALID,
  ADD CONSTRAINT user_providers_provider_name_length_check CHECK (length(provider_name) <= 256) NOT VALID;

ALTER TABLE user_providers
  VALIDATE CONSTRAINT user_providers_provider_user_id_length_check,
  VALIDATE CONSTRAINT user_providers_provider_email_length_check,
  VALIDATE CONSTRAINT user_providers_provider_name_length_check;

ALTER TABLE refresh_tokens
  ADD CONSTRAINT refresh_tokens_token_hash_length_check CHECK (length(token_hash) <= 128) NOT VALID;

ALTER TABLE refresh_tokens
  VALIDATE CONSTRAINT refresh_tokens_token_hash_length_check;

ALTER TABLE threat_models
  ADD CONSTRAINT threat_models_name_length_check CHECK (length(name) <= 256) NOT VALID,
  ADD CONSTRAINT threat_models_description_length_check CHECK (length(description) <= 1000000) NOT VALID,
  ADD CONSTRAINT threat_models_issue_url_length_check CHECK (length(issue_url) <= 1024) NOT VALID;

ALTER TABLE threat_models
  VALIDATE CONSTRAINT threat_models_name_length_check,
  VALIDATE CONSTRAINT threat_models_description_length_check,
  VALIDATE CONSTRAINT threat_models_issue_url_length_check;

-- A cell is a cell of some drawing: one that names none says nothing.
UPDATE threats
SET cell_id = NULL
WHERE diagram_id IS NULL
  AND cell_id IS NOT NULL;

ALTER TABLE threats
  ADD CONSTRAINT threats_cell_check CHECK (cell_id IS NULL OR diagram_id IS NOT NULL) NOT VALID,
  ADD CONSTRAINT threats_cell_id_length_check CHECK (length(cell_id) <= 256) NOT VALID,
  ADD CONSTRAINT threats_name_length_check CHECK (length(name) <= 256) NOT VALID,
  ADD CONSTRAINT threats_description_length_check CHECK (length(description) <= 1000000) NOT VALID,
  ADD CONSTRAINT threats_mitigation_length_check CHECK (length(mitigation) <= 1000000) NOT VALID,
  ADD CONSTRAINT threats_priority_length_check CHECK (length(priority) <= 256) NOT VALID,
  ADD CONSTRAINT threats_status_length_check CHECK (length(status) <= 256) NOT VALID,
  ADD CONSTRAINT threats_threat_type_length_check CHECK (length(threat_type) <= 256) NOT VALID,
  ADD CONSTRAINT threats_issue_url_length_check CHECK (length(issue_url) <= 1024) NOT VALID;

ALTER TABLE threats
  VALIDATE CONSTRAINT threats_cell_check,
  VALIDATE CONSTRAINT threats_cell_id_length_check,
  VALIDATE CONSTRAINT threats_name_length_check,
  VALIDATE CONSTRAINT threats_description_length_check,
  VALIDATE CONSTRAINT threats_mitigation_length_check,
  VALIDATE CONSTRAINT threats_priority_length_check,
  VALIDATE CONSTRAINT threats_status_length_check,
  VALIDATE CONSTRAINT threats_threat_type_length_check,
  VALIDATE CONSTRAINT threats_issue_url_length_check;

ALTER TABLE diagrams
  ADD CONSTRAINT diagrams_name_length_check CHECK (length(name) <= 256) NOT VALID,
  ADD CONSTRAINT diagrams_description_length_check CHECK (length(description) <= 1000000) NOT VALID;

ALTER TABLE diagrams
  VALIDATE CONSTRAINT diagrams_name_length_check,
  VALIDATE CONSTRAINT diagrams_description_length_check;

ALTER TABLE documents
  ADD CONSTRAINT documents_name_length_check CHECK (length(name) <= 256) NOT VALID,
  ADD CONSTRAINT documents_url_length_check CHECK (length(url) <= 1024) NOT VALID,
  ADD CONSTRAINT documents_description_length_check CHECK (length(description) <= 1000000) NOT VALID;

ALTER TABLE documents
  VALIDATE CONSTRAINT documents_name_length_check,
  VALIDATE CONSTRAINT documents_url_length_check,
  VALIDATE CONSTRAINT documents_description_length_check;

ALTER TABLE sources
  ADD CONSTRAINT sources_name_length_check CHECK (length(name) <= 256) NOT VALID,
  ADD CONSTRAINT sources_url_length_check CHECK (length(url) <= 1024) NOT VALID,
  ADD CONSTRAINT sources_description_length_check CHECK (length(description) <= 1000000) NOT VALID;

ALTER TABLE sources
  VALIDATE CONSTRAINT sources_name_length_check,
  VALIDATE CONSTRAINT sources_url_length_check,
  VALIDATE CONSTRAINT sources_description_length_check;

-- Keys that importers reserve hold what a document has beyond the columns, which can be long. The length is asked
-- first, so that the pattern costs a short value nothing.
ALTER TABLE metadata
  ADD CONSTRAINT metadata_key_length_check CHECK (length(key) <= 128) NOT VALID,
  ADD CONSTRAINT metadata_value_length_check CHECK (
    value <> ''
    AND (
      length(value) <= 65535
      OR (length(value) <= 8388608 AND key ~ '^(td|otm|tmi|tmbom)-')
    )
  ) NOT VALID,
  ADD CONSTRAINT metadata_cell_id_length_check CHECK (length(cell_id) <= 256) NOT VALID;

ALTER TABLE metadata
  VALIDATE CONSTRAINT metadata_key_length_check,
  VALIDATE CONSTRAINT metadata_value_length_check,
  VALIDATE CONSTRAINT metadata_cell_id_length_check;

ALTER TABLE collaboration_sessions
  ADD CONSTRAINT collaboration_sessions_websocket_url_length_check CHECK (length(websocket_url) <= 1024) NOT VALID;

ALTER TABLE collaboration_sessions
  VALIDATE CONSTRAINT collaboration_sessions_websocket_url_length_check;
