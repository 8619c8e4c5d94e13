-- One table answers who may do what, so the owner of record must always stand in it. SECURITY DEFINER: whoever makes or
-- hands over a model may not write other people's access rows.
CREATE OR REPLACE FUNCTION _threat_models_mirror_owner() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by, granted_at)
    VALUES (NEW.id, NEW.owner_email, 'owner', NEW.created_by, NEW.created_at)
    ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
    SET role = excluded.role,
      granted_by = excluded.granted_by,
      granted_at = excluded.granted_at
    WHERE a.role <> excluded.role;
  ELSIF NEW.owner_email <> OLD.owner_email THEN
    -- A row that is an owner's already is locked and stays, so that it can't be lowered beside this. After a change of
    -- address it is there: access follows by its own foreign key before any trigger of a followed row runs.
    INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by)
    VALUES (NEW.id, NEW.owner_email, 'owner', OLD.owner_email)
    ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
    SET role = excluded.role,
      granted_by = excluded.granted_by,
      granted_at = now()
    WHERE a.role <> excluded.role;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threat_models_mirror_owner IS
'Trigger: gives the owner of record an access row of role owner; after a transfer the old owner keeps his.

Returns nothing.';
REVOKE ALL ON FUNCTION _threat_models_mirror_owner FROM PUBLIC;
ALTER FUNCTION _threat_models_mirror_owner OWNER TO tmi_guard;
