-- The OAuth identities by which people sign in.

CREATE TABLE user_providers (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  user_id uuid NOT NULL,
  provider text NOT NULL,
  provider_user_id text NOT NULL,
  provider_email text,
  provider_name text,
  is_primary boolean DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_providers_pkey PRIMARY KEY (id),
  CONSTRAINT user_providers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT user_providers_user_id_provider_key UNIQUE (user_id, provider),
  CONSTRAINT user_providers_provider_provider_user_id_key UNIQUE (provider, provider_user_id),
  CONSTRAINT user_providers_provider_check
    CHECK (provider IN ('google', 'github', 'microsoft', 'apple', 'facebook', 'twitter')),
  CONSTRAINT user_providers_provider_user_id_length_check CHECK (length(provider_user_id) BETWEEN 1 AND 256),
  CONSTRAINT user_providers_provider_email_length_check CHECK (length(provider_email) <= 320),
  CONSTRAINT user_providers_provider_name_length_check CHECK (length(provider_name) <= 256)
);
COMMENT ON TABLE user_providers IS 'Links between people and their accounts at OAuth providers.';
COMMENT ON COLUMN user_providers.id IS 'Identifier of the link.';
COMMENT ON COLUMN user_providers.user_id IS 'The person.';
COMMENT ON COLUMN user_providers.provider IS 'google, github, microsoft, apple, facebook or twitter.';
COMMENT ON COLUMN user_providers.provider_user_id IS 'The provider''s own id of the account.';
COMMENT ON COLUMN user_providers.provider_email IS 'Address as the provider gave it last.';
COMMENT ON COLUMN user_providers.provider_name IS 'Name as the provider gave it last.';
COMMENT ON COLUMN user_providers.is_primary IS 'Whether this is the person''s main way in; at most one is.';
COMMENT ON COLUMN user_providers.created_at IS 'When the link was made.';
COMMENT ON COLUMN user_providers.modified_at IS 'When the row last changed.';
COMMENT ON CONSTRAINT user_providers_pkey ON user_providers IS 'A link has one id.';
COMMENT ON CONSTRAINT user_providers_user_id_fkey ON user_providers IS 'A link goes with its person.';
COMMENT ON CONSTRAINT user_providers_user_id_provider_key ON user_providers IS 'A person has one account at a provider.';
COMMENT ON CONSTRAINT user_providers_provider_provider_user_id_key ON user_providers IS 'An account at a provider belongs to one person.';
COMMENT ON CONSTRAINT user_providers_provider_check ON user_providers IS 'The providers that TMI supports.';
COMMENT ON CONSTRAINT user_providers_provider_user_id_length_check ON user_providers IS 'The id fits its index, and is not empty: an empty one would be everybody''s.';
COMMENT ON CONSTRAINT user_providers_provider_email_length_check ON user_providers IS 'No address is longer.';
COMMENT ON CONSTRAINT user_providers_provider_name_length_check ON user_providers IS 'A name fits a line.';
COMMENT ON INDEX user_providers_pkey IS 'Which link has this id?';
COMMENT ON INDEX user_providers_user_id_provider_key IS 'By which accounts does this person sign in?';
COMMENT ON INDEX user_providers_provider_provider_user_id_key IS 'Whose is this account?';

CREATE UNIQUE INDEX user_providers_unique_primary_per_user
  ON user_providers (user_id)
  WHERE is_primary = true;
COMMENT ON INDEX user_providers_unique_primary_per_user IS 'Which is this person''s primary provider? There can''t be two.';

CREATE OR REPLACE TRIGGER user_providers_freeze
  BEFORE UPDATE OF id, user_id, provider, provider_user_id, created_at ON user_providers
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.user_id IS DISTINCT FROM NEW.user_id
    OR OLD.provider IS DISTINCT FROM NEW.provider
    OR OLD.provider_user_id IS DISTINCT FROM NEW.provider_user_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'user_id', 'provider', 'provider_user_id', 'created_at');
COMMENT ON TRIGGER user_providers_freeze ON user_providers IS 'A way in is not handed to another person or account.';

CREATE OR REPLACE TRIGGER user_providers_touch
  BEFORE UPDATE ON user_providers
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER user_providers_touch ON user_providers IS 'modified_at moves with every change.';
