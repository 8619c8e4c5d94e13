-- What can go wrong in a model.

CREATE TABLE threats (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  description text,
  impact text,
  likelihood text,
  risk_rating text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  diagram_id uuid,
  cell_id text,
  score integer,
  priority text,
  mitigated boolean DEFAULT false,
  status text,
  threat_type text,
  issue_url text,
  mitigation text,
  CONSTRAINT threats_pkey PRIMARY KEY (id),
  CONSTRAINT threats_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT threats_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id)
    ON DELETE SET NULL (diagram_id),
  CONSTRAINT threats_cell_check CHECK (cell_id IS NULL OR diagram_id IS NOT NULL),
  CONSTRAINT threats_cell_id_length_check CHECK (length(cell_id) <= 256),
  CONSTRAINT threats_name_check CHECK (length(name) > 0),
  CONSTRAINT threats_name_length_check CHECK (length(name) <= 256),
  CONSTRAINT threats_description_length_check CHECK (length(description) <= 1000000),
  CONSTRAINT threats_mitigation_length_check CHECK (length(mitigation) <= 1000000),
  -- One constant, not a list: checks are read anew for every statement, and this in less time.
  CONSTRAINT threats_impact_check CHECK (impact = ANY ('{Unknown,None,Low,Medium,High,Critical}')),
  CONSTRAINT threats_likelihood_check CHECK (likelihood = ANY ('{Unknown,None,Low,Medium,High,Critical}')),
  CONSTRAINT threats_risk_rating_check CHECK (risk_rating = ANY ('{Unknown,None,Low,Medium,High,Critical}')),
  CONSTRAINT threats_score_check CHECK (score >= 0 AND score <= 100),
  CONSTRAINT threats_priority_length_check CHECK (length(priority) <= 256),
  CONSTRAINT threats_status_length_check CHECK (length(status) <= 256),
  CONSTRAINT threats_threat_type_length_check CHECK (length(threat_type) <= 256),
  CONSTRAINT threats_issue_url_length_check CHECK (length(issue_url) <= 1024)
);
COMMENT ON TABLE threats IS 'Security threats of threat models.';
COMMENT ON COLUMN threats.id IS 'Identifier of the threat.';
COMMENT ON COLUMN threats.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN threats.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN threats.description IS 'What could happen.';
COMMENT ON COLUMN threats.impact IS 'How bad it would be: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.likelihood IS 'How likely it is: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.risk_rating IS 'How grave it is in all: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.created_at IS 'When the threat was created.';
COMMENT ON COLUMN threats.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN threats.diagram_id IS 'The diagram of the same model that shows it; NULL for none.';
COMMENT ON COLUMN threats.cell_id IS 'The cell of that diagram that it is pinned to; NULL for none.';
COMMENT ON COLUMN threats.score IS 'Numeric risk, 0 to 100.';
COMMENT ON COLUMN threats.priority IS 'How soon it is to be dealt with, in the team''s own words.';
COMMENT ON COLUMN threats.mitigated IS 'Whether it is dealt with.';
COMMENT ON COLUMN threats.status IS 'Where the work stands: usually open, in_progress, mitigated, accepted, false_positive or closed.';
COMMENT ON COLUMN threats.threat_type IS 'Category, for example a STRIDE word.';
COMMENT ON COLUMN threats.issue_url IS 'Where the work on it is tracked.';
COMMENT ON COLUMN threats.mitigation IS 'What is done about it.';
COMMENT ON CONSTRAINT threats_pkey ON threats IS 'A threat has one id.';
COMMENT ON CONSTRAINT threats_threat_model_id_fkey ON threats IS 'Threats go with their model.';
COMMENT ON CONSTRAINT threats_diagram_id_fkey ON threats IS 'A threat names a diagram of its own model, and outlives it.';
COMMENT ON CONSTRAINT threats_cell_check ON threats IS 'A cell is a cell of some diagram.';
COMMENT ON CONSTRAINT threats_cell_id_length_check ON threats IS 'No editor makes longer ids.';
COMMENT ON CONSTRAINT threats_name_check ON threats IS 'A threat has a name.';
COMMENT ON CONSTRAINT threats_name_length_check ON threats IS 'A name fits a line.';
COMMENT ON CONSTRAINT threats_description_length_check ON threats IS 'A text has an end.';
COMMENT ON CONSTRAINT threats_mitigation_length_check ON threats IS 'A text has an end.';
COMMENT ON CONSTRAINT threats_impact_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_likelihood_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_risk_rating_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_score_check ON threats IS 'Scores can be compared between models.';
COMMENT ON CONSTRAINT threats_priority_length_check ON threats IS 'A word or two.';
COMMENT ON CONSTRAINT threats_status_length_check ON threats IS 'A word or two.';
COMMENT ON CONSTRAINT threats_threat_type_length_check ON threats IS 'A word or two.';
COMMENT ON CONSTRAINT threats_issue_url_length_check ON threats IS 'An address that a browser takes.';
COMMENT ON INDEX threats_pkey IS 'Which threat has this id?';

-- Plans are kept for models of all sizes. Made for the few rows that most models hold, they would read a large one from end to
-- end for one row; so the planner, if it does not know the model, is told of a hundred.
ALTER TABLE threats ALTER COLUMN threat_model_id SET (n_distinct = -0.01);

CREATE INDEX idx_threats_threat_model_id_created_at
  ON threats (threat_model_id, created_at, id);
COMMENT ON INDEX idx_threats_threat_model_id_created_at IS 'Which are the newest threats of this model, and which come after this one when many were created at once?';

CREATE INDEX idx_threats_threat_model_id_modified_at
  ON threats (threat_model_id, modified_at) INCLUDE (id, created_at);
COMMENT ON INDEX idx_threats_threat_model_id_modified_at IS 'Which threats of this model changed last?';

CREATE INDEX idx_threats_diagram_id
  ON threats (diagram_id)
  WHERE diagram_id IS NOT NULL;
COMMENT ON INDEX idx_threats_diagram_id IS 'Which threats are pinned to this diagram? Changing or deleting it asks too.';

CREATE INDEX idx_threats_words
  ON threats USING gin (to_tsvector('simple', left(name || ' ' || coalesce(description, '') || ' ' || coalesce(mitigation, ''), 100000)));
COMMENT ON INDEX idx_threats_words IS 'Which threats have these words in name, description or mitigation?';

-- Triggers of one kind run in the order of their names: the cell goes before modified_at is compared.
CREATE OR REPLACE TRIGGER threats_cell
  BEFORE UPDATE OF diagram_id ON threats
  FOR EACH ROW
  WHEN (OLD.diagram_id IS NOT NULL AND NEW.diagram_id IS NULL AND OLD.cell_id = NEW.cell_id)
  EXECUTE FUNCTION _threats_cell();
COMMENT ON TRIGGER threats_cell ON threats IS 'Without its diagram a threat has no cell.';

CREATE OR REPLACE TRIGGER threats_freeze
  BEFORE UPDATE OF id, threat_model_id, created_at ON threats
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
COMMENT ON TRIGGER threats_freeze ON threats IS 'A threat is not moved to another model.';

CREATE OR REPLACE TRIGGER threats_touch
  BEFORE UPDATE ON threats
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER threats_touch ON threats IS 'modified_at moves with every change.';

CREATE OR REPLACE TRIGGER threats_count_insert
  AFTER INSERT ON threats
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threats_count_insert();
COMMENT ON TRIGGER threats_count_insert ON threats IS 'The models'' threat counts grow.';

CREATE OR REPLACE TRIGGER threats_count_delete
  AFTER DELETE ON threats
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threats_count_delete();
COMMENT ON TRIGGER threats_count_delete ON threats IS 'The models'' threat counts shrink.';

CREATE OR REPLACE TRIGGER threats_count_truncate
  AFTER TRUNCATE ON threats
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threats_count_truncate();
COMMENT ON TRIGGER threats_count_truncate ON threats IS 'All threat counts are 0.';

CREATE OR REPLACE TRIGGER threats_metadata_delete
  AFTER DELETE ON threats
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threats_metadata_delete();
COMMENT ON TRIGGER threats_metadata_delete ON threats IS 'Metadata goes with its threat.';

CREATE OR REPLACE TRIGGER threats_metadata_truncate
  AFTER TRUNCATE ON threats
  FOR EACH STATEMENT
  EXECUTE FUNCTION _threats_metadata_delete();
COMMENT ON TRIGGER threats_metadata_truncate ON threats IS 'Metadata goes with all threats.';
