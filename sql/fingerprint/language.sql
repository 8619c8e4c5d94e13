-- Languages, transforms and access methods that somebody added to the database.
SELECT
  'language' AS class,
  l.lanname::text AS identity,
  jsonb_build_object(
    -- The superuser of the first hour has another name on every server.
    'owner', CASE WHEN l.lanowner <> 10 THEN pg_get_userbyid(l.lanowner) END,
    'acl', coalesce(l.lanacl, acldefault('l', l.lanowner))::text[],
    'acl_default', acldefault('l', l.lanowner)::text[],
    'trusted', l.lanpltrusted,
    'handler', nullif(l.lanplcallfoid::regproc::text, '-'),
    'comment', obj_description(l.oid, 'pg_language')
  ) AS attributes
FROM pg_language l
WHERE l.lanispl
UNION ALL
SELECT
  'transform',
  format('FOR %s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname),
  jsonb_build_object(
    'from_sql', nullif(t.trffromsql::text, '-'),
    'to_sql', nullif(t.trftosql::text, '-')
  )
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_transform'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION ALL
SELECT
  'access method',
  m.amname::text,
  jsonb_build_object('handler', m.amhandler::text, 'kind', m.amtype)
FROM pg_am m
WHERE m.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_am'::regclass AND d.objid = m.oid AND d.deptype = 'e')
