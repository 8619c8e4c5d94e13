-- The caller's own ways to log in need no id: the signed identity says whose they are.
CREATE OR REPLACE FUNCTION me_providers() RETURNS SETOF user_providers
LANGUAGE plpgsql
STABLE
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
  SELECT p.*
  FROM user_providers p
  WHERE p.user_id = (SELECT u.id FROM users u WHERE u.email = v_actor)
  ORDER BY p.is_primary DESC NULLS LAST, p.created_at, p.provider;
END
$$;
COMMENT ON FUNCTION me_providers IS
'Lists the providers that the caller logs in by.

Returns rows, the primary one first, then the first linked.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION me_providers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me_providers TO tmi_app;
ALTER FUNCTION me_providers OWNER TO tmi_api;
