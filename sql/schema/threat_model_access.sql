-- Who may do what: the one table that every check reads.

CREATE TABLE threat_model_access (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  user_email text NOT NULL,
  role text NOT NULL,
  granted_by text NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  model_created_at timestamptz NOT NULL,
  CONSTRAINT threat_model_access_pkey PRIMARY KEY (id),
  CONSTRAINT threat_model_access_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT threat_model_access_user_email_fkey
    FOREIGN KEY (user_email) REFERENCES users (email) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT threat_model_access_threat_model_id_user_email_key UNIQUE (threat_model_id, user_email),
  CONSTRAINT threat_model_access_role_check CHECK (role IN ('owner', 'writer', 'reader'))
);
COMMENT ON TABLE threat_model_access IS 'Roles of people in threat models; the owner of record stands here too.';
COMMENT ON COLUMN threat_model_access.id IS 'Identifier of the grant.';
COMMENT ON COLUMN threat_model_access.threat_model_id IS 'The model.';
COMMENT ON COLUMN threat_model_access.user_email IS 'The person, by address; follows the person''s own.';
COMMENT ON COLUMN threat_model_access.role IS 'owner manages, writer changes, reader reads.';
COMMENT ON COLUMN threat_model_access.granted_by IS 'Address, as it was then, of who gave the role.';
COMMENT ON COLUMN threat_model_access.granted_at IS 'When the role was given.';
COMMENT ON COLUMN threat_model_access.model_created_at IS 'When the model was created: a copy that lists of models are sorted by.';
COMMENT ON CONSTRAINT threat_model_access_pkey ON threat_model_access IS 'A grant has one id.';
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_fkey ON threat_model_access IS 'Grants go with their model.';
COMMENT ON CONSTRAINT threat_model_access_user_email_fkey ON threat_model_access IS 'Grants go with their person, and follow a changed address.';
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key ON threat_model_access IS 'A person has one role in a model.';
COMMENT ON CONSTRAINT threat_model_access_role_check ON threat_model_access IS 'There are three roles.';
COMMENT ON INDEX threat_model_access_pkey IS 'Which grant has this id?';
COMMENT ON INDEX threat_model_access_threat_model_id_user_email_key IS 'Which role has this person in this model?';

CREATE INDEX idx_threat_model_access_threat_model_id
  ON threat_model_access (threat_model_id);
COMMENT ON INDEX idx_threat_model_access_threat_model_id IS 'Who may use this model?';

CREATE INDEX idx_threat_model_access_user_email
  ON threat_model_access (user_email) INCLUDE (threat_model_id, role);
COMMENT ON INDEX idx_threat_model_access_user_email IS 'Which models may this person use, and in which role?';

CREATE INDEX idx_threat_model_access_user_email_threat_model_id
  ON threat_model_access (user_email, threat_model_id) INCLUDE (role);
COMMENT ON INDEX idx_threat_model_access_user_email_threat_model_id IS 'May this person use this model? Answered without reading the row.';

CREATE INDEX idx_threat_model_access_user_email_model_created_at
  ON threat_model_access (user_email, model_created_at, threat_model_id) INCLUDE (role);
COMMENT ON INDEX idx_threat_model_access_user_email_model_created_at IS 'Which models may this person use, the newest first, page by page?';

CREATE OR REPLACE TRIGGER threat_model_access_model_created_at
  BEFORE INSERT ON threat_model_access
  FOR EACH ROW
  EXECUTE FUNCTION _threat_model_access_model_created_at();
COMMENT ON TRIGGER threat_model_access_model_created_at ON threat_model_access IS 'The model''s creation time is copied, never given.';

CREATE OR REPLACE TRIGGER threat_model_access_follow_email
  BEFORE UPDATE OF user_email ON threat_model_access
  FOR EACH ROW
  WHEN (OLD.user_email IS DISTINCT FROM NEW.user_email)
  EXECUTE FUNCTION _threat_model_access_follow_email();
COMMENT ON TRIGGER threat_model_access_follow_email ON threat_model_access IS 'A grant is not handed to another person.';

CREATE OR REPLACE TRIGGER threat_model_access_freeze
  BEFORE UPDATE OF id, threat_model_id, model_created_at ON threat_model_access
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.model_created_at IS DISTINCT FROM NEW.model_created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'model_created_at');
COMMENT ON TRIGGER threat_model_access_freeze ON threat_model_access IS 'A grant is not moved to another model.';

CREATE OR REPLACE TRIGGER threat_model_access_freeze_grant
  BEFORE UPDATE OF granted_by, granted_at ON threat_model_access
  FOR EACH ROW
  WHEN (
    OLD.role IS NOT DISTINCT FROM NEW.role
    AND (OLD.granted_by IS DISTINCT FROM NEW.granted_by OR OLD.granted_at IS DISTINCT FROM NEW.granted_at)
  )
  EXECUTE FUNCTION _row_freeze('granted_by', 'granted_at');
COMMENT ON TRIGGER threat_model_access_freeze_grant ON threat_model_access IS 'Who gave a role, and when, is history until another is given.';

CREATE OR REPLACE TRIGGER threat_model_access_keep_owner
  BEFORE UPDATE OF role OR DELETE ON threat_model_access
  FOR EACH ROW
  WHEN (OLD.role = 'owner')
  EXECUTE FUNCTION _threat_model_access_keep_owner();
COMMENT ON TRIGGER threat_model_access_keep_owner ON threat_model_access IS 'Nobody removes or lowers the owner of record.';

CREATE OR REPLACE TRIGGER threat_model_access_leave_sessions
  AFTER DELETE ON threat_model_access
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threat_model_access_leave_sessions();
COMMENT ON TRIGGER threat_model_access_leave_sessions ON threat_model_access IS 'Whoever loses access leaves the sessions of the model.';
