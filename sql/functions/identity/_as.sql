-- Sets the caller's signed identity for this transaction, in the same statement as the call that needs it; it is checked where it is used, never here.
CREATE OR REPLACE FUNCTION _as(
  p_context text
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  PERFORM set_config('tmi.context', coalesce(p_context, ''), true);
  RETURN true;
END
$$;
COMMENT ON FUNCTION _as IS
'Sets the signed context of the present transaction.

p_context: v1.<key id>.<e-mail, base64url>.<expiry, seconds since 1970>.<hmac-sha256, hex>, as the service signs it.
Returns true, so that the arguments of the call that follows can depend on it.
Raises nothing: a context that does not hold is refused with TM401 by the first function that needs it.';
REVOKE ALL ON FUNCTION _as FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _as TO tmi_app, tmi_report;
ALTER FUNCTION _as OWNER TO tmi_guard;
