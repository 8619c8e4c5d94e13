-- Metadata is seen and changed with the model that its entity belongs to.

ALTER TABLE metadata ENABLE ROW LEVEL SECURITY;
ALTER TABLE metadata FORCE ROW LEVEL SECURITY;

REVOKE ALL ON metadata FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (entity_type, entity_id, key, value, threat_model_id, diagram_id, cell_id), UPDATE (value), DELETE ON metadata TO tmi_api;
GRANT SELECT, DELETE ON metadata TO tmi_guard;
GRANT SELECT ON metadata TO tmi_report;

DROP POLICY IF EXISTS metadata_select_api ON metadata;
CREATE POLICY metadata_select_api ON metadata
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()) OR threat_model_id IN (SELECT unnest((SELECT _scope_list()))));
COMMENT ON POLICY metadata_select_api ON metadata IS 'An API function sees the metadata of the model it entered, or of those it entered together.';

DROP POLICY IF EXISTS metadata_insert_api ON metadata;
CREATE POLICY metadata_insert_api ON metadata
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_insert_api ON metadata IS 'An API function adds metadata in the model it entered as writer.';

DROP POLICY IF EXISTS metadata_update_api ON metadata;
CREATE POLICY metadata_update_api ON metadata
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_update_api ON metadata IS 'An API function changes metadata of the model it entered as writer.';

DROP POLICY IF EXISTS metadata_delete_api ON metadata;
CREATE POLICY metadata_delete_api ON metadata
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_delete_api ON metadata IS 'An API function deletes metadata of the model it entered as writer.';

DROP POLICY IF EXISTS metadata_select_guard ON metadata;
CREATE POLICY metadata_select_guard ON metadata
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY metadata_select_guard ON metadata IS 'The guard finds what a deleted entity leaves behind.';

DROP POLICY IF EXISTS metadata_delete_guard ON metadata;
CREATE POLICY metadata_delete_guard ON metadata
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY metadata_delete_guard ON metadata IS 'The guard removes what a deleted entity leaves behind.';

DROP POLICY IF EXISTS metadata_select_report ON metadata;
CREATE POLICY metadata_select_report ON metadata
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY metadata_select_report ON metadata IS 'A report sees the metadata of the reader''s models.';
