-- Text search configurations, dictionaries, parsers and templates of the schema.
SELECT
  'text search configuration' AS class,
  c.cfgname::text AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(c.cfgowner),
    'parser', p.prsname,
    'mappings', (
      SELECT jsonb_object_agg(m.token, m.dictionaries)
      FROM (
        SELECT
          (SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = m.maptokentype) AS token,
          jsonb_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno) AS dictionaries
        FROM pg_ts_config_map m
        WHERE m.mapcfg = c.oid
        GROUP BY m.maptokentype
      ) AS m
    ),
    'comment', obj_description(c.oid, 'pg_ts_config')
  ) AS attributes
FROM pg_ts_config c
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace n ON n.oid = c.cfgnamespace
WHERE n.nspname = $1
UNION ALL
SELECT
  'text search dictionary',
  d.dictname::text,
  jsonb_build_object(
    'owner', pg_get_userbyid(d.dictowner),
    'template', t.tmplname,
    'options', d.dictinitoption,
    'comment', obj_description(d.oid, 'pg_ts_dict')
  )
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace n ON n.oid = d.dictnamespace
WHERE n.nspname = $1
UNION ALL
SELECT
  'text search parser',
  p.prsname::text,
  jsonb_build_object(
    'start', p.prsstart::text,
    'token', p.prstoken::text,
    'end', p.prsend::text,
    'headline', nullif(p.prsheadline::text, '-'),
    'types', p.prslextype::text,
    'comment', obj_description(p.oid, 'pg_ts_parser')
  )
FROM pg_ts_parser p
JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE n.nspname = $1
UNION ALL
SELECT
  'text search template',
  t.tmplname::text,
  jsonb_build_object(
    'init', nullif(t.tmplinit::text, '-'),
    'lexize', t.tmpllexize::text,
    'comment', obj_description(t.oid, 'pg_ts_template')
  )
FROM pg_ts_template t
JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE n.nspname = $1
