-- A new model holds nothing, whatever the row that arrives says.
CREATE OR REPLACE FUNCTION _threat_models_count_reset() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.document_count := 0;
  NEW.source_count := 0;
  NEW.diagram_count := 0;
  NEW.threat_count := 0;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_models_count_reset IS
'Trigger: sets the four cached counts of a new model to 0.

Returns the row.';
REVOKE ALL ON FUNCTION _threat_models_count_reset FROM PUBLIC;
