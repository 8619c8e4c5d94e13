-- Edits of large drawings get slower; nothing is lost.

DROP INDEX idx_diagrams_cells;

CREATE INDEX idx_diagrams_cells
  ON diagrams USING gin (cells);
