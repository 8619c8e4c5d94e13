-- Texts may be as long as they like again, and a cell may be named without its drawing; rows stay as they are.

ALTER TABLE collaboration_sessions
  DROP CONSTRAINT collaboration_sessions_websocket_url_length_check;

ALTER TABLE metadata
  DROP CONSTRAINT metadata_cell_id_length_check,
  DROP CONSTRAINT metadata_value_length_check,
  DROP CONSTRAINT metadata_key_length_check;

ALTER TABLE sources
  DROP CONSTRAINT sources_description_length_check,
  DROP CONSTRAINT sources_url_length_check,
  DROP CONSTRAINT sources_name_length_check;

ALTER TABLE documents
  DROP CONSTRAINT documents_description_length_check,
  DROP CONSTRAINT documents_url_length_check,
  DROP CONSTRAINT documents_name_length_check;

ALTER TABLE diagrams
  DROP CONSTRAINT diagrams_description_length_check,
  DROP CONSTRAINT diagrams_name_length_check;

ALTER TABLE threats
  DROP CONSTRAINT threats_issue_url_length_check,
  DROP CONSTRAINT threats_threat_type_length_check,
  DROP CONSTRAINT threats_status_length_check,
  DROP CONSTRAINT threats_priority_length_check,
  DROP CONSTRAINT threats_mitigation_length_check,
  DROP CONSTRAINT threats_description_length_check,
  DROP CONSTRAINT threats_name_length_check,
  DROP CONSTRAINT threats_cell_id_length_check,
  DROP CONSTRAINT threats_cell_check;

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_issue_url_length_check,
  DROP CONSTRAINT threat_models_description_length_check,
  DROP CONSTRAINT threat_models_name_length_check;

ALTER TABLE refresh_tokens
  DROP CONSTRAINT refresh_tokens_token_hash_length_check;

ALTER TABLE user_providers
  DROP CONSTRAINT user_providers_provider_name_length_check,
  DROP CONSTRAINT user_providers_provider_email_length_check,
  DROP CONSTRAINT user_providers_provider_user_id_length_check;

ALTER TABLE users
  DROP CONSTRAINT users_name_length_check;
