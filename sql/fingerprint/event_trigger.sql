-- Event triggers of the database: they run on every command that changes a definition.
SELECT
  'event trigger' AS class,
  quote_ident(e.evtname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(e.evtowner),
    'event', e.evtevent,
    'function', e.evtfoid::regproc::text,
    'enabled', CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'tags', (SELECT jsonb_agg(t.tag ORDER BY t.tag) FROM unnest(e.evttags) AS t(tag)),
    'comment', obj_description(e.oid, 'pg_event_trigger')
  ) AS attributes
FROM pg_event_trigger e
WHERE NOT EXISTS (
  SELECT
  FROM pg_depend d
  WHERE d.classid = 'pg_event_trigger'::regclass
    AND d.objid = e.oid
    AND d.deptype = 'e'
)
