-- What a model was drawn from: design papers, requirements, reports, by their addresses.

CREATE TABLE documents (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  description text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT documents_pkey PRIMARY KEY (id),
  CONSTRAINT documents_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT documents_name_check CHECK (length(name) > 0),
  CONSTRAINT documents_name_length_check CHECK (length(name) <= 256),
  CONSTRAINT documents_url_check CHECK (length(url) > 0),
  CONSTRAINT documents_url_length_check CHECK (length(url) <= 1024),
  CONSTRAINT documents_url_scheme_check CHECK (url ~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$'),
  CONSTRAINT documents_description_length_check CHECK (length(description) <= 1000000)
);
COMMENT ON TABLE documents IS 'Documents that threat models refer to.';
COMMENT ON COLUMN documents.id IS 'Identifier of the document.';
COMMENT ON COLUMN documents.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN documents.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN documents.url IS 'Where the document is: http, https, ssh, git or file, up to 1,024 characters.';
COMMENT ON COLUMN documents.description IS 'What it holds.';
COMMENT ON COLUMN documents.created_at IS 'When the document was added.';
COMMENT ON COLUMN documents.modified_at IS 'When the row last changed.';
COMMENT ON CONSTRAINT documents_pkey ON documents IS 'A document has one id.';
COMMENT ON CONSTRAINT documents_threat_model_id_fkey ON documents IS 'Documents go with their model.';
COMMENT ON CONSTRAINT documents_name_check ON documents IS 'A document has a name.';
COMMENT ON CONSTRAINT documents_name_length_check ON documents IS 'A name fits a line.';
COMMENT ON CONSTRAINT documents_url_check ON documents IS 'A document is somewhere.';
COMMENT ON CONSTRAINT documents_url_length_check ON documents IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT documents_url_scheme_check ON documents IS 'A link that is followed fetches something, and runs nothing.';
COMMENT ON CONSTRAINT documents_description_length_check ON documents IS 'A text has an end.';
COMMENT ON INDEX documents_pkey IS 'Which document has this id?';

-- Plans are kept for models of all sizes. Made for the few rows that most models hold, they would read a large one from end to
-- end for one row; so the planner, if it does not know the model, is told of a hundred.
ALTER TABLE documents ALTER COLUMN threat_model_id SET (n_distinct = -0.01);

CREATE INDEX idx_documents_threat_model_id_created_at
  ON documents (threat_model_id, created_at, id);
COMMENT ON INDEX idx_documents_threat_model_id_created_at IS 'Which are the newest documents of this model, and which come after this one when many were created at once?';

CREATE INDEX idx_documents_threat_model_id_modified_at
  ON documents (threat_model_id, modified_at) INCLUDE (id, created_at);
COMMENT ON INDEX idx_documents_threat_model_id_modified_at IS 'Which documents of this model changed last?';

CREATE INDEX idx_documents_words
  ON documents USING gin (to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)));
COMMENT ON INDEX idx_documents_words IS 'Which documents have these words in name or description?';

CREATE OR REPLACE TRIGGER documents_freeze
  BEFORE UPDATE OF id, threat_model_id, created_at ON documents
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
COMMENT ON TRIGGER documents_freeze ON documents IS 'A document is not moved to another model.';

CREATE OR REPLACE TRIGGER documents_touch
  BEFORE UPDATE ON documents
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER documents_touch ON documents IS 'modified_at moves with every change.';

CREATE OR REPLACE TRIGGER documents_count_insert
  AFTER INSERT ON documents
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _documents_count_insert();
COMMENT ON TRIGGER documents_count_insert ON documents IS 'The models'' document counts grow.';

CREATE OR REPLACE TRIGGER documents_count_delete
  AFTER DELETE ON documents
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _documents_count_delete();
COMMENT ON TRIGGER documents_count_delete ON documents IS 'The models'' document counts shrink.';

CREATE OR REPLACE TRIGGER documents_count_truncate
  AFTER TRUNCATE ON documents
  FOR EACH STATEMENT
  EXECUTE FUNCTION _documents_count_truncate();
COMMENT ON TRIGGER documents_count_truncate ON documents IS 'All document counts are 0.';

CREATE OR REPLACE TRIGGER documents_metadata_delete
  AFTER DELETE ON documents
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _documents_metadata_delete();
COMMENT ON TRIGGER documents_metadata_delete ON documents IS 'Metadata goes with its document.';

CREATE OR REPLACE TRIGGER documents_metadata_truncate
  AFTER TRUNCATE ON documents
  FOR EACH STATEMENT
  EXECUTE FUNCTION _documents_metadata_delete();
COMMENT ON TRIGGER documents_metadata_truncate ON documents IS 'Metadata goes with all documents.';
