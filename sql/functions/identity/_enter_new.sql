-- A model that is about to be created has no members yet: its creator enters it as owner, once it is certain that nobody else's model has the id.
CREATE OR REPLACE FUNCTION _enter_new(
  p_threat_model_id uuid
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
BEGIN
  IF NOT _user_hold(v_email) THEN
    PERFORM _actor();
  END IF;
  PERFORM
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  IF FOUND THEN
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'id', DETAIL = 'field: id',
      HINT = 'leave the id out, or make a new random one';
  END IF;
  PERFORM set_config('tmi.scope', 'o:' || p_threat_model_id, true);
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _enter_new IS
'Enters a model that the caller is about to insert. The caller cannot be deleted meanwhile.

p_threat_model_id: the id it will have.
Returns the actor''s e-mail.
Raises TM401 when the caller has just been deleted; TM409 when the id is in use.';
REVOKE ALL ON FUNCTION _enter_new FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_new TO tmi_api;
ALTER FUNCTION _enter_new OWNER TO tmi_guard;
