-- The eight columns are lost with what they hold; the threats stay.

ALTER TABLE threats
  DROP CONSTRAINT threats_score_check,
  DROP CONSTRAINT threats_risk_rating_check,
  DROP CONSTRAINT threats_likelihood_check,
  DROP CONSTRAINT threats_impact_check,
  DROP CONSTRAINT threats_diagram_id_fkey,
  DROP COLUMN issue_url,
  DROP COLUMN threat_type,
  DROP COLUMN status,
  DROP COLUMN mitigated,
  DROP COLUMN priority,
  DROP COLUMN score,
  DROP COLUMN cell_id,
  DROP COLUMN diagram_id;
