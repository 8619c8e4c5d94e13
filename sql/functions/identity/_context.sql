-- Reads keys that nobody but the guard may see. Called by the guard's own functions alone, whose rights and settings it shares:
-- setting them once more would take a third of the time that it has.
CREATE OR REPLACE FUNCTION _context() RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
AS $$
DECLARE
  v_context text := current_setting('tmi.context', true);
  v_inner_pad bytea;
  v_outer_pad bytea;
BEGIN
  SELECT k.inner_pad, k.outer_pad
  INTO v_inner_pad, v_outer_pad
  FROM context_keys k
  WHERE k.id = split_part(v_context, '.', 2)
    AND k.retired_at IS NULL;

  -- One expression: statement by statement this takes four times as long. CASE keeps the order, so that nothing unsigned is ever cast.
  BEGIN
    RETURN CASE
      WHEN v_inner_pad IS NOT NULL
        AND split_part(v_context, '.', 1) = 'v1'
        AND split_part(v_context, '.', 5) = encode(sha256(v_outer_pad || sha256(v_inner_pad || convert_to(left(v_context, -65), 'UTF8'))), 'hex')
      THEN CASE
        -- Against the transaction's start, so that a long transaction lives.
        WHEN split_part(v_context, '.', 4)::bigint > extract(epoch FROM now())
        THEN convert_from(
          decode(translate(split_part(v_context, '.', 3), '-_', '+/') || repeat('=', -length(split_part(v_context, '.', 3)) & 3), 'base64'),
          'UTF8'
        )
      END
    END;
  EXCEPTION
    -- Signed with the key, and no address or time all the same: no identity, for a tenth of the time that the check takes.
    WHEN data_exception THEN
      RETURN NULL;
  END;
END
$$;
COMMENT ON FUNCTION _context IS
'Checks signature, key and expiry of the present transaction''s context (HMAC of RFC 2104 over SHA-256).

Returns the e-mail it was signed for; NULL when there is no context, or a forged, altered, malformed or expired one.
Raises nothing.';
REVOKE ALL ON FUNCTION _context FROM PUBLIC;
ALTER FUNCTION _context OWNER TO tmi_guard;
