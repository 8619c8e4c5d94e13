-- Ids: random ones by default, and those of cells made from what names them.
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
SELECT unalike(tap.plan('SELECT _named_uuid(d.id, d.name) FROM diagrams d'), '%_named_uuid%', 'those of cells too');

SELECT * FROM finish();
