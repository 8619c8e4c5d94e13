-- Rights on settings of the server.
SELECT
  'parameter privilege' AS class,
  p.parname AS identity,
  jsonb_build_object(
    'acl', p.paracl::text[],
    'acl_default', acldefault('p', 10)::text[]
  ) AS attributes
FROM pg_parameter_acl p
