-- Functions that filter, sort or search across models read the membership here; a definer because policies on it would recurse.
CREATE OR REPLACE FUNCTION _enter_all() RETURNS TABLE (
  threat_model_id uuid,
  role text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
  v_ids uuid[];
BEGIN
  v_ids := ARRAY(
    SELECT a.threat_model_id
    FROM threat_model_access a
    WHERE a.user_email = v_email
  );
  PERFORM set_config('tmi.scope', 'l:' || v_ids::text, true);
  RETURN QUERY
  SELECT a.threat_model_id, a.role
  FROM threat_model_access a
  WHERE a.user_email = v_email;
END
$$;
COMMENT ON FUNCTION _enter_all IS
'Enters every model that the caller may read, for reading the models'' own rows.

Returns the models and the caller''s role in each.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _enter_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_all TO tmi_api;
ALTER FUNCTION _enter_all OWNER TO tmi_guard;
