-- Callers send pairs in an order, which errors refer to.
CREATE OR REPLACE FUNCTION _metadata_items(
  p_items jsonb,
  p_entity jsonb
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
  WHERE i.item ->> 'key' IS NOT NULL
  GROUP BY i.item ->> 'key'
  HAVING count(*) > 1
  ORDER BY 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two pairs have the same key' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'key', DETAIL = format('item %s: key', v_index);
  END IF;
  RETURN (
    SELECT jsonb_agg(i.item || p_entity ORDER BY i.n)
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  );
END
$$;
COMMENT ON FUNCTION _metadata_items IS
'Checks an array of pairs, and adds to each what it describes.

p_items: an array of 1 to 1,000 objects {key, value}.
p_entity: an object of entity_type, entity_id, and for a cell diagram_id and cell_id.
Returns the array.
Raises TM413 above 1,000 pairs; TM422 that names the pair, counted from 0, for other fields than these, values that are no texts, and a key that comes twice.';
REVOKE ALL ON FUNCTION _metadata_items FROM PUBLIC;
ALTER FUNCTION _metadata_items OWNER TO tmi_api;
