-- Publications that carry something of the schema.
SELECT
  'publication' AS class,
  quote_ident(p.pubname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(p.pubowner),
    'all_tables', p.puballtables,
    'insert', p.pubinsert,
    'update', p.pubupdate,
    'delete', p.pubdelete,
    'truncate', p.pubtruncate,
    'via_root', p.pubviaroot,
    'generated_columns', nullif(to_jsonb(p) ->> 'pubgencols', 'n'),
    'whole_schema', EXISTS (
      SELECT
      FROM pg_publication_namespace s
      JOIN pg_namespace n ON n.oid = s.pnnspid
      WHERE s.pnpubid = p.oid
        AND n.nspname = $1
    ),
    'tables', (
      SELECT jsonb_object_agg(c.relname, jsonb_strip_nulls(jsonb_build_object(
        'columns', (
          SELECT jsonb_agg(a.attname ORDER BY a.attname)
          FROM pg_attribute a
          WHERE a.attrelid = c.oid
            AND a.attnum = ANY (r.prattrs)
        ),
        'where', pg_get_expr(r.prqual, r.prrelid)
      )))
      FROM pg_publication_rel r
      JOIN pg_class c ON c.oid = r.prrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE r.prpubid = p.oid
        AND n.nspname = $1
    ),
    'comment', obj_description(p.oid, 'pg_publication')
  ) AS attributes
FROM pg_publication p
WHERE p.puballtables
  OR EXISTS (
    SELECT
    FROM pg_publication_namespace s
    JOIN pg_namespace n ON n.oid = s.pnnspid
    WHERE s.pnpubid = p.oid
      AND n.nspname = $1
  )
  OR EXISTS (
    SELECT
    FROM pg_publication_rel r
    JOIN pg_class c ON c.oid = r.prrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid
      AND n.nspname = $1
  )
