-- The limit of every JSON document that is kept, stated once: what is nested deeper is a mistake or an attack.
CREATE OR REPLACE FUNCTION _check_depth(
  p_document jsonb,
  p_field text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF jsonb_path_exists(p_document, 'strict $.**{100} ? (@.type() == "object" || @.type() == "array")') THEN
    RAISE EXCEPTION 'JSON is nested at most 100 deep' USING ERRCODE = 'TM413', DETAIL = 'field: ' || p_field;
  END IF;
END
$$;
COMMENT ON FUNCTION _check_depth IS
'Checks how deeply a JSON document is nested.

p_document: the document.
p_field: what it is called in messages.
Returns nothing.
Raises TM413 above 100 objects and arrays in each other.';
REVOKE ALL ON FUNCTION _check_depth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_depth TO tmi_api;
ALTER FUNCTION _check_depth OWNER TO tmi_guard;
