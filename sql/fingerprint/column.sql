-- Columns, of composite types too. Attribute numbers are left out, since dropped columns leave holes in them.
SELECT
  'column' AS class,
  format('%I.%I', c.relname, a.attname) AS identity,
  jsonb_build_object(
    'type', format_type(a.atttypid, a.atttypmod),
    'collation', (
      SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN co.collname::text ELSE format('%I.%I', cn.nspname, co.collname) END
      FROM pg_collation co
      JOIN pg_namespace cn ON cn.oid = co.collnamespace
      WHERE co.oid = a.attcollation
        AND a.attcollation <> t.typcollation
    ),
    'not_null', a.attnotnull,
    -- PG 18 gives NOT NULL a constraint of its own: it is told of where it is not just what NOT NULL alone makes.
    'not_null_constraint', (
      SELECT jsonb_strip_nulls(jsonb_build_object(
        'name', CASE WHEN k.conname <> left(format('%s_%s_not_null', c.relname, a.attname), 63) THEN k.conname END,
        'validated', CASE WHEN NOT k.convalidated THEN false END,
        'no_inherit', CASE WHEN k.connoinherit THEN true END,
        'comment', nullif(obj_description(k.oid, 'pg_constraint'), '')
      ))
      FROM pg_constraint k
      WHERE k.conrelid = c.oid
        AND k.contype = 'n'
        AND k.conkey = ARRAY[a.attnum]
    ),
    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated_kind', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
    'storage', CASE
      WHEN a.attstorage <> t.typstorage
      THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END,
    'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
    'statistics', nullif(a.attstattarget, -1),
    'options', (
      SELECT jsonb_agg(o.option ORDER BY o.option)
      FROM unnest(a.attoptions) AS o(option)
      -- 15.20 stamps every column with this.
      WHERE o.option NOT LIKE 'pg\_attver=%'
    ),
    'foreign_options', (SELECT jsonb_agg(o.option ORDER BY o.option) FROM unnest(a.attfdwoptions) AS o(option)),
    'inherited', CASE WHEN a.attinhcount > 0 THEN CASE WHEN a.attislocal THEN 'and local' ELSE 'only' END END,
    'acl', a.attacl::text[],
    'acl_default', ARRAY[]::text[],
    'comment', col_description(c.oid, a.attnum)
  ) AS attributes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = $1
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  AND a.attnum > 0
  AND NOT a.attisdropped
  AND NOT EXISTS (
    SELECT
    FROM pg_depend e
    WHERE e.classid = 'pg_class'::regclass
      AND e.objid = c.oid
      AND e.deptype = 'e'
  )
