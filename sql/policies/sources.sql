-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's sources are seen by its readers and changed by its writers.

ALTER TABLE sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE sources FORCE ROW LEVEL SECURITY;

REVOKE ALL ON sources FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, url, description, type, parameters), UPDATE (name, url, description, type, parameters), DELETE ON sources TO tmi_api;
GRANT SELECT, UPDATE (name) ON sources TO tmi_guard;
GRANT SELECT ON sources TO tmi_report;

DROP POLICY IF EXISTS sources_select_api ON sources;
CREATE POLICY sources_select_api ON sources
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY sources_select_api ON sources IS 'An API function sees the sources of the model it entered.';

DROP POLICY IF EXISTS sources_insert_api ON sources;
CREATE POLICY sources_insert_api ON sources
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_insert_api ON sources IS 'An API function adds sources to the model it entered as writer.';

DROP POLICY IF EXISTS sources_update_api ON sources;
CREATE POLICY sources_update_api ON sources
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_update_api ON sources IS 'An API function changes sources of the model it entered as writer.';

DROP POLICY IF EXISTS sources_delete_api ON sources;
CREATE POLICY sources_delete_api ON sources
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_delete_api ON sources IS 'An API function deletes sources of the model it entered as writer.';

DROP POLICY IF EXISTS sources_select_guard ON sources;
CREATE POLICY sources_select_guard ON sources
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY sources_select_guard ON sources IS 'The guard finds the model of any source.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS sources_update_guard ON sources;
CREATE POLICY sources_update_guard ON sources
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY sources_update_guard ON sources IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS sources_select_report ON sources;
CREATE POLICY sources_select_report ON sources
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY sources_select_report ON sources IS 'A report sees the sources of the reader''s models.';
