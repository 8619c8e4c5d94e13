-- The caller's own profile needs no id: the signed identity says whose it is.
CREATE OR REPLACE FUNCTION me() RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_actor text := _open();
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email = v_actor;
END
$$;
COMMENT ON FUNCTION me IS
'Returns the caller''s own profile.

Returns the row.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION me FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me TO tmi_app;
ALTER FUNCTION me OWNER TO tmi_api;
