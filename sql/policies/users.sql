-- A caller sees and renames himself; only the functions of the login service see everybody.

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;

REVOKE ALL ON users FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, UPDATE (name) ON users TO tmi_api;
GRANT SELECT ON users TO tmi_guard;
GRANT SELECT, INSERT (id, email, name, last_login), UPDATE (email, name, last_login), DELETE ON users TO tmi_identity;
GRANT SELECT ON users TO tmi_report;

DROP POLICY IF EXISTS users_select_api ON users;
CREATE POLICY users_select_api ON users
  FOR SELECT TO tmi_api
  USING (email = (SELECT _actor()));
COMMENT ON POLICY users_select_api ON users IS 'An API function sees the caller''s own row.';

DROP POLICY IF EXISTS users_update_api ON users;
CREATE POLICY users_update_api ON users
  FOR UPDATE TO tmi_api
  USING (email = (SELECT _actor()))
  WITH CHECK (email = (SELECT _actor()));
COMMENT ON POLICY users_update_api ON users IS 'An API function changes the caller''s own row.';

DROP POLICY IF EXISTS users_select_guard ON users;
CREATE POLICY users_select_guard ON users
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY users_select_guard ON users IS 'The guard looks up whether an address has a user.';

DROP POLICY IF EXISTS users_all_identity ON users;
CREATE POLICY users_all_identity ON users
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY users_all_identity ON users IS 'The functions of the login service manage every user.';

DROP POLICY IF EXISTS users_select_report ON users;
CREATE POLICY users_select_report ON users
  FOR SELECT TO tmi_report
  USING (email = (SELECT _actor()));
COMMENT ON POLICY users_select_report ON users IS 'A report sees the reader''s own row.';
