-- A misspelt key must not be lost in silence, nor a number be stored as a text.
CREATE OR REPLACE FUNCTION _check_object(
  p_object jsonb,
  p_types jsonb,
  p_what text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_type text;
BEGIN
  IF p_object IS NULL OR jsonb_typeof(p_object) <> 'object' THEN
    RAISE EXCEPTION '% must be a JSON object', p_what USING ERRCODE = 'TM422', DETAIL = 'field: ' || p_what;
  END IF;
  SELECT e.key, p_types ->> e.key
  INTO v_key, v_type
  FROM jsonb_each(p_object) e
  WHERE p_types ->> e.key IS NULL
    OR jsonb_typeof(e.value) NOT IN (p_types ->> e.key, 'null')
  ORDER BY e.key
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  ELSIF v_type IS NULL THEN
    RAISE EXCEPTION '% has no field %', p_what, to_json(v_key) USING ERRCODE = 'TM422', DETAIL = 'field: ' || v_key,
      HINT = 'the fields are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;
  RAISE EXCEPTION '% of % must be a JSON %', v_key, p_what, v_type USING ERRCODE = 'TM422', DETAIL = 'field: ' || v_key;
END
$$;
COMMENT ON FUNCTION _check_object IS
'Checks that a JSON object has no other keys than expected, and values of the expected JSON types; null always passes.

p_object: the object.
p_types: each key that may be there, with the JSON type of its value.
p_what: what the object is called in messages.
Returns nothing.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _check_object FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_object TO tmi_api, tmi_identity;
ALTER FUNCTION _check_object OWNER TO tmi_guard;
