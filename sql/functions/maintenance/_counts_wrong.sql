-- Verifying and repairing share one query, so that what is reported is what is repaired. A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION _counts_wrong(
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
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT m.id, m.document_count, m.source_count, m.diagram_count, m.threat_count, c.documents, c.sources, c.diagrams, c.threats
  FROM threat_models m
  CROSS JOIN LATERAL (
    SELECT
      (SELECT count(*) FROM documents d WHERE d.threat_model_id = m.id) AS documents,
      (SELECT count(*) FROM sources s WHERE s.threat_model_id = m.id) AS sources,
      (SELECT count(*) FROM diagrams d WHERE d.threat_model_id = m.id) AS diagrams,
      (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id) AS threats
  ) c
  WHERE (p_threat_model_id IS NULL OR m.id = p_threat_model_id)
    AND (m.document_count, m.source_count, m.diagram_count, m.threat_count) <> (c.documents, c.sources, c.diagrams, c.threats)
  ORDER BY m.id;
END
$$;
COMMENT ON FUNCTION _counts_wrong IS
'Finds models whose cached counts are wrong.

p_threat_model_id: the model to look at; NULL for all.
Returns rows, by the models'' ids: what stands there (cached_...) and what is right.
Raises nothing.';
REVOKE ALL ON FUNCTION _counts_wrong FROM PUBLIC;
ALTER FUNCTION _counts_wrong OWNER TO tmi_guard;
