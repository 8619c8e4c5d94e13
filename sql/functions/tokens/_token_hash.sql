-- A token itself must never be stored by mistake: what comes in has to look like its sha256.
CREATE OR REPLACE FUNCTION _token_hash(
  p_hash text,
  p_field text
) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_hash IS NULL OR p_hash !~ '^[0-9a-fA-F]{64}$' THEN
    RAISE EXCEPTION 'a token''s hash has 64 hexadecimal digits' USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'token_hash', DETAIL = 'field: ' || p_field,
      HINT = 'hand over the sha256 of the token, never the token';
  END IF;
  RETURN lower(p_hash);
END
$$;
COMMENT ON FUNCTION _token_hash IS
'Checks that a text is a sha256 in hexadecimal digits.

p_hash: the text, in any case.
p_field: what the argument is called in DETAIL.
Returns the hash in lower case, as it is stored.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _token_hash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _token_hash TO tmi_identity;
ALTER FUNCTION _token_hash OWNER TO tmi_guard;
