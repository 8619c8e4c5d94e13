-- RFC 6902 as a plain function of two documents, so that it works on any column, in any query, for any caller. A definer, so
-- that callers need no right to its parts.
CREATE OR REPLACE FUNCTION jsonb_patch(
  p_document jsonb,
  p_operations jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
SECURITY DEFINER
PARALLEL SAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_document jsonb := p_document;
  v_operation jsonb;
  v_index bigint;
  v_op text;
  v_path text[];
  v_from text[];
  v_fault text;
  v_place text;
  -- An array of a large document that three operations or more go into is held element by element meanwhile.
  v_elements jsonb[];
  v_array text[];
  v_depth integer;
  v_element integer;
  v_size integer := pg_column_size(p_document);
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
    v_from := CASE WHEN v_op IN ('move', 'copy') THEN _pointer_tokens(v_operation ->> 'from') END;
    IF jsonb_typeof(v_operation) <> 'object' THEN
      v_fault := 'an operation must be a JSON object';
    ELSIF coalesce(v_op NOT IN ('add', 'remove', 'replace', 'move', 'copy', 'test'), true) THEN
      v_fault := 'op must be add, remove, replace, move, copy or test';
      v_place := ': op';
    ELSIF v_path IS NULL OR jsonb_typeof(v_operation -> 'path') <> 'string' THEN
      v_fault := 'path must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := ': path';
    ELSIF v_op IN ('move', 'copy') AND (v_from IS NULL OR jsonb_typeof(v_operation -> 'from') <> 'string') THEN
      v_fault := 'from must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := ': from';
    ELSIF v_op IN ('add', 'replace', 'test') AND NOT v_operation ? 'value' THEN
      v_fault := format('%s needs a value, if only null', v_op);
      v_place := ': value';
    END IF;
    IF v_fault IS NOT NULL THEN
      RAISE EXCEPTION '%', v_fault USING ERRCODE = 'TM422', DETAIL = format('item %s', v_index) || coalesce(v_place, '');
    END IF;

    -- Any change of a document copies it whole, so one of a megabyte is not changed a thousand times over.
    IF v_elements IS NULL AND v_from IS NULL AND v_size > 32768 THEN
      FOR v_depth IN 0 .. cardinality(v_path) - 1 LOOP
        v_array := v_path[:v_depth];
        IF (_pointer_tokens(p_operations -> (v_index + 1)::integer ->> 'path'))[:v_depth] = v_array
          AND (_pointer_tokens(p_operations -> (v_index + 2)::integer ->> 'path'))[:v_depth] = v_array
          AND jsonb_typeof(_pointer_value(v_document, v_array)) = 'array'
        THEN
          v_elements := ARRAY(SELECT e.element FROM jsonb_array_elements(_pointer_value(v_document, v_array)) WITH ORDINALITY AS e (element, n) ORDER BY e.n);
          EXIT;
        END IF;
      END LOOP;
    END IF;
    IF v_elements IS NOT NULL THEN
      v_depth := cardinality(v_array) + 1;
      v_element := CASE
        WHEN v_path[:v_depth - 1] <> v_array THEN NULL
        WHEN v_path[v_depth] ~ '^(0|[1-9][0-9]{0,8})$' THEN v_path[v_depth]::integer + 1
        WHEN v_path[v_depth] = '-' THEN cardinality(v_elements) + 1
      END;
      IF v_element <= cardinality(v_elements)
        AND (cardinality(v_path) > v_depth OR v_op IN ('replace', 'test'))
        AND (v_from IS NULL OR v_from[:v_depth] = v_path[:v_depth])
      THEN
        v_size := v_size - pg_column_size(v_elements[v_element]);
        v_elements[v_element] := _patch_apply(v_elements[v_element], v_operation, v_index, v_path[v_depth + 1:], v_from[v_depth + 1:]);
        v_size := v_size + pg_column_size(v_elements[v_element]);
      ELSIF v_op = 'add' AND cardinality(v_path) = v_depth AND v_element = cardinality(v_elements) + 1 THEN
        v_elements := array_append(v_elements, v_operation -> 'value');
        v_size := v_size + pg_column_size(v_operation -> 'value');
      ELSIF v_op = 'add' AND cardinality(v_path) = v_depth AND v_element <= cardinality(v_elements) THEN
        v_elements := v_elements[:v_element - 1] || (v_operation -> 'value') || v_elements[v_element:];
        v_size := v_size + pg_column_size(v_operation -> 'value');
      ELSIF v_op = 'remove' AND cardinality(v_path) = v_depth AND v_element <= cardinality(v_elements) THEN
        v_elements := v_elements[:v_element - 1] || v_elements[v_element + 1:];
      ELSE
        v_document := CASE WHEN v_array = '{}' THEN to_jsonb(v_elements) ELSE jsonb_set(v_document, v_array, to_jsonb(v_elements)) END;
        v_elements := NULL;
      END IF;
    END IF;
    IF v_elements IS NULL THEN
      v_document := _patch_apply(v_document, v_operation, v_index, v_path, v_from);
      v_size := pg_column_size(v_document);
    END IF;
    IF v_size > 67108864 THEN
      RAISE EXCEPTION 'a document takes at most 64 MB' USING ERRCODE = 'TM413', DETAIL = format('item %s: %s', v_index, v_operation ->> 'path');
    END IF;
  END LOOP;

  IF v_elements IS NOT NULL THEN
    v_document := CASE WHEN v_array = '{}' THEN to_jsonb(v_elements) ELSE jsonb_set(v_document, v_array, to_jsonb(v_elements)) END;
  END IF;
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
