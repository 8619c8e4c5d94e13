-- Shows which keys are live; never what they hold.
CREATE OR REPLACE FUNCTION key_list() RETURNS TABLE (
  id text,
  created_at timestamptz,
  retired_at timestamptz
)
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  RETURN QUERY
  SELECT k.id, k.created_at, k.retired_at
  FROM context_keys k
  ORDER BY k.created_at, k.id;
END
$$;
COMMENT ON FUNCTION key_list IS
'Lists the keys of the signed contexts, live and retired, without their secrets.

Returns rows of id, created_at and retired_at, the oldest first.
Raises nothing.';
REVOKE ALL ON FUNCTION key_list FROM PUBLIC;
