-- Ids in the order of their making, so that primary keys grow at their end: random ones are spread over all of it, and each
-- writes another page. Forty-eight bits of milliseconds and twelve of a part of one are two lengths of one number; from 2004 to
-- 2527 it has fourteen digits. No SET clause, so that it is inlined; PostgreSQL has a function of its own from 18 on only.
CREATE OR REPLACE FUNCTION uuid_generate_v7() RETURNS uuid
LANGUAGE sql
VOLATILE
PARALLEL SAFE
AS $$
  SELECT (
    '0'
    OPERATOR(pg_catalog.||) pg_catalog.overlay(
      pg_catalog.to_hex((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 4096000)::pg_catalog.int8),
      '7', 12, 0
    )
    OPERATOR(pg_catalog.||) pg_catalog.right(pg_catalog.gen_random_uuid()::pg_catalog.text, 17)
  )::pg_catalog.uuid
$$;
COMMENT ON FUNCTION uuid_generate_v7 IS
'Makes the id of a new row. Whoever reads the id learns when it was made, in quarters of a microsecond.

Returns a version 7 UUID (RFC 9562, 5.7, with a fraction of the millisecond by method 3 of 6.2), greater than those made before as long as the clock is not set back.
Raises nothing.';
REVOKE ALL ON FUNCTION uuid_generate_v7 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION uuid_generate_v7 TO tmi_api;
