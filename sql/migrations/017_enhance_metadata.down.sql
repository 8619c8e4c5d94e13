-- The narrower list of entities has no place for cells: their metadata is deleted.

DROP INDEX idx_metadata_cell;

DELETE FROM metadata
WHERE entity_type = 'cell';

ALTER TABLE metadata
  DROP CONSTRAINT metadata_key_check,
  DROP CONSTRAINT metadata_entity_type_check,
  ADD CONSTRAINT metadata_entity_type_check
    CHECK (entity_type IN ('threat_model', 'threat', 'diagram', 'document', 'source')),
  ADD CONSTRAINT metadata_key_check
    CHECK (length(key) > 0);
