-- The cursor of the default order, read without building a query: that would take longer than the page does.
CREATE OR REPLACE FUNCTION _page_start(
  p_after jsonb,
  OUT created_at timestamptz,
  OUT id uuid
) RETURNS record
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  created_at := (p_after ->> 'created_at')::timestamptz;
  id := (p_after ->> 'id')::uuid;
  IF created_at IS NULL OR id IS NULL THEN
    RAISE data_exception;
  END IF;
EXCEPTION
  WHEN data_exception THEN
    -- Which says what is wrong.
    PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
    RAISE;
END
$$;
COMMENT ON FUNCTION _page_start IS
'Reads the cursor of a list that is sorted by creation time.

p_after: the last row of the page before, or just its id and created_at, as a JSON object.
Returns creation time and id.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _page_start FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _page_start TO tmi_api;
ALTER FUNCTION _page_start OWNER TO tmi_guard;
