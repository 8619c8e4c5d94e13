-- Functions and procedures, told apart by their argument types, as PostgreSQL does.
SELECT
  'function' AS class,
  format('%I(%s)', p.proname, (
    SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, n)
  )) AS identity,
  jsonb_build_object(
    'kind', CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window' ELSE 'function' END,
    'owner', pg_get_userbyid(p.proowner),
    'acl', coalesce(p.proacl, acldefault('f', p.proowner))::text[],
    'acl_default', acldefault('f', p.proowner)::text[],
    'arguments', pg_get_function_arguments(p.oid),
    'returns', pg_get_function_result(p.oid),
    'language', l.lanname,
    'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    'strict', p.proisstrict,
    'security_definer', p.prosecdef,
    'leakproof', p.proleakproof,
    'cost', p.procost,
    'rows', p.prorows,
    'support', nullif(p.prosupport::regproc::text, '-'),
    'settings', (SELECT jsonb_agg(s.setting ORDER BY s.setting) FROM unnest(p.proconfig) AS s(setting)),
    'source', p.prosrc,
    'library', p.probin,
    'body', pg_get_function_sqlbody(p.oid),
    'transforms', (SELECT jsonb_agg(format_type(t.type, NULL)) FROM unnest(p.protrftypes) AS t(type)),
    'comment', obj_description(p.oid, 'pg_proc')
  ) AS attributes
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname = $1
  AND p.prokind <> 'a'
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass
      AND d.objid = p.oid
      AND d.deptype IN ('e', 'i')
  )
