-- Addresses stay as they are written now; from here on they can only change while nothing refers to them.

ALTER TABLE users
  DROP CONSTRAINT users_email_check;

ALTER TABLE threat_model_access
  DROP CONSTRAINT threat_model_access_user_email_fkey,
  ADD CONSTRAINT threat_model_access_user_email_fkey
    FOREIGN KEY (user_email) REFERENCES users (email) ON DELETE CASCADE NOT VALID;

ALTER TABLE threat_model_access
  VALIDATE CONSTRAINT threat_model_access_user_email_fkey;

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_owner_email_fkey,
  ADD CONSTRAINT threat_models_owner_email_fkey
    FOREIGN KEY (owner_email) REFERENCES users (email) ON DELETE RESTRICT NOT VALID;

ALTER TABLE threat_models
  VALIDATE CONSTRAINT threat_models_owner_email_fkey;
