-- A model without its owner of record among its owners would be closed to the one who answers for it. SECURITY DEFINER:
-- the answer must not depend on what the caller may see.
CREATE OR REPLACE FUNCTION _threat_model_access_keep_owner() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.role = 'owner' THEN
    RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT
    FROM threat_models m
    WHERE m.id = OLD.threat_model_id
      AND m.owner_email = OLD.user_email
  ) THEN
    RAISE EXCEPTION 'the owner of record stays an owner' USING ERRCODE = 'TM409', TABLE = 'threat_model_access', COLUMN = 'role', DETAIL = 'field: role',
      HINT = 'transfer the model first';
  END IF;
  RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END
$$;
COMMENT ON FUNCTION _threat_model_access_keep_owner IS
'Trigger: keeps the access row of the owner of record from being removed or lowered while the model exists.

Returns the row.
Raises TM409 for the owner of record.';
REVOKE ALL ON FUNCTION _threat_model_access_keep_owner FROM PUBLIC;
ALTER FUNCTION _threat_model_access_keep_owner OWNER TO tmi_guard;
