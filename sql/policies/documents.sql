-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's documents are seen by its readers and changed by its writers.

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;

REVOKE ALL ON documents FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, url, description), UPDATE (name, url, description), DELETE ON documents TO tmi_api;
GRANT SELECT, UPDATE (name) ON documents TO tmi_guard;
GRANT SELECT ON documents TO tmi_report;

DROP POLICY IF EXISTS documents_select_api ON documents;
CREATE POLICY documents_select_api ON documents
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY documents_select_api ON documents IS 'An API function sees the documents of the model it entered.';

DROP POLICY IF EXISTS documents_insert_api ON documents;
CREATE POLICY documents_insert_api ON documents
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_insert_api ON documents IS 'An API function adds documents to the model it entered as writer.';

DROP POLICY IF EXISTS documents_update_api ON documents;
CREATE POLICY documents_update_api ON documents
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_update_api ON documents IS 'An API function changes documents of the model it entered as writer.';

DROP POLICY IF EXISTS documents_delete_api ON documents;
CREATE POLICY documents_delete_api ON documents
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_delete_api ON documents IS 'An API function deletes documents of the model it entered as writer.';

DROP POLICY IF EXISTS documents_select_guard ON documents;
CREATE POLICY documents_select_guard ON documents
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY documents_select_guard ON documents IS 'The guard finds the model of any document.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS documents_update_guard ON documents;
CREATE POLICY documents_update_guard ON documents
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY documents_update_guard ON documents IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS documents_select_report ON documents;
CREATE POLICY documents_select_report ON documents
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY documents_select_report ON documents IS 'A report sees the documents of the reader''s models.';
