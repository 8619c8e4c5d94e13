-- Rows are patched as documents of the fields that may be written: nothing else of a row can be reached by a pointer.
CREATE OR REPLACE FUNCTION _patch_changes(
  p_row jsonb,
  p_operations jsonb,
  p_types jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
  v_pointer text;
  v_old jsonb;
  v_new jsonb;
BEGIN
  SELECT o.n - 1, p.pointer
  INTO v_index, v_pointer
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_operations) = 'array' AND jsonb_array_length(p_operations) <= 1000 THEN p_operations ELSE '[]' END)
    WITH ORDINALITY AS o (operation, n)
  CROSS JOIN LATERAL (
    VALUES
      (o.operation ->> 'path'),
      (CASE WHEN o.operation ->> 'op' IN ('move', 'copy') THEN o.operation ->> 'from' END)
  ) AS p (pointer)
  WHERE NOT coalesce(p_types ? (_pointer_tokens(p.pointer))[1], p.pointer IS DISTINCT FROM '')
  ORDER BY o.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a patch does not reach this place' USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index, coalesce(nullif(left(v_pointer, 1000), ''), 'path')),
      HINT = 'the places are ' || (SELECT string_agg('/' || k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;

  SELECT jsonb_object_agg(k.key, p_row -> k.key)
  INTO v_old
  FROM jsonb_object_keys(p_types) AS k (key);
  v_new := jsonb_patch(v_old, p_operations);
  PERFORM _check_object(v_new, p_types, 'the patched row');
  RETURN coalesce(
    (
      -- What was removed is cleared.
      SELECT jsonb_object_agg(k.key, coalesce(v_new -> k.key, 'null'))
      FROM jsonb_object_keys(p_types) AS k (key)
      WHERE v_new -> k.key IS DISTINCT FROM v_old -> k.key
    ),
    '{}'
  );
END
$$;
COMMENT ON FUNCTION _patch_changes IS
'Turns a JSON Patch of a row into the changes that an update takes.

p_row: the row as a JSON object.
p_operations: the operations, as jsonb_patch takes them.
p_types: each field that may be patched, with the JSON type of its value.
Returns an object of the fields that change; a field that was removed is null.
Raises what jsonb_patch raises; TM422 for a pointer to anything but these fields, and for a value of another JSON type.';
REVOKE ALL ON FUNCTION _patch_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _patch_changes TO tmi_api;
ALTER FUNCTION _patch_changes OWNER TO tmi_guard;
