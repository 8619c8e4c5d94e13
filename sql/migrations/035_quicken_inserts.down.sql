-- Inserts get slower; nothing is lost.

DROP INDEX idx_threats_diagram_id;

CREATE INDEX idx_threats_diagram_id
  ON threats (diagram_id);

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_threat_model_framework_check,
  ADD CONSTRAINT threat_models_threat_model_framework_check
    CHECK (threat_model_framework IN ('CIA', 'STRIDE', 'LINDDUN', 'DIE', 'PLOT4ai'));

ALTER TABLE threats
  DROP CONSTRAINT threats_impact_check,
  DROP CONSTRAINT threats_likelihood_check,
  DROP CONSTRAINT threats_risk_rating_check,
  ADD CONSTRAINT threats_impact_check
    CHECK (impact IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')),
  ADD CONSTRAINT threats_likelihood_check
    CHECK (likelihood IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')),
  ADD CONSTRAINT threats_risk_rating_check
    CHECK (risk_rating IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical'));
