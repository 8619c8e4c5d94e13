-- A plan that is kept serves models of all sizes. Made for the few rows that most models hold, it would read a large one from
-- end to end for one row, so the planner is told of more.

ALTER TABLE threats ALTER COLUMN threat_model_id SET (n_distinct = -0.01);
ALTER TABLE documents ALTER COLUMN threat_model_id SET (n_distinct = -0.01);
ALTER TABLE sources ALTER COLUMN threat_model_id SET (n_distinct = -0.01);
ALTER TABLE diagrams ALTER COLUMN threat_model_id SET (n_distinct = -0.05);
ALTER TABLE metadata ALTER COLUMN threat_model_id SET (n_distinct = -0.05);

-- Only then does the planner hear of it.
ANALYZE threats, documents, sources, diagrams, metadata;
