-- Types that somebody made: not the row types of tables, not array types, not the multirange that comes with a range.
SELECT
  CASE t.typtype
    WHEN 'd' THEN 'domain'
    WHEN 'e' THEN 'enum'
    WHEN 'r' THEN 'range'
    ELSE 'type'
  END AS class,
  quote_ident(t.typname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(t.typowner),
    'acl', coalesce(t.typacl, acldefault('T', t.typowner))::text[],
    'acl_default', acldefault('T', t.typowner)::text[],
    'kind', CASE t.typtype WHEN 'c' THEN 'composite' WHEN 'b' THEN 'base' WHEN 'p' THEN 'shell' END,
    'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
    'column_order', (
      SELECT jsonb_agg(a.attname ORDER BY a.attnum)
      FROM pg_attribute a
      WHERE a.attrelid = t.typrelid
        AND t.typtype = 'c'
        AND a.attnum > 0
        AND NOT a.attisdropped
    ),
    'base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
    'not_null', CASE WHEN t.typtype = 'd' THEN t.typnotnull END,
    'default', t.typdefault,
    'collation', (
      SELECT co.collname
      FROM pg_collation co
      JOIN pg_type b ON b.oid = t.typbasetype
      WHERE co.oid = t.typcollation
        AND t.typtype = 'd'
        AND t.typcollation <> b.typcollation
    ),
    'constraints', (
      SELECT jsonb_object_agg(k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k
      WHERE k.contypid = t.oid
        AND k.contype <> 'n'
    ),
    'constraint_comments', (
      SELECT jsonb_object_agg(k.conname, obj_description(k.oid, 'pg_constraint'))
      FROM pg_constraint k
      WHERE k.contypid = t.oid
        AND obj_description(k.oid, 'pg_constraint') <> ''
    ),
    'range', (
      SELECT jsonb_build_object(
        'subtype', format_type(r.rngsubtype, NULL),
        'operator_class', o.opcname,
        'collation', (SELECT co.collname FROM pg_collation co WHERE co.oid = r.rngcollation),
        'canonical', nullif(r.rngcanonical::text, '-'),
        'difference', nullif(r.rngsubdiff::text, '-'),
        'multirange', (SELECT m.typname FROM pg_type m WHERE m.oid = r.rngmultitypid)
      )
      FROM pg_range r
      JOIN pg_opclass o ON o.oid = r.rngsubopc
      WHERE r.rngtypid = t.oid
    ),
    'input', CASE WHEN t.typtype = 'b' THEN t.typinput::text END,
    'output', CASE WHEN t.typtype = 'b' THEN t.typoutput::text END,
    'comment', obj_description(t.oid, 'pg_type')
  ) AS attributes
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE n.nspname = $1
  AND t.typtype <> 'm'
  AND (t.typtype <> 'c' OR c.relkind = 'c')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_type'::regclass
      AND d.objid = t.oid
      AND d.deptype = 'e'
  )
