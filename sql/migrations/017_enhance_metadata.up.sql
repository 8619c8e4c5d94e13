-- Cells carry metadata too, and a key is a plain word. A key that is none stops the migration: nothing is rewritten.

ALTER TABLE metadata
  DROP CONSTRAINT metadata_entity_type_check,
  DROP CONSTRAINT metadata_key_check,
  ADD CONSTRAINT metadata_entity_type_check
    CHECK (entity_type IN ('threat_model', 'threat', 'diagram', 'document', 'source', 'cell')),
  ADD CONSTRAINT metadata_key_check
    CHECK (key ~ '^[a-zA-Z0-9_-]+$');

-- What metadata has this cell?
CREATE INDEX idx_metadata_cell
  ON metadata (entity_id)
  WHERE entity_type = 'cell';
