-- The one way to learn who is asking; a definer because it reads keys and users that the caller may not.
CREATE OR REPLACE FUNCTION _actor() RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _context();
BEGIN
  PERFORM
  FROM users u
  WHERE u.email = v_email;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no valid identity' USING ERRCODE = 'TM401',
      HINT = 'sign a context for an existing user, with a live key, at most 60 seconds before the transaction begins';
  END IF;
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _actor IS
'Returns the e-mail of the user whose signed context is in force.

Returns the e-mail as it stands in users.
Raises TM401 when there is no context, a forged, altered or expired one, or no such user any more.';
REVOKE ALL ON FUNCTION _actor FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _actor TO tmi_api, tmi_report;
ALTER FUNCTION _actor OWNER TO tmi_guard;
