-- A token that was revoked or rotated would be good again without these columns: it goes, and its owner signs in anew.

DELETE FROM refresh_tokens
WHERE revoked_at IS NOT NULL
  OR rotated_at IS NOT NULL;

DROP INDEX idx_refresh_tokens_expires_at;

DROP INDEX idx_refresh_tokens_family_id;

ALTER TABLE refresh_tokens
  DROP CONSTRAINT refresh_tokens_rotation_check,
  DROP CONSTRAINT refresh_tokens_family_expires_at_check,
  DROP COLUMN revoked_at,
  DROP COLUMN replaced_by,
  DROP COLUMN rotated_at,
  DROP COLUMN family_expires_at,
  DROP COLUMN family_id;
