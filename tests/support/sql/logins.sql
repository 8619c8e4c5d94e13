-- Real logins, one for each kind of caller, as services have them; roles are the cluster's, so they may exist already.
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
