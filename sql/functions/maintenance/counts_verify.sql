-- Triggers keep the counts true; this proves it, after a restore for instance. A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION counts_verify() RETURNS TABLE (
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
  SELECT w.*
  FROM _counts_wrong() w;
END
$$;
COMMENT ON FUNCTION counts_verify IS
'Lists the threat models whose cached counts are wrong.

Returns rows: the model, what stands there (cached_...) and what is right; none when all is well.
Raises nothing.';
REVOKE ALL ON FUNCTION counts_verify FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counts_verify TO tmi_maintenance;
ALTER FUNCTION counts_verify OWNER TO tmi_guard;
