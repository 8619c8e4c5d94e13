-- Whoever may read a model may know who else does.
CREATE OR REPLACE FUNCTION access_list(
  p_threat_model_id uuid
) RETURNS SETOF threat_model_access
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
  ORDER BY a.granted_at, a.user_email;
END
$$;
COMMENT ON FUNCTION access_list IS
'Lists who may use a threat model, with the role of each, who granted it and when.

p_threat_model_id: the model, of which the caller must be a reader at least.
Returns rows, the first granted first.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION access_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_list TO tmi_app;
ALTER FUNCTION access_list OWNER TO tmi_api;
