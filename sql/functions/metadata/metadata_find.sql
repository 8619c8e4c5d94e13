-- A key is often all that connects models of different teams; the guard finds its rows by index and leaves out what the actor may not read.
CREATE OR REPLACE FUNCTION metadata_find(
  p_key text,
  p_value text DEFAULT NULL,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _open();
  IF p_after IS NOT NULL THEN
    PERFORM _page_clause(p_limit, p_after, 'id', '{"id": "uuid"}');
  END IF;
  RETURN QUERY
  SELECT d.*
  FROM _metadata_find(p_key, p_value, _limit(p_limit), (p_after ->> 'id')::uuid) d;
END
$$;
COMMENT ON FUNCTION metadata_find IS
'Finds metadata by key, or key and value, in all threat models that the caller may read.

p_key: the key.
p_value: the value; any if left out.
p_limit: 1 to 200 rows; 50 by default.
p_after: the last row of the page before, or just its id, as a JSON object.
Returns rows, by id.
Raises TM401 without a valid identity; TM413 for a page that is too large; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION metadata_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_find TO tmi_app;
ALTER FUNCTION metadata_find OWNER TO tmi_api;
