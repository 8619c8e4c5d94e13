-- Sequences: how they count, never how far they have counted.
SELECT
  'sequence' AS class,
  quote_ident(c.relname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'acl', coalesce(c.relacl, acldefault('s', c.relowner))::text[],
    'acl_default', acldefault('s', c.relowner)::text[],
    'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
    'type', format_type(s.seqtypid, NULL),
    'start', s.seqstart,
    'increment', s.seqincrement,
    'minimum', s.seqmin,
    'maximum', s.seqmax,
    'cache', s.seqcache,
    'cycle', s.seqcycle,
    'owned_by', (
      SELECT format('%s.%s', o.relname, a.attname)
      FROM pg_depend d
      JOIN pg_class o ON o.oid = d.refobjid
      JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass
        AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
    ),
    'comment', obj_description(c.oid, 'pg_class')
  ) AS attributes
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass
      AND d.objid = c.oid
      AND d.deptype = 'e'
  )
