-- A threat can be rated, scored, tracked to its end, and pinned to a cell of a drawing; it outlives that drawing.

ALTER TABLE threats
  ADD COLUMN diagram_id uuid,
  ADD COLUMN cell_id text,
  ADD COLUMN score integer,
  ADD COLUMN priority text,
  ADD COLUMN mitigated boolean DEFAULT false,
  ADD COLUMN status text,
  ADD COLUMN threat_type text,
  ADD COLUMN issue_url text,
  ADD CONSTRAINT threats_diagram_id_fkey
    FOREIGN KEY (diagram_id) REFERENCES diagrams (id) ON DELETE SET NULL,
  ADD CONSTRAINT threats_impact_check
    CHECK (impact IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')),
  ADD CONSTRAINT threats_likelihood_check
    CHECK (likelihood IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')),
  ADD CONSTRAINT threats_risk_rating_check
    CHECK (risk_rating IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')),
  ADD CONSTRAINT threats_score_check
    CHECK (score >= 0 AND score <= 100);
