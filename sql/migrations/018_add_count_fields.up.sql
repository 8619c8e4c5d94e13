-- A list of models shows how much each holds; counting four tables a model was too slow, so the counts are kept.

ALTER TABLE threat_models
  ADD COLUMN document_count integer NOT NULL DEFAULT 0,
  ADD COLUMN source_count integer NOT NULL DEFAULT 0,
  ADD COLUMN diagram_count integer NOT NULL DEFAULT 0,
  ADD COLUMN threat_count integer NOT NULL DEFAULT 0;

UPDATE threat_models m
SET
  document_count = (SELECT count(*) FROM documents c WHERE c.threat_model_id = m.id),
  source_count = (SELECT count(*) FROM sources c WHERE c.threat_model_id = m.id),
  diagram_count = (SELECT count(*) FROM diagrams c WHERE c.threat_model_id = m.id),
  threat_count = (SELECT count(*) FROM threats c WHERE c.threat_model_id = m.id);
