-- Operators, operator families and operator classes of the schema.
SELECT
  'operator' AS class,
  format('%s(%s, %s)', o.oprname, CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END, format_type(o.oprright, NULL)) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(o.oprowner),
    'returns', format_type(o.oprresult, NULL),
    'function', o.oprcode::text,
    'commutator', CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END,
    'negator', CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END,
    'restrict', nullif(o.oprrest::text, '-'),
    'join', nullif(o.oprjoin::text, '-'),
    'hashes', o.oprcanhash,
    'merges', o.oprcanmerge,
    'comment', obj_description(o.oid, 'pg_operator')
  ) AS attributes
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE n.nspname = $1
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
UNION ALL
SELECT
  'operator family',
  format('%s USING %s', f.opfname, m.amname),
  jsonb_build_object(
    'owner', pg_get_userbyid(f.opfowner),
    'operators', (
      SELECT jsonb_agg(format('%s %s %s', o.amopstrategy, o.amopopr::regoperator, o.amoppurpose) ORDER BY o.amopopr::regoperator::text)
      FROM pg_amop o
      WHERE o.amopfamily = f.oid
    ),
    'functions', (
      SELECT jsonb_agg(format('%s %s', p.amprocnum, p.amproc::regprocedure) ORDER BY p.amprocnum, p.amproc::regprocedure::text)
      FROM pg_amproc p
      WHERE p.amprocfamily = f.oid
    ),
    'comment', obj_description(f.oid, 'pg_opfamily')
  )
FROM pg_opfamily f
JOIN pg_am m ON m.oid = f.opfmethod
JOIN pg_namespace n ON n.oid = f.opfnamespace
WHERE n.nspname = $1
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e')
UNION ALL
SELECT
  'operator class',
  format('%s USING %s', c.opcname, m.amname),
  jsonb_build_object(
    'owner', pg_get_userbyid(c.opcowner),
    'family', f.opfname,
    'type', format_type(c.opcintype, NULL),
    'is_default', c.opcdefault,
    'stored', CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END,
    'comment', obj_description(c.oid, 'pg_opclass')
  )
FROM pg_opclass c
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_namespace n ON n.oid = c.opcnamespace
WHERE n.nspname = $1
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e')
