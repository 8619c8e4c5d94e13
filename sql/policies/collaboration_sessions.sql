-- Every reader of a model may hold and join its sessions.

ALTER TABLE collaboration_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE collaboration_sessions FORCE ROW LEVEL SECURITY;

REVOKE ALL ON collaboration_sessions FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, diagram_id, websocket_url, expires_at, host_user_id, ttl), UPDATE (websocket_url, expires_at, host_user_id, ended_at), DELETE ON collaboration_sessions TO tmi_api;
GRANT SELECT, UPDATE (host_user_id, ended_at) ON collaboration_sessions TO tmi_guard;
GRANT SELECT ON collaboration_sessions TO tmi_report;

DROP POLICY IF EXISTS collaboration_sessions_select_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_api ON collaboration_sessions
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_select_api ON collaboration_sessions IS 'An API function sees the sessions of the model it entered.';

DROP POLICY IF EXISTS collaboration_sessions_insert_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_insert_api ON collaboration_sessions
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_insert_api ON collaboration_sessions IS 'A reader opens a session in the model he entered.';

DROP POLICY IF EXISTS collaboration_sessions_update_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_update_api ON collaboration_sessions
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()))
  WITH CHECK (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_update_api ON collaboration_sessions IS 'A reader keeps alive, hands over or ends a session of the model he entered, as far as the function lets him.';

DROP POLICY IF EXISTS collaboration_sessions_delete_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_delete_api ON collaboration_sessions
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()));
COMMENT ON POLICY collaboration_sessions_delete_api ON collaboration_sessions IS 'An owner deletes sessions of the model he entered.';

DROP POLICY IF EXISTS collaboration_sessions_select_guard ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_guard ON collaboration_sessions
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY collaboration_sessions_select_guard ON collaboration_sessions IS 'The guard finds the sessions of those who lose access.';

DROP POLICY IF EXISTS collaboration_sessions_update_guard ON collaboration_sessions;
CREATE POLICY collaboration_sessions_update_guard ON collaboration_sessions
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY collaboration_sessions_update_guard ON collaboration_sessions IS 'The guard ends or hands over the sessions of those who lose access, and those nobody uses.';

DROP POLICY IF EXISTS collaboration_sessions_select_report ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_report ON collaboration_sessions
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY collaboration_sessions_select_report ON collaboration_sessions IS 'A report sees the sessions of the reader''s models.';
