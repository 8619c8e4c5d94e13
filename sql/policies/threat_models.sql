-- A model is seen by its readers, changed by its writers, deleted by its owners.

ALTER TABLE threat_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE threat_models FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threat_models FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, name, description, owner_email, created_by, threat_model_framework, issue_url), UPDATE (name, description, threat_model_framework, issue_url), DELETE ON threat_models TO tmi_api;
GRANT SELECT, UPDATE (owner_email, document_count, source_count, diagram_count, threat_count), DELETE ON threat_models TO tmi_guard;
GRANT SELECT ON threat_models TO tmi_report;

DROP POLICY IF EXISTS threat_models_select_api ON threat_models;
CREATE POLICY threat_models_select_api ON threat_models
  FOR SELECT TO tmi_api
  USING (id = (SELECT _scope_read()) OR id IN (SELECT unnest((SELECT _scope_list()))));
COMMENT ON POLICY threat_models_select_api ON threat_models IS 'An API function sees the model it entered, or those it entered together.';

DROP POLICY IF EXISTS threat_models_insert_api ON threat_models;
CREATE POLICY threat_models_insert_api ON threat_models
  FOR INSERT TO tmi_api
  WITH CHECK (id = (SELECT _scope_own()) AND owner_email = (SELECT _actor()) AND created_by = (SELECT _actor()));
COMMENT ON POLICY threat_models_insert_api ON threat_models IS 'Whoever creates a model owns it and is named as its creator.';

DROP POLICY IF EXISTS threat_models_update_api ON threat_models;
CREATE POLICY threat_models_update_api ON threat_models
  FOR UPDATE TO tmi_api
  USING (id = (SELECT _scope_write()))
  WITH CHECK (id = (SELECT _scope_write()));
COMMENT ON POLICY threat_models_update_api ON threat_models IS 'An API function changes the model it entered as writer.';

DROP POLICY IF EXISTS threat_models_delete_api ON threat_models;
CREATE POLICY threat_models_delete_api ON threat_models
  FOR DELETE TO tmi_api
  USING (id = (SELECT _scope_own()));
COMMENT ON POLICY threat_models_delete_api ON threat_models IS 'An API function deletes the model it entered as owner.';

DROP POLICY IF EXISTS threat_models_select_guard ON threat_models;
CREATE POLICY threat_models_select_guard ON threat_models
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_models_select_guard ON threat_models IS 'The guard looks up and locks every model.';

DROP POLICY IF EXISTS threat_models_update_guard ON threat_models;
CREATE POLICY threat_models_update_guard ON threat_models
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threat_models_update_guard ON threat_models IS 'The guard writes the cached counts and the owner of record.';

DROP POLICY IF EXISTS threat_models_delete_guard ON threat_models;
CREATE POLICY threat_models_delete_guard ON threat_models
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_models_delete_guard ON threat_models IS 'The guard deletes the models of a deleted user that nobody is left for, if that was asked for.';

DROP POLICY IF EXISTS threat_models_select_report ON threat_models;
CREATE POLICY threat_models_select_report ON threat_models
  FOR SELECT TO tmi_report
  USING (id IN (SELECT _member()));
COMMENT ON POLICY threat_models_select_report ON threat_models IS 'A report sees the models of which the reader is a member.';
