-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of threats are true after every statement, however the rows came. Once a statement, models in the order of
-- their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else may write a count.
CREATE OR REPLACE FUNCTION _threats_count() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_model record;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    FOR v_model IN
      SELECT m.id
      FROM threat_models m
      WHERE m.threat_count <> 0
      ORDER BY m.id
    LOOP
      UPDATE threat_models m
      SET threat_count = 0
      WHERE m.id = v_model.id;
    END LOOP;
    RETURN NULL;
  END IF;
  FOR v_model IN
    SELECT
      c.threat_model_id AS id,
      CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END AS change
    FROM changed c
    GROUP BY c.threat_model_id
    ORDER BY c.threat_model_id
  LOOP
    -- A model that is being deleted is not there any more: nothing is written.
    UPDATE threat_models m
    SET threat_count = m.threat_count + v_model.change
    WHERE m.id = v_model.id;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threats_count IS
'Trigger: adds what a statement inserted into threats, and takes off what it deleted, in threat_models.threat_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _threats_count FROM PUBLIC;
ALTER FUNCTION _threats_count OWNER TO tmi_guard;
