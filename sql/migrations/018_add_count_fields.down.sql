-- Counts can be had again from the rows themselves.

ALTER TABLE threat_models
  DROP COLUMN threat_count,
  DROP COLUMN diagram_count,
  DROP COLUMN source_count,
  DROP COLUMN document_count;
