-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's diagrams are seen by its readers and changed by its writers.

ALTER TABLE diagrams ENABLE ROW LEVEL SECURITY;
ALTER TABLE diagrams FORCE ROW LEVEL SECURITY;

REVOKE ALL ON diagrams FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, type, description, metadata, cells), UPDATE (name, description, metadata, cells), DELETE ON diagrams TO tmi_api;
GRANT SELECT, UPDATE (name) ON diagrams TO tmi_guard;
GRANT SELECT ON diagrams TO tmi_report;

DROP POLICY IF EXISTS diagrams_select_api ON diagrams;
CREATE POLICY diagrams_select_api ON diagrams
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY diagrams_select_api ON diagrams IS 'An API function sees the diagrams of the model it entered.';

DROP POLICY IF EXISTS diagrams_insert_api ON diagrams;
CREATE POLICY diagrams_insert_api ON diagrams
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_insert_api ON diagrams IS 'An API function adds diagrams to the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_update_api ON diagrams;
CREATE POLICY diagrams_update_api ON diagrams
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_update_api ON diagrams IS 'An API function changes diagrams of the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_delete_api ON diagrams;
CREATE POLICY diagrams_delete_api ON diagrams
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_delete_api ON diagrams IS 'An API function deletes diagrams of the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_select_guard ON diagrams;
CREATE POLICY diagrams_select_guard ON diagrams
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY diagrams_select_guard ON diagrams IS 'The guard finds the model of any diagram.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS diagrams_update_guard ON diagrams;
CREATE POLICY diagrams_update_guard ON diagrams
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY diagrams_update_guard ON diagrams IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS diagrams_select_report ON diagrams;
CREATE POLICY diagrams_select_report ON diagrams
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY diagrams_select_report ON diagrams IS 'A report sees the diagrams of the reader''s models.';
