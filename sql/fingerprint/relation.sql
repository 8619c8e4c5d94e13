-- Tables, views, materialized views and foreign tables; their columns, constraints and so on are objects of their own.
SELECT
  CASE c.relkind
    WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view'
    WHEN 'f' THEN 'foreign table'
    ELSE 'table'
  END AS class,
  quote_ident(c.relname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'acl', coalesce(c.relacl, acldefault('r', c.relowner))::text[],
    'acl_default', acldefault('r', c.relowner)::text[],
    'type_acl', coalesce(t.typacl, acldefault('T', t.typowner))::text[],
    'type_acl_default', acldefault('T', t.typowner)::text[],
    'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
    'access_method', nullif(am.amname, 'heap'),
    'row_security', c.relrowsecurity,
    'force_row_security', c.relforcerowsecurity,
    'options', (SELECT jsonb_agg(o.option ORDER BY o.option) FROM unnest(c.reloptions) AS o(option)),
    'toast_options', (SELECT jsonb_agg(o.option ORDER BY o.option) FROM unnest(toast.reloptions) AS o(option)),
    'replica_identity', CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END,
    'tablespace', s.spcname,
    'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    'parents', (
      SELECT jsonb_agg(p.relname ORDER BY i.inhseqno)
      FROM pg_inherits i
      JOIN pg_class p ON p.oid = i.inhparent
      WHERE i.inhrelid = c.oid
    ),
    'partition_key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
    'partition_bound', pg_get_expr(c.relpartbound, c.oid),
    'of_type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    'server', (SELECT s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
    'server_options', (
      SELECT jsonb_agg(o.option ORDER BY o.option)
      FROM pg_foreign_table f
      CROSS JOIN LATERAL unnest(f.ftoptions) AS o(option)
      WHERE f.ftrelid = c.oid
    ),
    'column_order', (
      SELECT jsonb_agg(a.attname ORDER BY a.attnum)
      FROM pg_attribute a
      WHERE a.attrelid = c.oid
        AND a.attnum > 0
        AND NOT a.attisdropped
    ),
    'comment', obj_description(c.oid, 'pg_class')
  ) AS attributes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = c.reltype
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE n.nspname = $1
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass
      AND d.objid = c.oid
      AND d.deptype = 'e'
  )
