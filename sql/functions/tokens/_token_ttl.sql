-- One place for how long tokens and families may live.
CREATE OR REPLACE FUNCTION _token_ttl(
  p_ttl interval,
  p_limit interval,
  p_field text
) RETURNS interval
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_ttl BETWEEN '1 second' AND p_limit THEN
    RETURN p_ttl;
  END IF;
  RAISE EXCEPTION 'it can last from 1 second to %', p_limit USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'expires_at', DETAIL = 'field: ' || p_field;
END
$$;
COMMENT ON FUNCTION _token_ttl IS
'Checks how long a token or a family of tokens is to live.

p_ttl: how long.
p_limit: how long at the most.
p_field: what the argument is called in DETAIL.
Returns p_ttl.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _token_ttl FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _token_ttl TO tmi_identity;
ALTER FUNCTION _token_ttl OWNER TO tmi_guard;
