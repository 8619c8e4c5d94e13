-- The array of every bulk call is checked in one statement, before anything is written.
CREATE OR REPLACE FUNCTION _check_items(
  p_items jsonb,
  p_types jsonb
) RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_count integer;
  v_keys text[] := ARRAY(SELECT k.key FROM jsonb_object_keys(p_types) AS k (key));
  v_others integer;
  v_found jsonb;
  v_index bigint;
  v_key text;
  v_type text;
BEGIN
  IF p_items IS NULL OR jsonb_typeof(p_items) <> 'array' THEN
    RAISE EXCEPTION 'items must be a JSON array' USING ERRCODE = 'TM422', DETAIL = 'field: items';
  END IF;
  v_count := jsonb_array_length(p_items);
  IF v_count > 1000 THEN
    RAISE EXCEPTION 'a bulk call takes at most 1,000 items' USING ERRCODE = 'TM413', DETAIL = 'field: items', HINT = 'split it into several calls';
  ELSIF v_count = 0 THEN
    RAISE EXCEPTION 'a bulk call takes at least 1 item' USING ERRCODE = 'TM422', DETAIL = 'field: items';
  END IF;

  -- Items are nearly always right, and that is seen in a third of the time that it takes to find what is wrong: no other
  -- keys, and as many values that are neither text nor null as stand under the keys that take such.
  PERFORM
  FROM jsonb_array_elements(p_items) AS i (item)
  WHERE jsonb_typeof(i.item) <> 'object'
    OR i.item - v_keys <> '{}';
  IF NOT FOUND THEN
    v_others := jsonb_array_length(jsonb_path_query_array(p_items, 'strict $[*].* ? ((@ starts with "") is unknown && @ != null)'));
    FOR v_key, v_type IN
      SELECT e.key, e.value
      FROM jsonb_each_text(p_types) e
      WHERE e.value <> 'string'
    LOOP
      v_found := jsonb_path_query_array(p_items, format('$[*].%s.type()', to_json(v_key))::jsonpath);
      IF v_found <@ jsonb_build_array(v_type, 'null') THEN
        v_others := v_others - jsonb_array_length(v_found) + jsonb_array_length(jsonb_path_query_array(v_found, '$[*] ? (@ == "null")'));
      ELSE
        v_others := -1;
        EXIT;
      END IF;
    END LOOP;
    IF v_others = 0 THEN
      RETURN v_count;
    END IF;
  END IF;

  SELECT i.index, e.key, p_types ->> e.key
  INTO v_index, v_key, v_type
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, index)
  LEFT JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(i.item) = 'object' THEN i.item END) e ON true
  WHERE jsonb_typeof(i.item) <> 'object'
    OR (e.key IS NOT NULL AND (p_types ->> e.key IS NULL OR jsonb_typeof(e.value) NOT IN (p_types ->> e.key, 'null')))
  ORDER BY i.index, e.key
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN v_count;
  ELSIF v_key IS NULL THEN
    RAISE EXCEPTION 'item % must be a JSON object', v_index - 1 USING ERRCODE = 'TM422', DETAIL = 'item ' || v_index - 1;
  ELSIF v_type IS NULL THEN
    RAISE EXCEPTION 'an item has no field %', to_json(v_key) USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index - 1, v_key),
      HINT = 'the fields are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;
  RAISE EXCEPTION '% of an item must be a JSON %', v_key, v_type USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index - 1, v_key);
END
$$;
COMMENT ON FUNCTION _check_items IS
'Checks the array of a bulk call: 1 to 1,000 objects that have no other keys than expected, and values of the expected JSON types; null always passes.

p_items: the array.
p_types: each key that may be there, with the JSON type of its value.
Returns how many items there are.
Raises TM413 above 1,000 items; TM422 that names the item, counted from 0, and the field.';
REVOKE ALL ON FUNCTION _check_items FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_items TO tmi_api;
ALTER FUNCTION _check_items OWNER TO tmi_guard;
