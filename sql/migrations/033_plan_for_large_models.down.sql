-- Calls about large models get slower; nothing is lost.

ALTER TABLE metadata ALTER COLUMN threat_model_id RESET (n_distinct);
ALTER TABLE diagrams ALTER COLUMN threat_model_id RESET (n_distinct);
ALTER TABLE sources ALTER COLUMN threat_model_id RESET (n_distinct);
ALTER TABLE documents ALTER COLUMN threat_model_id RESET (n_distinct);
ALTER TABLE threats ALTER COLUMN threat_model_id RESET (n_distinct);

ANALYZE threats, documents, sources, diagrams, metadata;
