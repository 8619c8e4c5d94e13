-- A model says by which framework it was made and where its work is tracked; both may be left open.

ALTER TABLE threat_models
  ADD COLUMN threat_model_framework text,
  ADD COLUMN issue_url text,
  ADD CONSTRAINT threat_models_threat_model_framework_check
    CHECK (threat_model_framework IN ('CIA', 'STRIDE', 'LINDDUN', 'DIE', 'PLOT4ai'));
