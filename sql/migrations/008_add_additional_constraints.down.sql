-- Indexes first, then constraints; rows stay as they are.

DROP INDEX idx_threat_model_access_threat_model_id;

DROP INDEX users_last_login_idx;

DROP INDEX user_providers_unique_primary_per_user;

ALTER TABLE user_providers
  DROP CONSTRAINT user_providers_provider_provider_user_id_key;

ALTER TABLE refresh_tokens
  DROP CONSTRAINT refresh_tokens_expires_at_check;

ALTER TABLE diagrams
  DROP CONSTRAINT diagrams_name_check;

ALTER TABLE threats
  DROP CONSTRAINT threats_name_check;

ALTER TABLE threat_model_access
  DROP CONSTRAINT threat_model_access_role_check;

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_name_check;

ALTER TABLE user_providers
  DROP CONSTRAINT user_providers_provider_check;
