-- The cluster's roles: run once per cluster by a superuser (only one may create BYPASSRLS), any number of times without harm.
-- No role here can log in: a service's login is made a member of one of the calling roles by `tmi-db schema grant`.

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY[
    'tmi_owner',
    'tmi_api', 'tmi_guard', 'tmi_identity',
    'tmi_app', 'tmi_auth', 'tmi_report', 'tmi_maintenance'
  ]
  LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I', v_role);
    EXCEPTION
      -- Two installations at once may both find the role missing.
      WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
  END LOOP;
END
$$;

-- Attributes are stated again on every run, so that a role changed by hand comes back to what is declared.
ALTER ROLE tmi_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT BYPASSRLS;
ALTER ROLE tmi_api NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_guard NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_identity NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_auth NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_report NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;
ALTER ROLE tmi_maintenance NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT NOBYPASSRLS;

-- The owner hands functions to these three, which needs membership; nobody else may become them.
GRANT tmi_api, tmi_guard, tmi_identity TO tmi_owner;

COMMENT ON ROLE tmi_owner IS 'Owns the schemas, tables and migrations of tmi_db; bypasses row-level security so that data migrations see every row; owns no function that others can call.';
COMMENT ON ROLE tmi_api IS 'Owns the API functions of tmi_db; subject to row-level security, so that a function that forgets its check sees nothing.';
COMMENT ON ROLE tmi_guard IS 'Owns the helpers of tmi_db that read the access table and the context keys, lock models and write the cached counts.';
COMMENT ON ROLE tmi_identity IS 'Owns the functions of tmi_db that manage users, providers and refresh tokens.';
COMMENT ON ROLE tmi_app IS 'Granted to the logins of services: EXECUTE on the API of tmi_db, no right on any table.';
COMMENT ON ROLE tmi_auth IS 'Granted to the login of the login service: users, providers and refresh tokens of tmi_db, nothing else.';
COMMENT ON ROLE tmi_report IS 'Granted to the logins of reports: SELECT on the tables of tmi_db under row-level security.';
COMMENT ON ROLE tmi_maintenance IS 'Granted to the logins of housekeeping jobs: the maintenance functions of tmi_db.';
