-- Every reader of a model sees who takes part in its sessions, and may take part himself.

ALTER TABLE session_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_participants FORCE ROW LEVEL SECURITY;

REVOKE ALL ON session_participants FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (session_id, user_id), UPDATE (left_at, last_seen_at) ON session_participants TO tmi_api;
GRANT SELECT, UPDATE (left_at) ON session_participants TO tmi_guard;
GRANT SELECT ON session_participants TO tmi_report;

DROP POLICY IF EXISTS session_participants_select_api ON session_participants;
CREATE POLICY session_participants_select_api ON session_participants
  FOR SELECT TO tmi_api
  USING (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_select_api ON session_participants IS 'An API function sees the participants in the sessions of the model it entered.';

DROP POLICY IF EXISTS session_participants_insert_api ON session_participants;
CREATE POLICY session_participants_insert_api ON session_participants
  FOR INSERT TO tmi_api
  WITH CHECK (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_insert_api ON session_participants IS 'A reader joins a session of the model he entered.';

DROP POLICY IF EXISTS session_participants_update_api ON session_participants;
CREATE POLICY session_participants_update_api ON session_participants
  FOR UPDATE TO tmi_api
  USING (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())))
  WITH CHECK (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_update_api ON session_participants IS 'A reader leaves a session of the model he entered, or is put out of it.';

DROP POLICY IF EXISTS session_participants_select_guard ON session_participants;
CREATE POLICY session_participants_select_guard ON session_participants
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY session_participants_select_guard ON session_participants IS 'The guard finds the participations of those who lose access.';

DROP POLICY IF EXISTS session_participants_update_guard ON session_participants;
CREATE POLICY session_participants_update_guard ON session_participants
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY session_participants_update_guard ON session_participants IS 'The guard ends the participations of those who lose access.';

DROP POLICY IF EXISTS session_participants_select_report ON session_participants;
CREATE POLICY session_participants_select_report ON session_participants
  FOR SELECT TO tmi_report
  USING (session_id IN (SELECT s.id FROM collaboration_sessions s));
COMMENT ON POLICY session_participants_select_report ON session_participants IS 'A report sees the participants in the sessions it sees.';
