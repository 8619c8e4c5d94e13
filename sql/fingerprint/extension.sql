-- Extensions of the database; a member whose rights were changed is told of among the system grants.
SELECT
  'extension' AS class,
  quote_ident(e.extname) AS identity,
  jsonb_build_object(
    'version', e.extversion,
    'schema', CASE WHEN n.nspname = $1 THEN 'schema' ELSE n.nspname::text END
  ) AS attributes
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
