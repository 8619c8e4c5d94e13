-- A definer because the API has no right to write who owns a model: that could not be told from stealing it.
CREATE OR REPLACE FUNCTION _threat_model_own(
  p_threat_model_id uuid,
  p_owner_email text
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
  UPDATE threat_models m
  SET owner_email = p_owner_email
  WHERE m.id = p_threat_model_id
    -- Whoever calls it must have entered the model as owner.
    AND m.id = _scope_own()
    AND m.owner_email <> p_owner_email;
END
$$;
COMMENT ON FUNCTION _threat_model_own IS
'Writes who owns a model, if the running function entered it as owner.

p_threat_model_id: the model.
p_owner_email: the address of an owner of it.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _threat_model_own FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _threat_model_own TO tmi_api;
ALTER FUNCTION _threat_model_own OWNER TO tmi_guard;
