-- Indexes, those of constraints too. An operator class, a collation, a sort order stand in the definition.
SELECT
  'index' AS class,
  quote_ident(i.relname) AS identity,
  jsonb_build_object(
    'table', c.relname,
    'definition', pg_get_indexdef(x.indexrelid),
    'primary', CASE WHEN x.indisprimary THEN true END,
    'immediate', CASE WHEN NOT x.indimmediate THEN false END,
    'valid', x.indisvalid,
    'ready', x.indisready,
    'live', x.indislive,
    'clustered', CASE WHEN x.indisclustered THEN true END,
    'replica_identity', CASE WHEN x.indisreplident THEN true END,
    'tablespace', s.spcname,
    'partition_of', (SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent WHERE h.inhrelid = i.oid),
    'statistics', (
      SELECT jsonb_object_agg(a.attnum, a.attstattarget)
      FROM pg_attribute a
      WHERE a.attrelid = i.oid
        AND nullif(a.attstattarget, -1) IS NOT NULL
    ),
    'comment', obj_description(i.oid, 'pg_class')
  ) AS attributes
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_tablespace s ON s.oid = i.reltablespace
WHERE n.nspname = $1
  AND c.relkind IN ('r', 'p', 'm')
