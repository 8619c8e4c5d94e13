-- No table can be read past its policies, not even by its owner: a table without row-level security shows every
-- organisation's rows to whoever gets a right on it.
SELECT no_plan();

CREATE TEMPORARY VIEW breach AS
SELECT c.relname::text COLLATE "default"
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relkind IN ('r', 'p')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
  -- golang-migrate's login reads the version here.
  AND c.relname <> 'schema_migrations';

SELECT is_empty('SELECT * FROM breach', 'every table enables and forces row-level security');

CREATE TEMPORARY VIEW open_view AS
SELECT c.relname::text COLLATE "default"
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND (
    c.relkind = 'm'
    OR (c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false))
  );
SELECT is_empty('SELECT * FROM open_view', 'no view reads with its owner''s rights');

CREATE TEMPORARY VIEW open_policy AS
SELECT p.polname::text COLLATE "default"
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND 0 = ANY (p.polroles);
SELECT is_empty('SELECT * FROM open_policy', 'every policy names the roles it is for');

SAVEPOINT sound;
ALTER TABLE threats NO FORCE ROW LEVEL SECURITY;
SELECT results_eq('SELECT * FROM breach', ARRAY['threats'], 'a table that does not force it is found');
ROLLBACK TO sound;
ALTER TABLE threats DISABLE ROW LEVEL SECURITY;
SELECT results_eq('SELECT * FROM breach', ARRAY['threats'], 'a table that disables it is found');
ROLLBACK TO sound;
CREATE TABLE more (id integer);
SELECT results_eq('SELECT * FROM breach', ARRAY['more'], 'a new table without it is found');
ROLLBACK TO sound;
CREATE VIEW open_threats AS SELECT * FROM threats;
CREATE VIEW closed_threats WITH (security_invoker = true) AS SELECT * FROM threats;
SELECT results_eq('SELECT * FROM open_view', ARRAY['open_threats'], 'a view with its owner''s rights is found');
ROLLBACK TO sound;
CREATE POLICY threats_select_all ON threats FOR SELECT USING (true);
SELECT results_eq('SELECT * FROM open_policy', ARRAY['threats_select_all'], 'a policy for everybody is found');

SELECT * FROM finish();
