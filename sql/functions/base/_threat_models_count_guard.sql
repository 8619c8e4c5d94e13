-- A count that anyone can write is a count that nobody can trust. The trigger's condition lets the guard pass.
CREATE OR REPLACE FUNCTION _threat_models_count_guard() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_column text := CASE
    WHEN NEW.document_count <> OLD.document_count THEN 'document_count'
    WHEN NEW.source_count <> OLD.source_count THEN 'source_count'
    WHEN NEW.diagram_count <> OLD.diagram_count THEN 'diagram_count'
    WHEN NEW.threat_count <> OLD.threat_count THEN 'threat_count'
  END;
BEGIN
  IF v_column IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is counted, not written', v_column USING ERRCODE = 'TM422', TABLE = 'threat_models', COLUMN = v_column, DETAIL = 'field: ' || v_column,
    HINT = 'the maintenance functions verify and repair counts';
END
$$;
COMMENT ON FUNCTION _threat_models_count_guard IS
'Trigger: refuses to change a cached count by hand.

Returns the row.
Raises TM422 that names the count.';
REVOKE ALL ON FUNCTION _threat_models_count_guard FROM PUBLIC;
