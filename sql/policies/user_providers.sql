-- A caller sees the providers he logs in with; only the functions of the login service link and unlink them.

ALTER TABLE user_providers ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_providers FORCE ROW LEVEL SECURITY;

REVOKE ALL ON user_providers FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT ON user_providers TO tmi_api;
GRANT SELECT, INSERT (user_id, provider, provider_user_id, provider_email, provider_name, is_primary), UPDATE (provider_email, provider_name, is_primary), DELETE ON user_providers TO tmi_identity;
GRANT SELECT ON user_providers TO tmi_report;

DROP POLICY IF EXISTS user_providers_select_api ON user_providers;
CREATE POLICY user_providers_select_api ON user_providers
  FOR SELECT TO tmi_api
  USING (user_id = (SELECT u.id FROM users u WHERE u.email = (SELECT _actor())));
COMMENT ON POLICY user_providers_select_api ON user_providers IS 'An API function sees the caller''s own links.';

DROP POLICY IF EXISTS user_providers_all_identity ON user_providers;
CREATE POLICY user_providers_all_identity ON user_providers
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY user_providers_all_identity ON user_providers IS 'The functions of the login service manage every link.';

DROP POLICY IF EXISTS user_providers_select_report ON user_providers;
CREATE POLICY user_providers_select_report ON user_providers
  FOR SELECT TO tmi_report
  USING (user_id = (SELECT u.id FROM users u WHERE u.email = (SELECT _actor())));
COMMENT ON POLICY user_providers_select_report ON user_providers IS 'A report sees the reader''s own links.';
