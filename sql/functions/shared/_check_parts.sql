-- What several functions take as p_include is checked here, so that all refuse in the same words.
CREATE OR REPLACE FUNCTION _check_parts(
  p_include text[],
  p_parts text[]
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_unknown text;
BEGIN
  -- <@ is never true of an array that holds a NULL.
  IF NOT p_include <@ p_parts THEN
    SELECT i.part
    INTO v_unknown
    FROM unnest(p_include) AS i (part)
    WHERE i.part IS NULL OR i.part <> ALL (p_parts)
    LIMIT 1;
    RAISE EXCEPTION 'there is no part %', coalesce(to_json(v_unknown)::text, 'null') USING ERRCODE = 'TM422', DETAIL = 'field: include',
      HINT = 'the parts are ' || array_to_string(p_parts, ', ');
  END IF;
END
$$;
COMMENT ON FUNCTION _check_parts IS
'Checks which parts of a model a call asks for.

p_include: the parts; NULL for all.
p_parts: the parts there are.
Returns nothing.
Raises TM422 for a part that there is not.';
REVOKE ALL ON FUNCTION _check_parts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_parts TO tmi_api;
ALTER FUNCTION _check_parts OWNER TO tmi_guard;
