-- Row-level security policies; their roles are a set, since a restored dump lists them in another order.
SELECT
  'policy' AS class,
  format('%I.%I', c.relname, p.polname) AS identity,
  jsonb_build_object(
    'kind', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
    'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    'roles', (
      SELECT jsonb_agg(DISTINCT name ORDER BY name)
      FROM unnest(p.polroles) AS r(oid)
      CROSS JOIN LATERAL (SELECT CASE WHEN r.oid = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r.oid)::text END) AS v(name)
    ),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', obj_description(p.oid, 'pg_policy')
  ) AS attributes
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1
