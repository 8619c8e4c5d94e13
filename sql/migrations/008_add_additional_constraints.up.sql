-- The rules that every caller kept so far, kept from now on by the database. Rows that break one stop the migration.

ALTER TABLE user_providers
  ADD CONSTRAINT user_providers_provider_check
  CHECK (provider IN ('google', 'github', 'microsoft', 'apple', 'facebook', 'twitter'));

ALTER TABLE threat_models
  ADD CONSTRAINT threat_models_name_check
  CHECK (length(name) > 0);

ALTER TABLE threat_model_access
  ADD CONSTRAINT threat_model_access_role_check
  CHECK (role IN ('owner', 'writer', 'reader'));

ALTER TABLE threats
  ADD CONSTRAINT threats_name_check
  CHECK (length(name) > 0);

ALTER TABLE diagrams
  ADD CONSTRAINT diagrams_name_check
  CHECK (length(name) > 0);

ALTER TABLE refresh_tokens
  ADD CONSTRAINT refresh_tokens_expires_at_check
  CHECK (expires_at > created_at);

-- An account at a provider belongs to one person.
ALTER TABLE user_providers
  ADD CONSTRAINT user_providers_provider_provider_user_id_key
  UNIQUE (provider, provider_user_id);

-- A person has at most one primary provider.
CREATE UNIQUE INDEX user_providers_unique_primary_per_user
  ON user_providers (user_id)
  WHERE is_primary = true;

-- Who has not signed in for a year?
CREATE INDEX users_last_login_idx
  ON users (last_login);

-- Who may see this model?
CREATE INDEX idx_threat_model_access_threat_model_id
  ON threat_model_access (threat_model_id);
