-- Rendered from templates/_delete.sql.j2 by tools/render_sql.py.
-- Deletes many sources in one statement; a bulk call tries its items by it, too. Rows are always looked up by their ids,
-- so one plan serves one row and a thousand.
CREATE OR REPLACE FUNCTION _sources_delete(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_ids uuid[] := ARRAY(SELECT (i.item ->> 'id')::uuid FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n) ORDER BY i.n);
  v_count bigint;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere.
  -- A join, since ids in an array would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR UPDATE OF t;
  BEGIN
    PERFORM _check_unchanged(t.modified_at, (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz, 'sources')
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
    WHERE p_items -> (i.n - 1)::integer ? 'if_modified_at';
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('sources', p_items);
      RAISE;
  END;
  RETURN QUERY
  WITH gone AS (
    DELETE FROM sources t
    USING unnest(v_ids) WITH ORDINALITY AS i (id, n)
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = i.id
    RETURNING t AS deleted, i.n
  )
  SELECT (gone.deleted).*
  FROM gone
  ORDER BY gone.n;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < cardinality(v_ids) THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
END
$$;
COMMENT ON FUNCTION _sources_delete IS
'Deletes sources of a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at}, each id once.
Returns the deleted rows, in the order of the array.
Raises TM404 when a source is not of the model; TM412 when one has changed since; TM422 for an if_modified_at that is no time.';
REVOKE ALL ON FUNCTION _sources_delete FROM PUBLIC;
ALTER FUNCTION _sources_delete OWNER TO tmi_api;
