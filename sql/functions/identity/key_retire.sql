-- From the moment this commits, no context signed with the key is accepted.
CREATE OR REPLACE FUNCTION key_retire(
  p_id text
) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_retired_at timestamptz;
BEGIN
  -- Retiring twice keeps the first time.
  UPDATE context_keys k
  SET retired_at = coalesce(k.retired_at, now())
  WHERE k.id = p_id
  RETURNING k.retired_at INTO v_retired_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'key not found' USING ERRCODE = 'TM404', TABLE = 'context_keys';
  END IF;
  RETURN v_retired_at;
END
$$;
COMMENT ON FUNCTION key_retire IS
'Retires a key; contexts signed with it are refused from then on.

p_id: the key.
Returns the time it was retired.
Raises TM404 when there is no such key.';
REVOKE ALL ON FUNCTION key_retire FROM PUBLIC;
