-- What add, copy and move have in common: a member is set, an element is pushed in, and no place is made up.
CREATE OR REPLACE FUNCTION _pointer_add(
  p_document jsonb,
  p_tokens text[],
  p_value jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_parent jsonb;
  v_depth integer := cardinality(p_tokens);
  v_last text := p_tokens[cardinality(p_tokens)];
BEGIN
  IF v_depth = 0 THEN
    RETURN p_value;
  END IF;
  v_parent := _pointer_value(p_document, p_tokens[:v_depth - 1]);
  CASE jsonb_typeof(v_parent)
    WHEN 'object' THEN
      RETURN jsonb_set(p_document, p_tokens, p_value);
    WHEN 'array' THEN
      IF v_last = '-' THEN
        RETURN jsonb_insert(p_document, p_tokens[:v_depth - 1] || jsonb_array_length(v_parent)::text, p_value);
      ELSIF v_last ~ '^(0|[1-9][0-9]{0,8})$' AND v_last::integer <= jsonb_array_length(v_parent) THEN
        RETURN jsonb_insert(p_document, p_tokens, p_value);
      END IF;
      RETURN NULL;
    ELSE
      RETURN NULL;
  END CASE;
END
$$;
COMMENT ON FUNCTION _pointer_add IS
'Adds a value where a JSON Pointer leads, as the operation add of RFC 6902 does.

p_document: the document.
p_tokens: the pointer, taken apart; the last token may be - for the end of an array.
p_value: the value.
Returns the document with it; NULL where the place does not exist: no parent, or an index beyond the end.';
REVOKE ALL ON FUNCTION _pointer_add FROM PUBLIC;
ALTER FUNCTION _pointer_add OWNER TO tmi_guard;
