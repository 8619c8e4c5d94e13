-- A definer because only the guard sees who may use which model.
CREATE OR REPLACE FUNCTION _user_models_lock(
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM
  FROM threat_models m
  WHERE m.id IN (SELECT a.threat_model_id FROM threat_model_access a WHERE a.user_email = p_email)
  ORDER BY m.id
  FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION _user_models_lock IS
'Locks every model that a user may use, in the order of their ids, until the transaction ends.

p_email: the user''s address.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _user_models_lock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_models_lock TO tmi_identity;
ALTER FUNCTION _user_models_lock OWNER TO tmi_guard;
