-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of sources are true after every statement, however the rows came. Once a statement, and models are
-- locked in the order of their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else
-- may write a count. Inserting and deleting have a function each: to ask which it is takes a twentieth of the trigger's time.
CREATE OR REPLACE FUNCTION _sources_count_insert() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_ids uuid[];
  v_counts bigint[];
BEGIN
  -- A single row, the commonest case, takes a single statement.
  UPDATE threat_models m
  SET source_count = m.source_count + 1
  WHERE m.id = (SELECT c.threat_model_id FROM changed c LIMIT 1)
    AND NOT EXISTS (SELECT FROM changed c OFFSET 1);
  IF FOUND THEN
    RETURN NULL;
  END IF;

  -- Nothing changed, or a model is being deleted and is not there any more: then nothing is written.
  SELECT
    array_agg(g.id),
    array_agg(g.rows)
  INTO v_ids, v_counts
  FROM (
    SELECT
      c.threat_model_id AS id,
      count(*) AS rows
    FROM changed c
    GROUP BY c.threat_model_id
  ) g;
  IF v_ids IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM
  FROM threat_models m
  WHERE m.id = ANY (v_ids)
  ORDER BY m.id
  FOR NO KEY UPDATE;
  UPDATE threat_models m
  SET source_count = m.source_count + g.rows
  FROM unnest(v_ids, v_counts) AS g (id, rows)
  WHERE m.id = g.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _sources_count_insert IS
'Trigger: adds what a statement inserted into sources, in threat_models.source_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _sources_count_insert FROM PUBLIC;
ALTER FUNCTION _sources_count_insert OWNER TO tmi_guard;
