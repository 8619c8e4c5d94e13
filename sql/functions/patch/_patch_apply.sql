-- One operation of a patch on one document, which may be an element of the one that is patched.
CREATE OR REPLACE FUNCTION _patch_apply(
  p_document jsonb,
  p_operation jsonb,
  p_index bigint,
  p_path text[],
  p_from text[]
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_op text := p_operation ->> 'op';
  v_value jsonb := p_operation -> 'value';
  v_document jsonb := p_document;
  v_state text := 'TM422';
  v_place text := p_operation ->> 'path';
  v_fault text;
BEGIN
  IF v_op = 'test' THEN
    -- A place that is not there holds no value either.
    IF _pointer_value(p_document, p_path) IS DISTINCT FROM v_value THEN
      v_state := 'TM409';
      v_fault := 'the document does not hold the value that the patch was made for';
    END IF;
  ELSIF v_op = 'add' THEN
    v_document := _pointer_add(p_document, p_path, v_value);
  ELSIF v_op IN ('move', 'copy') THEN
    v_value := _pointer_value(p_document, p_from);
    IF v_value IS NULL THEN
      v_fault := 'from leads nowhere in the document';
      v_place := p_operation ->> 'from';
    ELSIF v_op = 'copy' AND pg_column_size(p_document) + pg_column_size(v_value) > 67108864 THEN
      -- Copies can double a document with every operation: it is not made first and measured then.
      v_state := 'TM413';
      v_fault := 'a document takes at most 64 MB';
    ELSIF v_op = 'copy' THEN
      v_document := _pointer_add(p_document, p_path, v_value);
    ELSIF p_path[:cardinality(p_from)] <> p_from THEN
      v_document := _pointer_add(p_document #- p_from, p_path, v_value);
    ELSIF p_path <> p_from THEN
      v_fault := 'a value cannot be moved into itself';
    END IF;
  ELSIF _pointer_value(p_document, p_path) IS NULL THEN
    v_fault := 'path leads nowhere in the document';
  ELSIF p_path = '{}' THEN
    v_document := v_value;
    IF v_op = 'remove' THEN
      v_fault := 'a document cannot be removed from itself';
    END IF;
  ELSIF v_op = 'remove' THEN
    v_document := p_document #- p_path;
  ELSE
    v_document := jsonb_set(p_document, p_path, v_value);
  END IF;

  IF v_fault IS NULL AND v_document IS NULL THEN
    v_fault := 'path leads nowhere that a value can be added: its parent is missing, or the index is beyond the end';
  END IF;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = v_state, DETAIL = format('item %s', p_index) || coalesce(': ' || nullif(left(v_place, 1000), ''), '');
  END IF;
  RETURN v_document;
END
$$;
COMMENT ON FUNCTION _patch_apply IS
'Applies one operation of a JSON Patch.

p_document: the document.
p_operation: the operation, which is not malformed.
p_index: its place in the patch, counted from 0.
p_path, p_from: its pointers, taken apart, from the document on.
Returns the document with the operation applied.
Raises TM409 when a test fails; TM413 for a copy that would make more than 64 MB; TM422 for an operation that leads nowhere; DETAIL names the operation and the pointer.';
REVOKE ALL ON FUNCTION _patch_apply FROM PUBLIC;
ALTER FUNCTION _patch_apply OWNER TO tmi_guard;
