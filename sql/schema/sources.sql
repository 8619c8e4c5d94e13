-- The code that a model speaks about, by repository.

CREATE TABLE sources (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  description text,
  type text,
  parameters jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sources_pkey PRIMARY KEY (id),
  CONSTRAINT sources_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT sources_name_check CHECK (length(name) > 0),
  CONSTRAINT sources_name_length_check CHECK (length(name) <= 256),
  CONSTRAINT sources_url_check CHECK (length(url) > 0),
  CONSTRAINT sources_url_length_check CHECK (length(url) <= 1024),
  CONSTRAINT sources_url_scheme_check CHECK (url ~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$'),
  CONSTRAINT sources_description_length_check CHECK (length(description) <= 1000000),
  CONSTRAINT sources_type_check CHECK (type IN ('git', 'svn', 'mercurial', 'other'))
);
COMMENT ON TABLE sources IS 'Source code repositories that threat models refer to.';
COMMENT ON COLUMN sources.id IS 'Identifier of the source.';
COMMENT ON COLUMN sources.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN sources.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN sources.url IS 'Address of the repository: http, https, ssh, git or file, up to 1,024 characters.';
COMMENT ON COLUMN sources.description IS 'What it holds.';
COMMENT ON COLUMN sources.type IS 'git, svn, mercurial or other.';
COMMENT ON COLUMN sources.parameters IS 'What pins a branch, tag, commit or path: {refType, refValue, subPath}.';
COMMENT ON COLUMN sources.created_at IS 'When the source was added.';
COMMENT ON COLUMN sources.modified_at IS 'When the row last changed.';
COMMENT ON CONSTRAINT sources_pkey ON sources IS 'A source has one id.';
COMMENT ON CONSTRAINT sources_threat_model_id_fkey ON sources IS 'Sources go with their model.';
COMMENT ON CONSTRAINT sources_name_check ON sources IS 'A source has a name.';
COMMENT ON CONSTRAINT sources_name_length_check ON sources IS 'A name fits a line.';
COMMENT ON CONSTRAINT sources_url_check ON sources IS 'A source is somewhere.';
COMMENT ON CONSTRAINT sources_url_length_check ON sources IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT sources_url_scheme_check ON sources IS 'A link that is followed fetches something, and runs nothing.';
COMMENT ON CONSTRAINT sources_description_length_check ON sources IS 'A text has an end.';
COMMENT ON CONSTRAINT sources_type_check ON sources IS 'The kinds of repository that TMI knows.';
COMMENT ON INDEX sources_pkey IS 'Which source has this id?';

-- Plans are kept for models of all sizes. Made for the few rows that most models hold, they would read a large one from end to
-- end for one row; so the planner, if it does not know the model, is told of a hundred.
ALTER TABLE sources ALTER COLUMN threat_model_id SET (n_distinct = -0.01);

CREATE INDEX idx_sources_parameters
  ON sources USING gin (parameters);
COMMENT ON INDEX idx_sources_parameters IS 'Which sources are configured like this?';

CREATE INDEX idx_sources_threat_model_id_created_at
  ON sources (threat_model_id, created_at, id);
COMMENT ON INDEX idx_sources_threat_model_id_created_at IS 'Which are the newest sources of this model, and which come after this one when many were created at once?';

CREATE INDEX idx_sources_threat_model_id_modified_at
  ON sources (threat_model_id, modified_at) INCLUDE (id, created_at);
COMMENT ON INDEX idx_sources_threat_model_id_modified_at IS 'Which sources of this model changed last?';

CREATE INDEX idx_sources_words
  ON sources USING gin (to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)));
COMMENT ON INDEX idx_sources_words IS 'Which sources have these words in name or description?';

CREATE OR REPLACE TRIGGER sources_freeze
  BEFORE UPDATE OF id, threat_model_id, created_at ON sources
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
COMMENT ON TRIGGER sources_freeze ON sources IS 'A source is not moved to another model.';

CREATE OR REPLACE TRIGGER sources_parameters
  BEFORE INSERT OR UPDATE OF parameters ON sources
  FOR EACH ROW
  WHEN (NEW.parameters IS NOT NULL)
  EXECUTE FUNCTION _sources_parameters();
COMMENT ON TRIGGER sources_parameters ON sources IS 'Parameters say a branch, tag, commit or path, and nothing else.';

CREATE OR REPLACE TRIGGER sources_touch
  BEFORE UPDATE ON sources
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER sources_touch ON sources IS 'modified_at moves with every change.';

CREATE OR REPLACE TRIGGER sources_count_insert
  AFTER INSERT ON sources
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _sources_count_insert();
COMMENT ON TRIGGER sources_count_insert ON sources IS 'The models'' source counts grow.';

CREATE OR REPLACE TRIGGER sources_count_delete
  AFTER DELETE ON sources
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _sources_count_delete();
COMMENT ON TRIGGER sources_count_delete ON sources IS 'The models'' source counts shrink.';

CREATE OR REPLACE TRIGGER sources_count_truncate
  AFTER TRUNCATE ON sources
  FOR EACH STATEMENT
  EXECUTE FUNCTION _sources_count_truncate();
COMMENT ON TRIGGER sources_count_truncate ON sources IS 'All source counts are 0.';

CREATE OR REPLACE TRIGGER sources_metadata_delete
  AFTER DELETE ON sources
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _sources_metadata_delete();
COMMENT ON TRIGGER sources_metadata_delete ON sources IS 'Metadata goes with its source.';

CREATE OR REPLACE TRIGGER sources_metadata_truncate
  AFTER TRUNCATE ON sources
  FOR EACH STATEMENT
  EXECUTE FUNCTION _sources_metadata_delete();
COMMENT ON TRIGGER sources_metadata_truncate ON sources IS 'Metadata goes with all sources.';
