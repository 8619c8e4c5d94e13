-- Collations and conversions of the schema; the version of the operating system's library is not the schema's.
SELECT
  'collation' AS class,
  quote_ident(c.collname) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(c.collowner),
    'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default' ELSE 'libc' END,
    'deterministic', c.collisdeterministic,
    -- The column that holds ICU's locale has had three names.
    'locale', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
    'ctype', c.collctype,
    'rules', to_jsonb(c) ->> 'collicurules',
    'comment', obj_description(c.oid, 'pg_collation')
  ) AS attributes
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname = $1
UNION ALL
SELECT
  'conversion',
  quote_ident(v.conname),
  jsonb_build_object(
    'owner', pg_get_userbyid(v.conowner),
    'from', pg_encoding_to_char(v.conforencoding),
    'to', pg_encoding_to_char(v.contoencoding),
    'function', v.conproc::text,
    'is_default', v.condefault,
    'comment', obj_description(v.oid, 'pg_conversion')
  )
FROM pg_conversion v
JOIN pg_namespace n ON n.oid = v.connamespace
WHERE n.nspname = $1
