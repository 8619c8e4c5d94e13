-- First statement of every API function that spans models: whatever scope the caller forged is gone before a row is read.
CREATE OR REPLACE FUNCTION _open() RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN CASE WHEN set_config('tmi.scope', '', true) = '' THEN _actor() END;
END
$$;
COMMENT ON FUNCTION _open IS
'Clears the scope and says who is asking.

Returns the actor''s e-mail.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _open TO tmi_api;
ALTER FUNCTION _open OWNER TO tmi_guard;
