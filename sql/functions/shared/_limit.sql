-- One place for the size of a page.
CREATE OR REPLACE FUNCTION _limit(
  p_limit integer
) RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_limit BETWEEN 1 AND 200 THEN
    RETURN p_limit;
  ELSIF p_limit IS NULL THEN
    RETURN 50;
  ELSIF p_limit > 200 THEN
    RAISE EXCEPTION 'a page has at most 200 rows' USING ERRCODE = 'TM413', DETAIL = 'field: limit', HINT = 'ask for the next page with the last row of this one';
  END IF;
  RAISE EXCEPTION 'a page has at least 1 row' USING ERRCODE = 'TM422', DETAIL = 'field: limit';
END
$$;
COMMENT ON FUNCTION _limit IS
'Checks the size of a page.

p_limit: 1 to 200; NULL for the default of 50.
Returns the size.
Raises TM413 above 200; TM422 below 1.';
REVOKE ALL ON FUNCTION _limit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _limit TO tmi_api, tmi_identity;
ALTER FUNCTION _limit OWNER TO tmi_guard;
