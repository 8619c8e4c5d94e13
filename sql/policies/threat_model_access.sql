-- Readers of a model see who else may use it; owners decide it.

ALTER TABLE threat_model_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE threat_model_access FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threat_model_access FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (threat_model_id, user_email, role, granted_by), UPDATE (role, granted_by, granted_at), DELETE ON threat_model_access TO tmi_api;
GRANT SELECT, INSERT (threat_model_id, user_email, role, granted_by, granted_at), UPDATE (role, granted_by, granted_at), DELETE ON threat_model_access TO tmi_guard;
GRANT SELECT ON threat_model_access TO tmi_report;

DROP POLICY IF EXISTS threat_model_access_select_api ON threat_model_access;
CREATE POLICY threat_model_access_select_api ON threat_model_access
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY threat_model_access_select_api ON threat_model_access IS 'An API function sees the access rows of the model it entered.';

DROP POLICY IF EXISTS threat_model_access_insert_api ON threat_model_access;
CREATE POLICY threat_model_access_insert_api ON threat_model_access
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_own()) AND granted_by = (SELECT _actor()));
COMMENT ON POLICY threat_model_access_insert_api ON threat_model_access IS 'An owner grants, in his own name.';

DROP POLICY IF EXISTS threat_model_access_update_api ON threat_model_access;
CREATE POLICY threat_model_access_update_api ON threat_model_access
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()))
  WITH CHECK (threat_model_id = (SELECT _scope_own()) AND granted_by = (SELECT _actor()));
COMMENT ON POLICY threat_model_access_update_api ON threat_model_access IS 'An owner changes a role, in his own name.';

DROP POLICY IF EXISTS threat_model_access_delete_api ON threat_model_access;
CREATE POLICY threat_model_access_delete_api ON threat_model_access
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()));
COMMENT ON POLICY threat_model_access_delete_api ON threat_model_access IS 'An owner revokes.';

DROP POLICY IF EXISTS threat_model_access_select_guard ON threat_model_access;
CREATE POLICY threat_model_access_select_guard ON threat_model_access
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_model_access_select_guard ON threat_model_access IS 'The guard decides who is a member.';

DROP POLICY IF EXISTS threat_model_access_insert_guard ON threat_model_access;
CREATE POLICY threat_model_access_insert_guard ON threat_model_access
  FOR INSERT TO tmi_guard
  WITH CHECK (true);
COMMENT ON POLICY threat_model_access_insert_guard ON threat_model_access IS 'The guard mirrors the owner of record.';

DROP POLICY IF EXISTS threat_model_access_update_guard ON threat_model_access;
CREATE POLICY threat_model_access_update_guard ON threat_model_access
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threat_model_access_update_guard ON threat_model_access IS 'The guard locks the row it decided by, and mirrors the owner of record.';

DROP POLICY IF EXISTS threat_model_access_delete_guard ON threat_model_access;
CREATE POLICY threat_model_access_delete_guard ON threat_model_access
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_model_access_delete_guard ON threat_model_access IS 'The guard removes the membership of deleted users.';

DROP POLICY IF EXISTS threat_model_access_select_report ON threat_model_access;
CREATE POLICY threat_model_access_select_report ON threat_model_access
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY threat_model_access_select_report ON threat_model_access IS 'A report sees the access rows of the reader''s models.';
