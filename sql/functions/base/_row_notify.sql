-- Those who draw together learn of changes at once, and read them again through the API. SECURITY DEFINER: nobody else
-- may announce anything in the schema's name.
CREATE OR REPLACE FUNCTION _row_notify() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_id uuid := coalesce(NEW.id, OLD.id);
  v_threat_model_id uuid;
BEGIN
  IF TG_ARGV[0] = 'threat_model' THEN
    v_threat_model_id := v_id;
  ELSE
    v_threat_model_id := coalesce(NEW.threat_model_id, OLD.threat_model_id);
  END IF;
  PERFORM _notify(TG_ARGV[0], lower(TG_OP), v_threat_model_id, v_id);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _row_notify IS
'Trigger: announces that a row came, changed or went; the trigger''s argument says what it is.

Returns nothing.';
REVOKE ALL ON FUNCTION _row_notify FROM PUBLIC;
ALTER FUNCTION _row_notify OWNER TO tmi_guard;
