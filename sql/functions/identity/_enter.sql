-- First statement of every API function about one model: checks the role once, then row-level security compares each row's model with the one checked here.
CREATE OR REPLACE FUNCTION _enter(
  p_threat_model_id uuid,
  p_role text
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _context();
  v_role text;
BEGIN
  IF p_role = 'reader' THEN
    SELECT a.role
    INTO v_role
    FROM threat_model_access a
    WHERE a.threat_model_id = p_threat_model_id
      AND a.user_email = v_email;
  ELSE
    -- Model before access row, everywhere: a revoke that has committed stops every later write, without deadlock.
    SELECT a.role
    INTO v_role
    FROM threat_models m
    JOIN threat_model_access a ON a.threat_model_id = m.id
    WHERE m.id = p_threat_model_id
      AND a.user_email = v_email
    FOR NO KEY UPDATE OF m
    FOR SHARE OF a;
  END IF;

  IF v_role IS NULL THEN
    -- The access row's foreign key proves that its user exists; only without one is there anything to look up.
    PERFORM _actor();
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  ELSIF p_role = 'reader' OR v_role = 'owner' OR (p_role = 'writer' AND v_role = 'writer') THEN
    -- Set by the expression that returns: a statement of its own would take four times as long.
    RETURN CASE WHEN set_config('tmi.scope', left(p_role, 1) || ':' || p_threat_model_id, true) <> '' THEN v_role END;
  END IF;
  RAISE EXCEPTION 'this needs the role % in the threat model, and yours is %', p_role, v_role
    USING ERRCODE = 'TM403', TABLE = 'threat_models', HINT = 'an owner of the model can grant the role';
END
$$;
COMMENT ON FUNCTION _enter IS
'Enters one model with the role that the work at hand needs, and makes it the scope that policies compare rows with.

p_threat_model_id: the model.
p_role: reader, writer or owner. For writer and owner the model and the caller''s access row are locked until the transaction ends.
Returns the role that the caller really has.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM403 when the caller''s role is too low.';
REVOKE ALL ON FUNCTION _enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter TO tmi_api;
ALTER FUNCTION _enter OWNER TO tmi_guard;
