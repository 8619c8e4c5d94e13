-- Keys and values for any entity. One column refers to six tables, so triggers do what a foreign key would.

CREATE TABLE metadata (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  threat_model_id uuid NOT NULL,
  diagram_id uuid,
  cell_id text,
  CONSTRAINT metadata_pkey PRIMARY KEY (id),
  CONSTRAINT metadata_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT metadata_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id) ON DELETE CASCADE,
  CONSTRAINT metadata_entity_type_entity_id_key_key UNIQUE (entity_type, entity_id, key),
  CONSTRAINT metadata_entity_type_check
    CHECK (entity_type IN ('threat_model', 'threat', 'diagram', 'document', 'source', 'cell')),
  CONSTRAINT metadata_cell_check CHECK (
    (entity_type = 'cell') = (diagram_id IS NOT NULL)
    AND (entity_type = 'cell') = (cell_id IS NOT NULL)
  ),
  CONSTRAINT metadata_cell_id_length_check CHECK (length(cell_id) <= 256),
  CONSTRAINT metadata_key_check CHECK (key ~ '^[a-zA-Z0-9_-]+$'),
  CONSTRAINT metadata_key_length_check CHECK (length(key) <= 128),
  CONSTRAINT metadata_value_length_check CHECK (
    value <> ''
    AND (
      length(value) <= 65535
      OR (length(value) <= 8388608 AND key ~ '^(td|otm|tmi|tmbom)-')
    )
  )
);
COMMENT ON TABLE metadata IS 'Key and value pairs of models, threats, diagrams, documents, sources and cells.';
COMMENT ON COLUMN metadata.id IS 'Identifier of the pair.';
COMMENT ON COLUMN metadata.entity_type IS 'What it describes: threat_model, threat, diagram, document, source or cell.';
COMMENT ON COLUMN metadata.entity_id IS 'Which one; of a cell, the UUID that is made of diagram and cell.';
COMMENT ON COLUMN metadata.key IS 'Letters, digits, dashes and underscores, up to 128; once per entity.';
COMMENT ON COLUMN metadata.value IS 'Any text that is not empty, up to 65,535 characters; 8 MB under the keys that importers reserve.';
COMMENT ON COLUMN metadata.created_at IS 'When the pair was first set.';
COMMENT ON COLUMN metadata.modified_at IS 'When the value last changed.';
COMMENT ON COLUMN metadata.threat_model_id IS 'The model that the entity is or belongs to; filled in when not given.';
COMMENT ON COLUMN metadata.diagram_id IS 'The diagram of the cell; NULL for other entities.';
COMMENT ON COLUMN metadata.cell_id IS 'The cell''s own id in the diagram; NULL for other entities.';
COMMENT ON CONSTRAINT metadata_pkey ON metadata IS 'A pair has one id.';
COMMENT ON CONSTRAINT metadata_threat_model_id_fkey ON metadata IS 'Metadata goes with its model.';
COMMENT ON CONSTRAINT metadata_diagram_id_fkey ON metadata IS 'A cell''s metadata goes with the diagram, which is of the same model.';
COMMENT ON CONSTRAINT metadata_entity_type_entity_id_key_key ON metadata IS 'A key has one value per entity.';
COMMENT ON CONSTRAINT metadata_entity_type_check ON metadata IS 'The six kinds of entity.';
COMMENT ON CONSTRAINT metadata_cell_check ON metadata IS 'Cells, and nothing else, are named by diagram and cell.';
COMMENT ON CONSTRAINT metadata_cell_id_length_check ON metadata IS 'No editor makes longer ids.';
COMMENT ON CONSTRAINT metadata_key_check ON metadata IS 'A key is a plain word.';
COMMENT ON CONSTRAINT metadata_key_length_check ON metadata IS 'A key fits its index.';
COMMENT ON CONSTRAINT metadata_value_length_check ON metadata IS 'A value is there and has an end; what importers keep may be long.';
COMMENT ON INDEX metadata_pkey IS 'Which pair has this id?';
COMMENT ON INDEX metadata_entity_type_entity_id_key_key IS 'Which value has this key of this entity?';

-- Plans are kept for models of all sizes. Made for the few rows that most models hold, they would read a large one from end to
-- end for one row; so the planner, if it does not know the model, is told of twenty.
ALTER TABLE metadata ALTER COLUMN threat_model_id SET (n_distinct = -0.05);

CREATE INDEX idx_metadata_threat_model
  ON metadata (entity_id)
  WHERE entity_type = 'threat_model';
COMMENT ON INDEX idx_metadata_threat_model IS 'What metadata has this model?';

CREATE INDEX idx_metadata_threat
  ON metadata (entity_id)
  WHERE entity_type = 'threat';
COMMENT ON INDEX idx_metadata_threat IS 'What metadata has this threat?';

CREATE INDEX idx_metadata_diagram
  ON metadata (entity_id)
  WHERE entity_type = 'diagram';
COMMENT ON INDEX idx_metadata_diagram IS 'What metadata has this diagram?';

CREATE INDEX idx_metadata_document
  ON metadata (entity_id)
  WHERE entity_type = 'document';
COMMENT ON INDEX idx_metadata_document IS 'What metadata has this document?';

CREATE INDEX idx_metadata_source
  ON metadata (entity_id)
  WHERE entity_type = 'source';
COMMENT ON INDEX idx_metadata_source IS 'What metadata has this source?';

CREATE INDEX idx_metadata_cell
  ON metadata (entity_id)
  WHERE entity_type = 'cell';
COMMENT ON INDEX idx_metadata_cell IS 'What metadata has this cell?';

CREATE INDEX idx_metadata_threat_model_id
  ON metadata (threat_model_id, key);
COMMENT ON INDEX idx_metadata_threat_model_id IS 'What metadata is there anywhere in this model, and which of it has this key?';

CREATE INDEX idx_metadata_diagram_id
  ON metadata (diagram_id)
  WHERE diagram_id IS NOT NULL;
COMMENT ON INDEX idx_metadata_diagram_id IS 'Which cells of this diagram have metadata? Changing or deleting it asks too.';

CREATE INDEX idx_metadata_words
  ON metadata USING gin (to_tsvector('simple', left(value, 65535)));
COMMENT ON INDEX idx_metadata_words IS 'Which metadata values have these words?';

CREATE INDEX idx_metadata_key_value
  ON metadata (key, md5(value), id);
COMMENT ON INDEX idx_metadata_key_value IS 'Which entities of any model have this key, or this key with this value?';

CREATE OR REPLACE TRIGGER metadata_bind
  BEFORE INSERT ON metadata
  FOR EACH ROW
  WHEN (NEW.threat_model_id IS NULL OR NEW.entity_id IS NULL)
  EXECUTE FUNCTION _metadata_bind();
COMMENT ON TRIGGER metadata_bind ON metadata IS 'Plain SQL names an entity; its model follows from it.';

CREATE OR REPLACE TRIGGER metadata_check
  AFTER INSERT ON metadata
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT
  EXECUTE FUNCTION _metadata_check();
COMMENT ON TRIGGER metadata_check ON metadata IS 'What metadata describes exists, and is of the model that it names.';

CREATE OR REPLACE TRIGGER metadata_freeze
  BEFORE UPDATE OF id, threat_model_id, entity_type, entity_id, diagram_id, cell_id, created_at ON metadata
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.entity_type IS DISTINCT FROM NEW.entity_type
    OR OLD.entity_id IS DISTINCT FROM NEW.entity_id
    OR OLD.diagram_id IS DISTINCT FROM NEW.diagram_id
    OR OLD.cell_id IS DISTINCT FROM NEW.cell_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze(
    'id', 'threat_model_id', 'entity_type', 'entity_id', 'diagram_id', 'cell_id', 'created_at'
  );
COMMENT ON TRIGGER metadata_freeze ON metadata IS 'Metadata is not moved to another entity.';

CREATE OR REPLACE TRIGGER metadata_touch
  BEFORE UPDATE ON metadata
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER metadata_touch ON metadata IS 'modified_at moves with every change.';
