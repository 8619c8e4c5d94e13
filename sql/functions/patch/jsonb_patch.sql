-- RFC 6902 as a plain function of two documents, so that it works on any column, in any query, for any caller.
CREATE OR REPLACE FUNCTION jsonb_patch(
  p_document jsonb,
  p_operations jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_document jsonb := p_document;
  v_operation jsonb;
  v_index bigint;
  v_op text;
  v_path text[];
  v_from text[];
  v_value jsonb;
  v_state text := 'TM422';
  v_fault text;
  v_place text;
BEGIN
  IF p_operations IS NULL OR jsonb_typeof(p_operations) <> 'array' THEN
    RAISE EXCEPTION 'a patch must be a JSON array of operations' USING ERRCODE = 'TM422', DETAIL = 'field: operations';
  ELSIF jsonb_array_length(p_operations) > 1000 THEN
    RAISE EXCEPTION 'a patch takes at most 1,000 operations' USING ERRCODE = 'TM413', DETAIL = 'field: operations', HINT = 'split it into several calls';
  ELSIF p_document IS NULL THEN
    RETURN NULL;
  END IF;

  FOR v_operation, v_index IN
    SELECT o.operation, o.n - 1
    FROM jsonb_array_elements(p_operations) WITH ORDINALITY AS o (operation, n)
    ORDER BY o.n
  LOOP
    v_op := v_operation ->> 'op';
    v_path := _pointer_tokens(v_operation ->> 'path');
    v_from := _pointer_tokens(v_operation ->> 'from');
    v_value := v_operation -> 'value';
    v_place := v_operation ->> 'path';
    IF jsonb_typeof(v_operation) <> 'object' THEN
      v_fault := 'an operation must be a JSON object';
    ELSIF coalesce(v_op NOT IN ('add', 'remove', 'replace', 'move', 'copy', 'test'), true) THEN
      v_fault := 'op must be add, remove, replace, move, copy or test';
      v_place := 'op';
    ELSIF v_path IS NULL OR jsonb_typeof(v_operation -> 'path') <> 'string' THEN
      v_fault := 'path must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := 'path';
    ELSIF v_op IN ('move', 'copy') AND (v_from IS NULL OR jsonb_typeof(v_operation -> 'from') <> 'string') THEN
      v_fault := 'from must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := 'from';
    ELSIF v_op IN ('add', 'replace', 'test') AND v_value IS NULL THEN
      v_fault := format('%s needs a value, if only null', v_op);
      v_place := 'value';
    ELSIF v_op = 'test' THEN
      -- A place that is not there holds no value either.
      IF _pointer_value(v_document, v_path) IS DISTINCT FROM v_value THEN
        v_state := 'TM409';
        v_fault := 'the document does not hold the value that the patch was made for';
      END IF;
    ELSIF v_op = 'add' THEN
      v_document := _pointer_add(v_document, v_path, v_value);
    ELSIF v_op IN ('move', 'copy') THEN
      v_value := _pointer_value(v_document, v_from);
      IF v_value IS NULL THEN
        v_fault := 'from leads nowhere in the document';
        v_place := v_operation ->> 'from';
      ELSIF v_op = 'copy' THEN
        v_document := _pointer_add(v_document, v_path, v_value);
      ELSIF v_path[:cardinality(v_from)] <> v_from THEN
        v_document := _pointer_add(v_document #- v_from, v_path, v_value);
      ELSIF v_path <> v_from THEN
        v_fault := 'a value cannot be moved into itself';
      END IF;
    ELSIF _pointer_value(v_document, v_path) IS NULL THEN
      v_fault := 'path leads nowhere in the document';
    ELSIF v_path = '{}' THEN
      v_document := v_value;
      IF v_op = 'remove' THEN
        v_fault := 'a document cannot be removed from itself';
      END IF;
    ELSIF v_op = 'remove' THEN
      v_document := v_document #- v_path;
    ELSE
      v_document := jsonb_set(v_document, v_path, v_value);
    END IF;

    IF v_document IS NULL AND v_fault IS NULL THEN
      v_fault := 'path leads nowhere that a value can be added: its parent is missing, or the index is beyond the end';
    ELSIF pg_column_size(v_document) > 67108864 THEN
      v_state := 'TM413';
      v_fault := 'a document takes at most 64 MB';
    END IF;
    IF v_fault IS NOT NULL THEN
      RAISE EXCEPTION '%', v_fault USING ERRCODE = v_state, DETAIL = format('item %s', v_index) || coalesce(': ' || nullif(left(v_place, 1000), ''), '');
    END IF;
  END LOOP;

  IF jsonb_path_exists(v_document, 'strict $.**{100} ? (@.type() == "object" || @.type() == "array")') THEN
    RAISE EXCEPTION 'a document is at most 100 levels deep' USING ERRCODE = 'TM413', DETAIL = 'field: operations';
  END IF;
  RETURN v_document;
END
$$;
COMMENT ON FUNCTION jsonb_patch IS
'Applies a JSON Patch (RFC 6902) to a document.

p_document: the document.
p_operations: an array of up to 1,000 operations {op, path, value} or {op, path, from}, of which op is add, remove, replace, move, copy or test, and path and from are JSON Pointers (RFC 6901); other members are passed over.
Returns the document with all operations applied, one after the other; NULL for no document.
Raises TM409 when a test fails; TM413 above 1,000 operations, for a result above 64 MB or more than 100 levels deep; TM422 for an operation that is malformed or leads nowhere; DETAIL names the operation, counted from 0, and the pointer or the member that is wrong.';
REVOKE ALL ON FUNCTION jsonb_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jsonb_patch TO tmi_api, tmi_app;
ALTER FUNCTION jsonb_patch OWNER TO tmi_guard;
