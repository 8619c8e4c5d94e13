-- The model's creation time is a copy that lists are sorted by; a copy is made here or not at all. SECURITY DEFINER: the
-- copy must be right whatever the caller may see.
CREATE OR REPLACE FUNCTION _threat_model_access_model_created_at() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- Without a model the foreign key refuses the row in its own words.
  NEW.model_created_at := coalesce((SELECT m.created_at FROM threat_models m WHERE m.id = NEW.threat_model_id), now());
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_model_access_model_created_at IS
'Trigger: copies the creation time of the model into the access row.

Returns the row.';
REVOKE ALL ON FUNCTION _threat_model_access_model_created_at FROM PUBLIC;
ALTER FUNCTION _threat_model_access_model_created_at OWNER TO tmi_guard;
