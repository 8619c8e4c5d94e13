-- Casts that somebody added and that statements on this schema could use.
SELECT
  'cast' AS class,
  format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS identity,
  jsonb_build_object(
    'function', CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END,
    'context', CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END,
    'method', CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'text' ELSE 'binary' END,
    'comment', obj_description(c.oid, 'pg_cast')
  ) AS attributes
FROM pg_cast c
JOIN pg_type s ON s.oid = c.castsource
JOIN pg_type t ON t.oid = c.casttarget
JOIN pg_namespace sn ON sn.oid = s.typnamespace
JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE c.oid >= 16384
  AND sn.nspname IN ('pg_catalog', $1)
  AND tn.nspname IN ('pg_catalog', $1)
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_cast'::regclass
      AND d.objid = c.oid
      AND d.deptype = 'e'
  )
