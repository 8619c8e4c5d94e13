-- The owners' rows stay: they are grants like any other, and true.

DROP INDEX idx_threat_model_access_user_email_model_created_at;

DROP INDEX idx_threat_model_access_user_email_threat_model_id;

ALTER TABLE threat_model_access
  DROP COLUMN model_created_at;
