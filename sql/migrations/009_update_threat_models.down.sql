-- Frameworks and issue links are lost with their columns.

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_threat_model_framework_check,
  DROP COLUMN issue_url,
  DROP COLUMN threat_model_framework;
