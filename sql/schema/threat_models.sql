-- The central entity. Counters change with every row of a model: the fill factor leaves room for them on the page.

CREATE TABLE threat_models (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  name text NOT NULL,
  description text,
  owner_email text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  threat_model_framework text,
  issue_url text,
  document_count integer NOT NULL DEFAULT 0,
  source_count integer NOT NULL DEFAULT 0,
  diagram_count integer NOT NULL DEFAULT 0,
  threat_count integer NOT NULL DEFAULT 0,
  CONSTRAINT threat_models_pkey PRIMARY KEY (id),
  CONSTRAINT threat_models_owner_email_fkey
    FOREIGN KEY (owner_email) REFERENCES users (email) ON UPDATE CASCADE ON DELETE RESTRICT,
  CONSTRAINT threat_models_name_check CHECK (length(name) > 0),
  -- One constant, not a list: checks are read anew for every statement, and each insert of a threat updates its model.
  CONSTRAINT threat_models_threat_model_framework_check
    CHECK (threat_model_framework = ANY ('{CIA,STRIDE,LINDDUN,DIE,PLOT4ai}'))
)
WITH (fillfactor = 80);
COMMENT ON TABLE threat_models IS 'Threat models: threats, diagrams, documents and sources belong to one each, and so does who may use them.';
COMMENT ON COLUMN threat_models.id IS 'Identifier of the model.';
COMMENT ON COLUMN threat_models.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN threat_models.description IS 'What the model is about, up to 1,000,000 characters.';
COMMENT ON COLUMN threat_models.owner_email IS 'The owner of record, who answers for the model.';
COMMENT ON COLUMN threat_models.created_by IS 'Address of the creator as it was then.';
COMMENT ON COLUMN threat_models.created_at IS 'When the model was created.';
COMMENT ON COLUMN threat_models.modified_at IS 'When the row last changed, cached counts excepted.';
COMMENT ON COLUMN threat_models.threat_model_framework IS 'CIA, STRIDE, LINDDUN, DIE or PLOT4ai; NULL for none of them.';
COMMENT ON COLUMN threat_models.issue_url IS 'Where the work on the model is tracked, up to 1,024 characters.';
COMMENT ON COLUMN threat_models.document_count IS 'Number of documents, kept by trigger.';
COMMENT ON COLUMN threat_models.source_count IS 'Number of sources, kept by trigger.';
COMMENT ON COLUMN threat_models.diagram_count IS 'Number of diagrams, kept by trigger.';
COMMENT ON COLUMN threat_models.threat_count IS 'Number of threats, kept by trigger.';
COMMENT ON CONSTRAINT threat_models_pkey ON threat_models IS 'A model has one id.';
COMMENT ON CONSTRAINT threat_models_owner_email_fkey ON threat_models IS 'A person can''t go while a model is theirs; a changed address is followed.';
COMMENT ON CONSTRAINT threat_models_name_check ON threat_models IS 'A model has a name.';
COMMENT ON CONSTRAINT threat_models_threat_model_framework_check ON threat_models IS 'The frameworks that TMI knows.';
COMMENT ON INDEX threat_models_pkey IS 'Which model has this id?';

CREATE INDEX idx_threat_models_owner_email
  ON threat_models (owner_email, created_at) INCLUDE (id);
COMMENT ON INDEX idx_threat_models_owner_email IS 'Which models does this person own, the newest first?';

CREATE INDEX idx_threat_models_words
  ON threat_models USING gin (to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)));
COMMENT ON INDEX idx_threat_models_words IS 'Which models have these words in name or description?';

CREATE OR REPLACE TRIGGER threat_models_count_reset
  BEFORE INSERT ON threat_models
  FOR EACH ROW
  WHEN (
    NEW.document_count IS DISTINCT FROM 0
    OR NEW.source_count IS DISTINCT FROM 0
    OR NEW.diagram_count IS DISTINCT FROM 0
    OR NEW.threat_count IS DISTINCT FROM 0
  )
  EXECUTE FUNCTION _threat_models_count_reset();
COMMENT ON TRIGGER threat_models_count_reset ON threat_models IS 'A new model holds nothing, whatever its row says.';

-- The condition is read anew for every insert of a threat, so it is short: it names no column, and its constant is a text of
-- nine bytes where a name would have 64.
CREATE OR REPLACE TRIGGER threat_models_count_guard
  BEFORE UPDATE OF document_count, source_count, diagram_count, threat_count ON threat_models
  FOR EACH ROW
  WHEN (CURRENT_USER <> 'tmi_guard'::text)
  EXECUTE FUNCTION _threat_models_count_guard();
COMMENT ON TRIGGER threat_models_count_guard ON threat_models IS 'Only the guard writes counts.';

-- Not checks, as in other tables: those of a row are made with every update, and a model's counts are updated with each row
-- that comes or goes in it. A description of a megabyte would be read, unpacked and measured for every threat.
CREATE OR REPLACE TRIGGER threat_models_lengths
  BEFORE INSERT OR UPDATE OF name, description, issue_url ON threat_models
  FOR EACH ROW
  WHEN (length(NEW.name) > 256 OR length(NEW.description) > 1000000 OR length(NEW.issue_url) > 1024)
  EXECUTE FUNCTION _row_lengths('name', '256', 'description', '1000000', 'issue_url', '1024');
COMMENT ON TRIGGER threat_models_lengths ON threat_models IS 'A name fits a line, a text has an end, and an address is one that a browser takes.';

CREATE OR REPLACE TRIGGER threat_models_freeze
  BEFORE UPDATE OF id, created_by, created_at ON threat_models
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.created_by IS DISTINCT FROM NEW.created_by
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'created_by', 'created_at');
COMMENT ON TRIGGER threat_models_freeze ON threat_models IS 'Who created a model, and when, is history.';

-- Every column that can change but the counts: their updates are frequent, and no change of the model.
CREATE OR REPLACE TRIGGER threat_models_touch
  BEFORE UPDATE OF name, description, owner_email, modified_at, threat_model_framework, issue_url ON threat_models
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER threat_models_touch ON threat_models IS 'modified_at moves with every change but that of a count.';

CREATE OR REPLACE TRIGGER threat_models_mirror_owner
  AFTER INSERT OR UPDATE OF owner_email ON threat_models
  FOR EACH ROW
  EXECUTE FUNCTION _threat_models_mirror_owner();
COMMENT ON TRIGGER threat_models_mirror_owner ON threat_models IS 'The owner of record always has an access row of role owner.';

-- Commits that announce something wait for each other, so for models it is off until somebody switches it on:
-- ALTER ROLE a_service IN DATABASE a_database SET tmi.notify_models TO on, or ALTER DATABASE for all that are in it.
CREATE OR REPLACE TRIGGER threat_models_notify
  AFTER INSERT OR DELETE ON threat_models
  FOR EACH ROW
  WHEN (current_setting('tmi.notify_models', true) = 'on')
  EXECUTE FUNCTION _row_notify('threat_model');
COMMENT ON TRIGGER threat_models_notify ON threat_models IS 'Listeners hear of models that come and go, if tmi.notify_models is on.';

-- Every column that can change but the counts.
CREATE OR REPLACE TRIGGER threat_models_notify_update
  AFTER UPDATE OF name, description, owner_email, threat_model_framework, issue_url ON threat_models
  FOR EACH ROW
  WHEN (current_setting('tmi.notify_models', true) = 'on' AND OLD.modified_at IS DISTINCT FROM NEW.modified_at)
  EXECUTE FUNCTION _row_notify('threat_model');
COMMENT ON TRIGGER threat_models_notify_update ON threat_models IS 'Listeners hear of models that change, if tmi.notify_models is on.';
