-- What is filtered or sorted across one's own models is so under row-level security, which compares each row with these.
CREATE OR REPLACE FUNCTION _enter_all(
  OUT threat_model_ids uuid[],
  OUT roles text[]
) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := coalesce(_context(), _actor());
BEGIN
  SELECT array_agg(a.threat_model_id), array_agg(a.role)
  INTO threat_model_ids, roles
  FROM threat_model_access a
  WHERE a.user_email = v_email;
  IF set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true) = 'l:{}' THEN
    -- An access row's foreign key proves that its user exists; only without one is there anything to look up.
    PERFORM _actor();
  END IF;
END
$$;
COMMENT ON FUNCTION _enter_all IS
'Enters all models that the caller may read, for reading the models'' own rows.

Returns two arrays of one order: the models, and the caller''s role in each. Arrays, so that whoever reads the models
next has to wait for this function: in one query, a policy might be evaluated before it.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _enter_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_all TO tmi_api;
ALTER FUNCTION _enter_all OWNER TO tmi_guard;
