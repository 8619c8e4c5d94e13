-- Cells become text again; what stood in diagrams.metadata is lost, and the types stay DFD-1.0.0.

DROP INDEX idx_diagrams_cells;

DROP INDEX idx_diagrams_metadata;

ALTER TABLE diagrams
  DROP CONSTRAINT diagrams_type_check,
  ADD COLUMN content text;

UPDATE diagrams
SET content = cells::text
WHERE cells <> '[]'::jsonb;

ALTER TABLE diagrams
  DROP COLUMN cells,
  DROP COLUMN metadata;
