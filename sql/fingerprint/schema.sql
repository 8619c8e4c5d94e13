-- The schema itself. A login's plain USAGE is left out: who may connect to an organisation is the deployment's business.
SELECT
  'schema' AS class,
  'schema' AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(n.nspowner),
    'acl', (
      SELECT array_agg(a.acl::text)
      FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a(acl)
      CROSS JOIN LATERAL aclexplode(ARRAY[a.acl]) AS x
      WHERE x.grantee = 0
        OR pg_get_userbyid(x.grantee) = ANY ($2::text[])
        OR x.privilege_type <> 'USAGE'
        OR x.is_grantable
    ),
    'acl_default', acldefault('n', n.nspowner)::text[],
    'comment', obj_description(n.oid, 'pg_namespace')
  ) AS attributes
FROM pg_namespace n
WHERE n.nspname = $1
