-- Ids: random ones by default, those of the API in the order of their making, and those of cells made from what names them.
SELECT no_plan();
CREATE FUNCTION tap.by_hand(p_diagram uuid, p_cell text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_bytes bytea := substring(sha256(convert_to(p_diagram || '/' || p_cell, 'UTF8')) FROM 1 FOR 16);
BEGIN
  v_bytes := set_byte(v_bytes, 6, get_byte(v_bytes, 6) & 15 | 128);
  v_bytes := set_byte(v_bytes, 8, get_byte(v_bytes, 8) & 63 | 128);
  RETURN encode(v_bytes, 'hex')::uuid;
END
$$;
CREATE FUNCTION tap.plan(p_query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_plan text;
BEGIN
  EXECUTE 'EXPLAIN (VERBOSE, FORMAT json) ' || p_query INTO v_plan;
  RETURN v_plan;
END
$$;

SELECT matches(uuid_generate_v4()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'an id is a version 4 UUID');
SELECT isnt(uuid_generate_v4(), uuid_generate_v4(), 'and another each time');
SELECT is((SELECT count(DISTINCT uuid_generate_v4()) FROM generate_series(1, 1000)), 1000::bigint, 'row by row');

SELECT matches(
  uuid_generate_v7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'an id of the API is a version 7 UUID'
);
SELECT is_empty(
  $$SELECT u.id FROM (SELECT uuid_generate_v7()::text AS id FROM generate_series(1, 1000)) u
    WHERE u.id !~ '^0[0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'$$,
  'always'
);
-- Half of the least part of its clock either way is what rounding leaves.
SELECT ok(
  b.at - interval '1 microsecond' <= i.at AND i.at <= clock_timestamp() + interval '1 microsecond',
  'its first 48 bits are the milliseconds since 1970, and the next 12 their fraction'
)
FROM (SELECT clock_timestamp() AS at OFFSET 0) b
CROSS JOIN LATERAL (
  SELECT to_timestamp((('x' || substr(u.hex, 1, 12))::bit(48)::bigint + ('x' || substr(u.hex, 14, 3))::bit(12)::integer / 4096.0) / 1000) AS at
  FROM (SELECT replace(uuid_generate_v7()::text, '-', '') AS hex OFFSET 0) u
) i;
SELECT is((SELECT count(DISTINCT uuid_generate_v7()) FROM generate_series(1, 1000)), 1000::bigint, 'it is another each time, row by row');
SELECT is(
  (SELECT count(DISTINCT right(uuid_generate_v7()::text, 15)) FROM generate_series(1, 1000)), 1000::bigint, 'by what is random in it already'
);
-- A moment between them, since two that are made within a quarter of a microsecond come in any order.
CREATE TEMPORARY TABLE made (n integer, id uuid);
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    INSERT INTO made VALUES (n, uuid_generate_v7());
    PERFORM pg_sleep(0.00001);
  END LOOP;
END
$$;
SELECT is_empty('SELECT FROM made a JOIN made b ON b.n > a.n AND b.id < a.id', 'and greater than those made before');

SELECT tap.add_user('alice');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('P', p_id => '10000000-0000-4000-8000-000000000001');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM threat_model_create('Q') f), '7', 'the API gives one to a model');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'Copy') f), '7', 'the API gives one to a copy');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM threat_create('10000000-0000-4000-8000-000000000001', 'T') f), '7', 'the API gives one to a threat');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM threat_bulk_create('10000000-0000-4000-8000-000000000001', '[{"name": "T"}]') f), '7', 'the API gives one to a threat of many');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM threat_bulk_create('10000000-0000-4000-8000-000000000001', '[{"name": "T", "metadata": {"k": "v"}}]') f), '7', 'the API gives one to a threat of many with metadata');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'D') f), '7', 'the API gives one to a diagram');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM diagram_bulk_create('10000000-0000-4000-8000-000000000001', '[{"name": "D"}]') f), '7', 'the API gives one to a diagram of many');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM document_create('10000000-0000-4000-8000-000000000001', 'D', 'https://example.com') f), '7', 'the API gives one to a document');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM source_create('10000000-0000-4000-8000-000000000001', 'S', 'https://example.com') f), '7', 'the API gives one to a source');
SELECT is((SELECT substr(f.id::text, 15, 1) FROM session_create('10000000-0000-4000-8000-000000000001', 'wss://example.com') f), '7', 'the API gives one to a session');
SELECT results_eq(
  format('SELECT t.name FROM threat_bulk_create(%L, %L) t ORDER BY t.id', '10000000-0000-4000-8000-000000000001', v.items),
  $$SELECT n::text FROM generate_series(1, 100) n$$,
  'rows of one call have ids in the order that they were given in: ' || v.kind
)
FROM (
  SELECT 'plain' AS kind, jsonb_agg(jsonb_build_object('name', n::text) ORDER BY n) AS items FROM generate_series(1, 100) n
  UNION ALL
  SELECT 'with metadata', jsonb_agg(jsonb_build_object('name', n::text, 'metadata', '{"k": "v"}'::jsonb) ORDER BY n) FROM generate_series(1, 100) n
) v;
RESET ROLE;

-- The first was computed elsewhere; the others by the rule, step by step.
SELECT is(_named_uuid('f6fadfa7-e5c1-4b62-9362-da5cc13da58a', 'a/b'), 'c77ab6d6-3157-8e20-a007-bd57cf559f95', 'a cell has the UUID made from diagram and cell');
SELECT is(_named_uuid(d, c), tap.by_hand(d, c), format('so has the cell %s', quote_literal(c)))
FROM (VALUES
  ('00000000-0000-4000-8000-000000000001'::uuid, ''),
  ('00000000-0000-4000-8000-000000000001', 'a'),
  ('00000000-0000-4000-8000-000000000002', 'a'),
  ('00000000-0000-4000-8000-000000000001', 'Grüße 😀'),
  ('00000000-0000-4000-8000-000000000001', 'back\slash'),
  ('00000000-0000-4000-8000-000000000001', '\x41'),
  ('00000000-0000-4000-8000-000000000001', '\\'),
  ('00000000-0000-4000-8000-000000000001', 'line' || chr(10) || 'break'),
  ('ffffffff-ffff-ffff-ffff-ffffffffffff', repeat('x', 256))
) AS v (d, c);
SELECT is(_named_uuid(NULL, 'a'), NULL, 'without a diagram there is none');
SELECT is(_named_uuid('00000000-0000-4000-8000-000000000001', NULL), NULL, 'nor without a cell');
SELECT is_empty(
  $$SELECT u.id FROM (SELECT _named_uuid(uuid_generate_v4(), n::text)::text AS id FROM generate_series(1, 500) n) u
    WHERE u.id !~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'$$,
  'it is always of version 8 and of the one variant'
);
SELECT is(
  (SELECT count(DISTINCT substr(_named_uuid('00000000-0000-4000-8000-000000000001', n::text)::text, 20, 1)) FROM generate_series(1, 200) n),
  4::bigint,
  'whose two other bits stay those of the sum'
);

SET LOCAL standard_conforming_strings TO off;
SELECT is(_named_uuid(d, c), tap.by_hand(d, c), 'whatever a session makes of backslashes')
FROM (SELECT '00000000-0000-4000-8000-000000000001'::uuid AS d, 'back' || chr(92) || 'slash' AS c) v;
RESET standard_conforming_strings;

-- A function that is called is slower by a multiple than one that is inlined.
SELECT unalike(tap.plan('SELECT uuid_generate_v4()'), '%uuid_generate_v4%', 'ids are made without a call');
SELECT unalike(tap.plan('SELECT uuid_generate_v7()'), '%uuid_generate_v7%', 'those of the API too');
SELECT unalike(tap.plan('SELECT _named_uuid(d.id, d.name) FROM diagrams d'), '%_named_uuid%', 'and those of cells');

SELECT * FROM finish();
