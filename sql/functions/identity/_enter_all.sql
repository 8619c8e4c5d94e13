-- Functions that filter, sort or search across models read the membership here; a definer because policies on it would recurse.
CREATE OR REPLACE FUNCTION _enter_all() RETURNS TABLE (
  threat_model_ids uuid[],
  roles text[]
)
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := coalesce(_context(), _actor());
BEGIN
  -- No look-up of the user where the context holds: access rows refer to users.
  SELECT array_agg(a.threat_model_id), array_agg(a.role)
  INTO threat_model_ids, roles
  FROM threat_model_access a
  WHERE a.user_email = v_email;
  PERFORM set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _enter_all IS
'Enters every model that the caller may read, for reading the models'' own rows.

Returns the row of two arrays: the models, and the caller''s role in each. Arrays, so that whoever reads the models next has to
wait for this function: in one query, a policy might be evaluated before it.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _enter_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_all TO tmi_api;
ALTER FUNCTION _enter_all OWNER TO tmi_guard;
