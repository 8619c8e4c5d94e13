-- Sets the caller's signed identity for this transaction, in the same statement as the call that needs it; it is checked where
-- it is used, never here. No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _as(
  p_context text
) RETURNS boolean
LANGUAGE sql
VOLATILE
PARALLEL UNSAFE
AS $$
  SELECT pg_catalog.set_config('tmi.context', COALESCE(p_context, ''), true) IS NOT NULL
$$;
COMMENT ON FUNCTION _as IS
'Sets the signed context of the present transaction.

p_context: v1.<key id>.<e-mail, base64url>.<expiry, seconds since 1970>.<hmac-sha256, hex>, as the service signs it.
Returns true, so that the arguments of the call that follows can depend on it.
Raises nothing: a context that does not hold is refused with TM401 by the first function that needs it.';
REVOKE ALL ON FUNCTION _as FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _as TO tmi_app, tmi_report;
ALTER FUNCTION _as OWNER TO tmi_guard;
