-- Rotated tokens form a family with an end of its own, so that a stolen one, used twice, ends the whole family.

ALTER TABLE refresh_tokens
  ADD COLUMN family_id uuid NOT NULL DEFAULT uuid_generate_v4(),
  ADD COLUMN family_expires_at timestamptz,
  ADD COLUMN rotated_at timestamptz,
  ADD COLUMN replaced_by text,
  ADD COLUMN revoked_at timestamptz;

UPDATE refresh_tokens
SET family_expires_at = expires_at;

ALTER TABLE refresh_tokens
  ALTER COLUMN family_expires_at SET NOT NULL,
  ADD CONSTRAINT refresh_tokens_family_expires_at_check
    CHECK (family_expires_at >= expires_at) NOT VALID,
  ADD CONSTRAINT refresh_tokens_rotation_check
    CHECK ((rotated_at IS NULL) = (replaced_by IS NULL)) NOT VALID;

ALTER TABLE refresh_tokens
  VALIDATE CONSTRAINT refresh_tokens_family_expires_at_check,
  VALIDATE CONSTRAINT refresh_tokens_rotation_check;

-- Which tokens fall with this one?
CREATE INDEX idx_refresh_tokens_family_id
  ON refresh_tokens (family_id);

-- Which tokens can be purged?
CREATE INDEX idx_refresh_tokens_expires_at
  ON refresh_tokens (expires_at);
