-- Addresses are matched without regard to case or surrounding blanks: this is the spelling that is stored.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _email(
  p_email text
) RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  SELECT pg_catalog.lower(pg_catalog.btrim(p_email))
$$;
COMMENT ON FUNCTION _email IS
'Spells an e-mail address as it is stored: trimmed, in lower case.

p_email: the address.
Returns the spelling; NULL for NULL.';
REVOKE ALL ON FUNCTION _email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _email TO tmi_api, tmi_identity;
ALTER FUNCTION _email OWNER TO tmi_guard;
