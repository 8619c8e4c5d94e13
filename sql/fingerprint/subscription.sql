-- Subscriptions of this database; the connection string may hold a password and is never read.
SELECT
  'subscription' AS class,
  quote_ident(s.subname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(s.subowner),
    'enabled', s.subenabled,
    'slot', s.subslotname,
    'publications', (SELECT jsonb_agg(p.name ORDER BY p.name) FROM unnest(s.subpublications) AS p(name)),
    'comment', shobj_description(s.oid, 'pg_subscription')
  ) AS attributes
FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
