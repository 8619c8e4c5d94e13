-- Repairs under load: each model is counted again once nobody else can change what is counted. A definer because the guard alone writes counts.
CREATE OR REPLACE FUNCTION counts_repair(
  p_threat_model_id uuid DEFAULT NULL
) RETURNS TABLE (
  threat_model_id uuid,
  cached_document_count integer,
  cached_source_count integer,
  cached_diagram_count integer,
  cached_threat_count integer,
  document_count bigint,
  source_count bigint,
  diagram_count bigint,
  threat_count bigint
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_id uuid;
BEGIN
  IF p_threat_model_id IS NOT NULL AND NOT EXISTS (SELECT FROM threat_models m WHERE m.id = p_threat_model_id) THEN
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  END IF;
  FOR v_id IN
    SELECT w.threat_model_id
    FROM _counts_wrong(p_threat_model_id) w
    ORDER BY w.threat_model_id
  LOOP
    PERFORM
    FROM threat_models m
    WHERE m.id = v_id
    FOR NO KEY UPDATE;
    -- What was wrong in the middle of somebody's work may be right by now.
    FOR
      threat_model_id,
      cached_document_count, cached_source_count, cached_diagram_count, cached_threat_count,
      document_count, source_count, diagram_count, threat_count
    IN
      SELECT w.*
      FROM _counts_wrong(v_id) w
    LOOP
      UPDATE threat_models m
      SET document_count = counts_repair.document_count,
        source_count = counts_repair.source_count,
        diagram_count = counts_repair.diagram_count,
        threat_count = counts_repair.threat_count
      WHERE m.id = v_id;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION counts_repair IS
'Puts wrong cached counts right; modified_at stays.

p_threat_model_id: the model to repair; all of them if left out.
Returns rows: each model that was repaired, what stood there (cached_...) and what stands there now.
Raises TM404 when there is no such model.';
REVOKE ALL ON FUNCTION counts_repair FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counts_repair TO tmi_maintenance;
ALTER FUNCTION counts_repair OWNER TO tmi_guard;
