-- Whoever reads a key can be anybody: the guard alone does.

ALTER TABLE context_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE context_keys FORCE ROW LEVEL SECURITY;

REVOKE ALL ON context_keys FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT ON context_keys TO tmi_guard;

DROP POLICY IF EXISTS context_keys_select_guard ON context_keys;
CREATE POLICY context_keys_select_guard ON context_keys
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY context_keys_select_guard ON context_keys IS 'The guard checks signatures with every key.';
