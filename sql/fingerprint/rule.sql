-- Rewrite rules, except the one that makes a view a view.
SELECT
  'rule' AS class,
  format('%I.%I', c.relname, r.rulename) AS identity,
  jsonb_build_object(
    'definition', pg_get_ruledef(r.oid),
    'enabled', CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'comment', obj_description(r.oid, 'pg_rewrite')
  ) AS attributes
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1
  AND r.rulename <> '_RETURN'
