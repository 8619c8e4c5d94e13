-- Triggers that somebody wrote; those that keep a constraint belong to the constraint.
SELECT
  'trigger' AS class,
  format('%I.%I', c.relname, g.tgname) AS identity,
  jsonb_build_object(
    'definition', pg_get_triggerdef(g.oid),
    'enabled', CASE g.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'comment', obj_description(g.oid, 'pg_trigger')
  ) AS attributes
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1
  AND NOT g.tgisinternal
