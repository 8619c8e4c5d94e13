-- RFC 6901 in one place: operations of a patch name locations by pointers, which escape two characters.
CREATE OR REPLACE FUNCTION _pointer_tokens(
  p_pointer text
) RETURNS text[]
LANGUAGE plpgsql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_pointer = '' THEN
    RETURN ARRAY[]::text[];
  ELSIF left(p_pointer, 1) <> '/' THEN
    RETURN NULL;
  ELSIF strpos(p_pointer, '~') = 0 THEN
    RETURN (string_to_array(p_pointer, '/'))[2:];
  ELSIF p_pointer ~ '~([^01]|$)' THEN
    RETURN NULL;
  END IF;
  -- ~1 before ~0, so that ~01 becomes ~1 and not a slash.
  RETURN ARRAY(
    SELECT replace(replace(u.token, '~1', '/'), '~0', '~')
    FROM unnest((string_to_array(p_pointer, '/'))[2:]) WITH ORDINALITY AS u (token, n)
    ORDER BY u.n
  );
END
$$;
COMMENT ON FUNCTION _pointer_tokens IS
'Takes a JSON Pointer (RFC 6901) apart.

p_pointer: an empty text for the whole document, else tokens, each after a slash; ~1 stands for a slash and ~0 for a tilde.
Returns the tokens, unescaped; NULL for NULL and for a text that is no pointer.';
REVOKE ALL ON FUNCTION _pointer_tokens FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _pointer_tokens TO tmi_api;
ALTER FUNCTION _pointer_tokens OWNER TO tmi_guard;
