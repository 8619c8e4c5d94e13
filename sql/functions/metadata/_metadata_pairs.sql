-- Callers send pairs in an order, which errors refer to; the database keeps them by key.
CREATE OR REPLACE FUNCTION _metadata_pairs(
  p_items jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
BEGIN
  PERFORM _check_items(p_items, '{"key": "string", "value": "string"}');
  SELECT max(i.n) - 1
  INTO v_index
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  GROUP BY i.item ->> 'key'
  HAVING count(*) > 1 OR max(i.item ->> 'key') IS NULL OR max(i.item ->> 'value') IS NULL
  ORDER BY 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a pair has a key that no other has, and a value' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'key', DETAIL = format('item %s: key', v_index);
  END IF;
  RETURN (
    SELECT jsonb_object_agg(i.item ->> 'key', i.item -> 'value')
    FROM jsonb_array_elements(p_items) AS i (item)
  );
END
$$;
COMMENT ON FUNCTION _metadata_pairs IS
'Turns an array of pairs into an object.

p_items: an array of 1 to 1,000 objects {key, value}.
Returns the object.
Raises TM413 above 1,000 pairs; TM422 that names the pair, counted from 0.';
REVOKE ALL ON FUNCTION _metadata_pairs FROM PUBLIC;
ALTER FUNCTION _metadata_pairs OWNER TO tmi_api;
