-- Rights on what PostgreSQL and its extensions brought along, where they are no longer what they were at the start.
WITH object AS (
  SELECT
    'pg_proc'::regclass AS catalogue,
    p.oid,
    format('function %s', p.oid::regprocedure) AS identity,
    coalesce(p.proacl, acldefault('f', p.proowner)) AS acl,
    acldefault('f', p.proowner) AS usual,
    p.pronamespace AS namespace
  FROM pg_proc p
  UNION ALL
  SELECT
    'pg_class'::regclass,
    c.oid,
    format('%s %s', CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' ELSE 'table' END, c.oid::regclass),
    coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)),
    CASE
      -- The information schema is open to all, without a record of how it began.
      WHEN c.relnamespace = 'information_schema'::regnamespace AND c.relname !~ '^_|^(sql_parts|transforms)$'
      THEN acldefault('r', c.relowner) || makeaclitem(0, c.relowner, 'SELECT', false)
      ELSE acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)
    END,
    c.relnamespace
  FROM pg_class c
  WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f')
  UNION ALL
  SELECT
    'pg_type'::regclass,
    t.oid,
    format('type %s', format_type(t.oid, NULL)),
    coalesce(t.typacl, acldefault('T', t.typowner)),
    acldefault('T', t.typowner),
    t.typnamespace
  FROM pg_type t
  WHERE t.typrelid = 0
  UNION ALL
  SELECT
    'pg_language'::regclass,
    l.oid,
    format('language %s', l.lanname),
    coalesce(l.lanacl, acldefault('l', l.lanowner)),
    acldefault('l', l.lanowner),
    'pg_catalog'::regnamespace
  FROM pg_language l
  WHERE NOT l.lanispl
  UNION ALL
  SELECT
    'pg_namespace'::regclass,
    n.oid,
    format('schema %s', n.nspname),
    coalesce(n.nspacl, acldefault('n', n.nspowner)),
    CASE
      WHEN n.nspname = 'information_schema'
      THEN acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'USAGE', false)
      ELSE acldefault('n', n.nspowner)
    END,
    n.oid
  FROM pg_namespace n
)
SELECT
  'system grant' AS class,
  o.identity,
  jsonb_build_object(
    'acl', o.acl::text[],
    'acl_default', coalesce(i.initprivs, o.usual)::text[]
  ) AS attributes
FROM object o
LEFT JOIN pg_init_privs i ON i.classoid = o.catalogue AND i.objoid = o.oid AND i.objsubid = 0
WHERE o.acl IS DISTINCT FROM coalesce(i.initprivs, o.usual)
  AND (
    o.namespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    OR EXISTS (
      SELECT
      FROM pg_depend d
      WHERE d.classid = o.catalogue
        AND d.objid = o.oid
        AND d.deptype = 'e'
    )
  )
