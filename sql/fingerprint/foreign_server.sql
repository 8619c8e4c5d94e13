-- Ways out of the database: wrappers, servers and who may use them. Options of a user mapping may hold a password and are never read.
SELECT
  'foreign data wrapper' AS class,
  w.fdwname::text AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(w.fdwowner),
    'acl', coalesce(w.fdwacl, acldefault('F', w.fdwowner))::text[],
    'acl_default', acldefault('F', w.fdwowner)::text[],
    'handler', nullif(w.fdwhandler::regproc::text, '-'),
    'validator', nullif(w.fdwvalidator::regproc::text, '-'),
    'options', (SELECT jsonb_agg(o.option ORDER BY o.option) FROM unnest(w.fdwoptions) AS o(option)),
    'comment', obj_description(w.oid, 'pg_foreign_data_wrapper')
  ) AS attributes
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (
  SELECT
  FROM pg_depend d
  WHERE d.classid = 'pg_foreign_data_wrapper'::regclass
    AND d.objid = w.oid
    AND d.deptype = 'e'
)
UNION ALL
SELECT
  'foreign server',
  s.srvname::text,
  jsonb_build_object(
    'owner', pg_get_userbyid(s.srvowner),
    'acl', coalesce(s.srvacl, acldefault('S', s.srvowner))::text[],
    'acl_default', acldefault('S', s.srvowner)::text[],
    'wrapper', w.fdwname,
    'type', s.srvtype,
    'version', s.srvversion,
    'options', (SELECT jsonb_agg(o.option ORDER BY o.option) FROM unnest(s.srvoptions) AS o(option)),
    'comment', obj_description(s.oid, 'pg_foreign_server')
  )
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
UNION ALL
SELECT
  'user mapping',
  format('%s on %s', CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE m.usename::text END, m.srvname),
  jsonb_build_object()
FROM pg_user_mappings m
