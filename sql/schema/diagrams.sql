-- Drawings of a model, cell by cell.

CREATE TABLE diagrams (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  description text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb DEFAULT '[]'::jsonb,
  cells jsonb DEFAULT '[]'::jsonb,
  CONSTRAINT diagrams_pkey PRIMARY KEY (id),
  CONSTRAINT diagrams_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT diagrams_threat_model_id_id_key UNIQUE (threat_model_id, id),
  CONSTRAINT diagrams_name_check CHECK (length(name) > 0),
  CONSTRAINT diagrams_name_length_check CHECK (length(name) <= 256),
  CONSTRAINT diagrams_type_check CHECK (type = 'DFD-1.0.0'),
  CONSTRAINT diagrams_description_length_check CHECK (length(description) <= 1000000)
);
COMMENT ON TABLE diagrams IS 'Data flow diagrams of threat models.';
COMMENT ON COLUMN diagrams.id IS 'Identifier of the diagram.';
COMMENT ON COLUMN diagrams.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN diagrams.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN diagrams.type IS 'Always DFD-1.0.0.';
COMMENT ON COLUMN diagrams.description IS 'What the diagram shows.';
COMMENT ON COLUMN diagrams.created_at IS 'When the diagram was created.';
COMMENT ON COLUMN diagrams.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN diagrams.metadata IS 'What tools attach to the drawing; keys and values of a diagram stand in the table metadata.';
COMMENT ON COLUMN diagrams.cells IS 'Elements of the drawing: an array of AntV X6 cells, each with an id of its own in the diagram.';
COMMENT ON CONSTRAINT diagrams_pkey ON diagrams IS 'A diagram has one id.';
COMMENT ON CONSTRAINT diagrams_threat_model_id_fkey ON diagrams IS 'Diagrams go with their model.';
COMMENT ON CONSTRAINT diagrams_threat_model_id_id_key ON diagrams IS 'Threats, sessions and metadata refer to a diagram together with its model.';
COMMENT ON CONSTRAINT diagrams_name_check ON diagrams IS 'A diagram has a name.';
COMMENT ON CONSTRAINT diagrams_name_length_check ON diagrams IS 'A name fits a line.';
COMMENT ON CONSTRAINT diagrams_type_check ON diagrams IS 'There is one type of diagram so far.';
COMMENT ON CONSTRAINT diagrams_description_length_check ON diagrams IS 'A text has an end.';
COMMENT ON INDEX diagrams_pkey IS 'Which diagram has this id?';
COMMENT ON INDEX diagrams_threat_model_id_id_key IS 'Is this diagram of this model?';

-- Plans are kept for models of all sizes. Made for the few rows that most models hold, they would read a large one from end to
-- end for one row; so the planner, if it does not know the model, is told of twenty.
ALTER TABLE diagrams ALTER COLUMN threat_model_id SET (n_distinct = -0.05);

CREATE INDEX idx_diagrams_metadata
  ON diagrams USING gin (metadata);
COMMENT ON INDEX idx_diagrams_metadata IS 'Which diagrams carry an attachment like this?';

-- By paths, since containment is all that is asked of it: every change of a drawing writes the index anew, and so it is
-- half as large and takes half as long.
CREATE INDEX idx_diagrams_cells
  ON diagrams USING gin (cells jsonb_path_ops);
COMMENT ON INDEX idx_diagrams_cells IS 'Which diagrams hold a cell like this?';

CREATE INDEX idx_diagrams_threat_model_id_created_at
  ON diagrams (threat_model_id, created_at, id);
COMMENT ON INDEX idx_diagrams_threat_model_id_created_at IS 'Which are the newest diagrams of this model, and which come after this one when many were created at once?';

CREATE INDEX idx_diagrams_threat_model_id_modified_at
  ON diagrams (threat_model_id, modified_at) INCLUDE (id, created_at);
COMMENT ON INDEX idx_diagrams_threat_model_id_modified_at IS 'Which diagrams of this model changed last?';

CREATE INDEX idx_diagrams_words
  ON diagrams USING gin (to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)));
COMMENT ON INDEX idx_diagrams_words IS 'Which diagrams have these words in name or description?';

CREATE OR REPLACE TRIGGER diagrams_freeze
  BEFORE UPDATE OF id, threat_model_id, created_at ON diagrams
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
COMMENT ON TRIGGER diagrams_freeze ON diagrams IS 'A diagram is not moved to another model.';

CREATE OR REPLACE TRIGGER diagrams_touch
  BEFORE UPDATE ON diagrams
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER diagrams_touch ON diagrams IS 'modified_at moves with every change.';

-- Without a condition on what changed: comparing two drawings costs more than asking whether anything names a cell.
CREATE OR REPLACE TRIGGER diagrams_cells_removed
  AFTER UPDATE OF cells ON diagrams
  FOR EACH ROW
  EXECUTE FUNCTION _diagrams_cells_removed();
COMMENT ON TRIGGER diagrams_cells_removed ON diagrams IS 'What names a cell that is gone is let go.';

CREATE OR REPLACE TRIGGER diagrams_count_insert
  AFTER INSERT ON diagrams
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _diagrams_count_insert();
COMMENT ON TRIGGER diagrams_count_insert ON diagrams IS 'The models'' diagram counts grow.';

CREATE OR REPLACE TRIGGER diagrams_count_delete
  AFTER DELETE ON diagrams
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _diagrams_count_delete();
COMMENT ON TRIGGER diagrams_count_delete ON diagrams IS 'The models'' diagram counts shrink.';

CREATE OR REPLACE TRIGGER diagrams_count_truncate
  AFTER TRUNCATE ON diagrams
  FOR EACH STATEMENT
  EXECUTE FUNCTION _diagrams_count_truncate();
COMMENT ON TRIGGER diagrams_count_truncate ON diagrams IS 'All diagram counts are 0.';

CREATE OR REPLACE TRIGGER diagrams_metadata_delete
  AFTER DELETE ON diagrams
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _diagrams_metadata_delete();
COMMENT ON TRIGGER diagrams_metadata_delete ON diagrams IS 'Metadata goes with its diagram; that of its cells by foreign key.';

CREATE OR REPLACE TRIGGER diagrams_metadata_truncate
  AFTER TRUNCATE ON diagrams
  FOR EACH STATEMENT
  EXECUTE FUNCTION _diagrams_metadata_delete();
COMMENT ON TRIGGER diagrams_metadata_truncate ON diagrams IS 'Metadata goes with all diagrams.';

CREATE OR REPLACE TRIGGER diagrams_notify
  AFTER INSERT OR DELETE ON diagrams
  FOR EACH ROW
  EXECUTE FUNCTION _row_notify('diagram');
COMMENT ON TRIGGER diagrams_notify ON diagrams IS 'Listeners hear of diagrams that come and go.';

CREATE OR REPLACE TRIGGER diagrams_notify_update
  AFTER UPDATE ON diagrams
  FOR EACH ROW
  WHEN (OLD.modified_at IS DISTINCT FROM NEW.modified_at)
  EXECUTE FUNCTION _row_notify('diagram');
COMMENT ON TRIGGER diagrams_notify_update ON diagrams IS 'Listeners hear of diagrams that change.';
