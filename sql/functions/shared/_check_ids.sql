-- Bulk calls on rows that exist name each row once: twice would make the answer depend on the order.
CREATE OR REPLACE FUNCTION _check_ids(
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
BEGIN
  SELECT i.n - 1
  INTO v_index
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  WHERE coalesce(i.item ->> 'id', '') !~* '^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
  ORDER BY i.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an item names its row by an id, which is a uuid' USING ERRCODE = 'TM422', COLUMN = 'id', DETAIL = format('item %s: id', v_index);
  END IF;
  SELECT i.n - 1
  INTO v_index
  FROM (
    SELECT e.n, row_number() OVER (PARTITION BY (e.item ->> 'id')::uuid ORDER BY e.n) AS occurrence
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS e (item, n)
  ) i
  WHERE i.occurrence > 1
  ORDER BY i.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row is named twice' USING ERRCODE = 'TM422', COLUMN = 'id', DETAIL = format('item %s: id', v_index);
  END IF;
END
$$;
COMMENT ON FUNCTION _check_ids IS
'Checks that each item of a bulk call names a row by its id, and no other item the same.

p_items: the array, whose items are objects.
Returns nothing.
Raises TM422 that names the item, counted from 0.';
REVOKE ALL ON FUNCTION _check_ids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_ids TO tmi_api;
ALTER FUNCTION _check_ids OWNER TO tmi_guard;
