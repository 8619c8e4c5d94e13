-- Refresh tokens, by hash: who reads this table can't sign in with it.

CREATE TABLE refresh_tokens (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  user_id uuid NOT NULL,
  token_hash text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  family_id uuid NOT NULL DEFAULT uuid_generate_v4(),
  family_expires_at timestamptz NOT NULL,
  rotated_at timestamptz,
  replaced_by text,
  revoked_at timestamptz,
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT refresh_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT refresh_tokens_token_hash_length_check CHECK (length(token_hash) <= 128),
  CONSTRAINT refresh_tokens_expires_at_check CHECK (expires_at > created_at),
  CONSTRAINT refresh_tokens_family_expires_at_check CHECK (family_expires_at >= expires_at),
  CONSTRAINT refresh_tokens_rotation_check CHECK ((rotated_at IS NULL) = (replaced_by IS NULL))
);
COMMENT ON TABLE refresh_tokens IS 'Refresh tokens; those that descend from one sign-in by rotation are a family, which falls together.';
COMMENT ON COLUMN refresh_tokens.id IS 'Identifier of the token.';
COMMENT ON COLUMN refresh_tokens.user_id IS 'The person whom it lets in.';
COMMENT ON COLUMN refresh_tokens.token_hash IS 'The sha256 of the token; the token itself is nowhere.';
COMMENT ON COLUMN refresh_tokens.expires_at IS 'When the token ends.';
COMMENT ON COLUMN refresh_tokens.created_at IS 'When the token was issued.';
COMMENT ON COLUMN refresh_tokens.family_id IS 'The sign-in that the token descends from.';
COMMENT ON COLUMN refresh_tokens.family_expires_at IS 'When the family ends, however often it is rotated.';
COMMENT ON COLUMN refresh_tokens.rotated_at IS 'When it was exchanged for another; after that, its use is theft.';
COMMENT ON COLUMN refresh_tokens.replaced_by IS 'The hash of the token that followed it.';
COMMENT ON COLUMN refresh_tokens.revoked_at IS 'When it was revoked.';
COMMENT ON CONSTRAINT refresh_tokens_pkey ON refresh_tokens IS 'A token has one id.';
COMMENT ON CONSTRAINT refresh_tokens_user_id_fkey ON refresh_tokens IS 'A token goes with its person.';
COMMENT ON CONSTRAINT refresh_tokens_token_hash_key ON refresh_tokens IS 'A token lets one person in.';
COMMENT ON CONSTRAINT refresh_tokens_token_hash_length_check ON refresh_tokens IS 'A hash fits its index.';
COMMENT ON CONSTRAINT refresh_tokens_expires_at_check ON refresh_tokens IS 'A token is good for a while at least.';
COMMENT ON CONSTRAINT refresh_tokens_family_expires_at_check ON refresh_tokens IS 'No token outlives its family.';
COMMENT ON CONSTRAINT refresh_tokens_rotation_check ON refresh_tokens IS 'What was rotated names its successor.';
COMMENT ON INDEX refresh_tokens_pkey IS 'Which token has this id?';
COMMENT ON INDEX refresh_tokens_token_hash_key IS 'Is this token good, and whose is it?';

CREATE INDEX idx_refresh_tokens_user_id
  ON refresh_tokens (user_id);
COMMENT ON INDEX idx_refresh_tokens_user_id IS 'Which tokens has this person? Revoking all asks, and deleting the person.';

CREATE INDEX idx_refresh_tokens_family_id
  ON refresh_tokens (family_id);
COMMENT ON INDEX idx_refresh_tokens_family_id IS 'Which tokens fall with this one?';

CREATE INDEX idx_refresh_tokens_expires_at
  ON refresh_tokens (expires_at);
COMMENT ON INDEX idx_refresh_tokens_expires_at IS 'Which tokens can be purged?';

CREATE OR REPLACE TRIGGER refresh_tokens_freeze
  BEFORE UPDATE OF id, user_id, token_hash, expires_at, created_at, family_id, family_expires_at ON refresh_tokens
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.user_id IS DISTINCT FROM NEW.user_id
    OR OLD.token_hash IS DISTINCT FROM NEW.token_hash
    OR OLD.expires_at IS DISTINCT FROM NEW.expires_at
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
    OR OLD.family_id IS DISTINCT FROM NEW.family_id
    OR OLD.family_expires_at IS DISTINCT FROM NEW.family_expires_at
  )
  EXECUTE FUNCTION _row_freeze(
    'id', 'user_id', 'token_hash', 'expires_at', 'created_at', 'family_id', 'family_expires_at'
  );
COMMENT ON TRIGGER refresh_tokens_freeze ON refresh_tokens IS 'A token is not prolonged, nor handed to another person or family.';
