-- Rendered from templates/_count_truncate.sql.j2 by tools/render_sql.py.
-- What is emptied at once is counted at once. SECURITY DEFINER: nobody else may write a count.
CREATE OR REPLACE FUNCTION _threats_count_truncate() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- In the order of ids, as every function locks models.
  PERFORM
  FROM threat_models m
  WHERE m.threat_count <> 0
  ORDER BY m.id
  FOR NO KEY UPDATE;
  UPDATE threat_models m
  SET threat_count = 0
  WHERE m.threat_count <> 0;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threats_count_truncate IS
'Trigger: sets threat_models.threat_count to 0 everywhere when threats is emptied.

Returns nothing.';
REVOKE ALL ON FUNCTION _threats_count_truncate FROM PUBLIC;
ALTER FUNCTION _threats_count_truncate OWNER TO tmi_guard;
