-- Every edit of a drawing writes this index anew, with each key and value of each cell; but nothing is asked of it except
-- which drawings contain a cell like this, and for that half of it is enough.

DROP INDEX idx_diagrams_cells;

-- Which diagrams hold a cell like this?
CREATE INDEX idx_diagrams_cells
  ON diagrams USING gin (cells jsonb_path_ops);
