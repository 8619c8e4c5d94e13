-- What policies for reports compare with: membership alone, never the scope; a definer because a policy on the access table would recurse.
CREATE OR REPLACE FUNCTION _member() RETURNS SETOF uuid
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY
  SELECT a.threat_model_id
  FROM threat_model_access a
  WHERE a.user_email = v_email;
END
$$;
COMMENT ON FUNCTION _member IS
'Returns the models that the caller may read.

Returns their ids.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _member FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _member TO tmi_report;
ALTER FUNCTION _member OWNER TO tmi_guard;
