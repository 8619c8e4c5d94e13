-- Real logins, one of each kind of caller, as services have them; roles are the cluster's, so this runs once in each.
DO $$
DECLARE
  v_login text;
BEGIN
  FOREACH v_login IN ARRAY ARRAY['test_app', 'test_auth', 'test_report', 'test_maintenance', 'test_stranger'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_login) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', v_login);
    END IF;
  END LOOP;
END
$$;
GRANT tmi_app TO test_app;
GRANT tmi_auth TO test_auth;
GRANT tmi_report TO test_report;
GRANT tmi_maintenance TO test_maintenance;
