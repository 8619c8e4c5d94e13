-- Checks are read anew for every statement, and a list of words takes longer to read than one array of them. An index of
-- diagrams need not hold the threats that are in none.

ALTER TABLE threats
  DROP CONSTRAINT threats_impact_check,
  DROP CONSTRAINT threats_likelihood_check,
  DROP CONSTRAINT threats_risk_rating_check,
  ADD CONSTRAINT threats_impact_check
    CHECK (impact = ANY ('{Unknown,None,Low,Medium,High,Critical}')),
  ADD CONSTRAINT threats_likelihood_check
    CHECK (likelihood = ANY ('{Unknown,None,Low,Medium,High,Critical}')),
  ADD CONSTRAINT threats_risk_rating_check
    CHECK (risk_rating = ANY ('{Unknown,None,Low,Medium,High,Critical}'));

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_threat_model_framework_check,
  ADD CONSTRAINT threat_models_threat_model_framework_check
    CHECK (threat_model_framework = ANY ('{CIA,STRIDE,LINDDUN,DIE,PLOT4ai}'));

DROP INDEX idx_threats_diagram_id;

-- Which threats are pinned to this diagram?
CREATE INDEX idx_threats_diagram_id
  ON threats (diagram_id)
  WHERE diagram_id IS NOT NULL;
