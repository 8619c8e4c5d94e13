-- Model, drawing and cell can be found again from the entities; ids of cells stay as the rule made them.

DROP INDEX idx_metadata_diagram_id;

DROP INDEX idx_metadata_threat_model_id;

ALTER TABLE metadata
  DROP CONSTRAINT metadata_cell_check,
  DROP CONSTRAINT metadata_diagram_id_fkey,
  DROP CONSTRAINT metadata_threat_model_id_fkey,
  DROP COLUMN cell_id,
  DROP COLUMN diagram_id,
  DROP COLUMN threat_model_id;
