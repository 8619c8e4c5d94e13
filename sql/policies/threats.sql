-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's threats are seen by its readers and changed by its writers.

ALTER TABLE threats ENABLE ROW LEVEL SECURITY;
ALTER TABLE threats FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threats FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, issue_url, mitigation), UPDATE (diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, issue_url, mitigation), DELETE ON threats TO tmi_api;
GRANT SELECT, UPDATE (cell_id) ON threats TO tmi_guard;
GRANT SELECT ON threats TO tmi_report;

DROP POLICY IF EXISTS threats_select_api ON threats;
CREATE POLICY threats_select_api ON threats
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY threats_select_api ON threats IS 'An API function sees the threats of the model it entered.';

DROP POLICY IF EXISTS threats_insert_api ON threats;
CREATE POLICY threats_insert_api ON threats
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_insert_api ON threats IS 'An API function adds threats to the model it entered as writer.';

DROP POLICY IF EXISTS threats_update_api ON threats;
CREATE POLICY threats_update_api ON threats
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_update_api ON threats IS 'An API function changes threats of the model it entered as writer.';

DROP POLICY IF EXISTS threats_delete_api ON threats;
CREATE POLICY threats_delete_api ON threats
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_delete_api ON threats IS 'An API function deletes threats of the model it entered as writer.';

DROP POLICY IF EXISTS threats_select_guard ON threats;
CREATE POLICY threats_select_guard ON threats
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threats_select_guard ON threats IS 'The guard finds the model of any threat.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS threats_update_guard ON threats;
CREATE POLICY threats_update_guard ON threats
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threats_update_guard ON threats IS 'The guard unbinds threats from a cell that was removed, and locks what metadata describes.';

DROP POLICY IF EXISTS threats_select_report ON threats;
CREATE POLICY threats_select_report ON threats
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY threats_select_report ON threats IS 'A report sees the threats of the reader''s models.';
