-- Planned anew each time: whether the key or the actor's models are fewer depends on both. A definer because membership is compared here, beside the index.
CREATE OR REPLACE FUNCTION _metadata_find(
  p_key text,
  p_value text,
  p_limit integer,
  p_after_id uuid
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY EXECUTE
    'SELECT d.*
     FROM metadata d
     JOIN threat_model_access a ON a.threat_model_id = d.threat_model_id
     WHERE a.user_email = $1
       AND d.key = $2
       AND ($4 IS NULL OR d.id > $4)'
    -- By its hash, since a value may be larger than an index can hold.
    || CASE WHEN p_value IS NULL THEN '' ELSE ' AND md5(d.value) = md5($3) AND d.value = $3' END
    || ' ORDER BY d.id LIMIT $5'
    USING v_email, p_key, p_value, p_after_id, p_limit;
END
$$;
COMMENT ON FUNCTION _metadata_find IS
'Finds metadata of the models that the caller may read.

p_key, p_value: what to find; a NULL value stands for any.
p_limit: how many at the most.
p_after_id: the id of the last row before.
Returns rows, by id.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _metadata_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _metadata_find TO tmi_api;
ALTER FUNCTION _metadata_find OWNER TO tmi_guard;
