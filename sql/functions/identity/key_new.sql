-- Keys rotate under load: the new one is live beside the old until the old is retired.
CREATE OR REPLACE FUNCTION key_new(
  p_id text,
  p_secret bytea
) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_inner_pad bytea := decode(repeat('36', 64), 'hex');
  v_outer_pad bytea := decode(repeat('5c', 64), 'hex');
  v_created_at timestamptz;
BEGIN
  IF p_secret IS NULL OR octet_length(p_secret) NOT BETWEEN 32 AND 64 THEN
    RAISE EXCEPTION 'a key''s secret has 32 to 64 bytes' USING ERRCODE = 'TM422', DETAIL = 'field: secret';
  END IF;
  -- Two that make keys at once must not both count one live key.
  LOCK TABLE context_keys IN SHARE ROW EXCLUSIVE MODE;
  IF (SELECT count(*) FROM context_keys k WHERE k.retired_at IS NULL) >= 2 THEN
    RAISE EXCEPTION 'two keys are live already' USING ERRCODE = 'TM409', TABLE = 'context_keys', HINT = 'retire one with tmi-db key retire';
  END IF;
  IF EXISTS (SELECT FROM context_keys k WHERE k.id = p_id) THEN
    RAISE EXCEPTION 'the key id is in use' USING ERRCODE = 'TM409', TABLE = 'context_keys', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  FOR i IN 0 .. octet_length(p_secret) - 1 LOOP
    v_inner_pad := set_byte(v_inner_pad, i, get_byte(v_inner_pad, i) # get_byte(p_secret, i));
    v_outer_pad := set_byte(v_outer_pad, i, get_byte(v_outer_pad, i) # get_byte(p_secret, i));
  END LOOP;
  INSERT INTO context_keys (id, inner_pad, outer_pad)
  VALUES (p_id, v_inner_pad, v_outer_pad)
  RETURNING created_at INTO v_created_at;
  RETURN v_created_at;
END
$$;
COMMENT ON FUNCTION key_new IS
'Stores a key that services sign contexts with, as the two pads of RFC 2104.

p_id: 1 to 32 letters, digits, dashes or underscores.
p_secret: 32 to 64 random bytes.
Returns the time it was made.
Raises TM409 when two keys are live already or the id is in use; TM422 when the secret is too short or too long.';
REVOKE ALL ON FUNCTION key_new FROM PUBLIC;
