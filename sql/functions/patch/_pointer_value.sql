-- PostgreSQL's own paths take -1, 01 and blanks for indexes of an array, which RFC 6901 does not: those are walked step by step.
CREATE OR REPLACE FUNCTION _pointer_value(
  p_document jsonb,
  p_tokens text[]
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_value jsonb := p_document;
  v_token text;
BEGIN
  IF array_to_string(p_tokens, '/') !~ '(^|/)([[:space:]+-]|0[0-9])' THEN
    RETURN p_document #> p_tokens;
  END IF;
  FOREACH v_token IN ARRAY p_tokens LOOP
    v_value := CASE jsonb_typeof(v_value)
      WHEN 'object' THEN v_value -> v_token
      WHEN 'array' THEN CASE WHEN v_token ~ '^(0|[1-9][0-9]{0,8})$' THEN v_value -> v_token::integer END
    END;
  END LOOP;
  RETURN v_value;
END
$$;
COMMENT ON FUNCTION _pointer_value IS
'Finds what a JSON Pointer leads to.

p_document: the document.
p_tokens: the pointer, taken apart.
Returns the value; NULL where the pointer leads nowhere.';
REVOKE ALL ON FUNCTION _pointer_value FROM PUBLIC;
ALTER FUNCTION _pointer_value OWNER TO tmi_guard;
