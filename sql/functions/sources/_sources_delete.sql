-- Rendered from templates/_delete.sql.j2 by tools/render_sql.py.
-- Deletes many sources in one statement; bulk calls try its items by it, too.
CREATE OR REPLACE FUNCTION _sources_delete(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_count bigint;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere.
  PERFORM
  FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = ANY (ARRAY(SELECT (i.item ->> 'id')::uuid FROM jsonb_array_elements(p_items) AS i (item)))
  ORDER BY t.id
  FOR UPDATE;
  BEGIN
    PERFORM _check_unchanged(t.modified_at, (i.item ->> 'if_modified_at')::timestamptz, 'sources')
    FROM jsonb_array_elements(p_items) AS i (item)
    JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = (i.item ->> 'id')::uuid
    WHERE i.item ? 'if_modified_at';
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('sources', p_items);
      RAISE;
  END;
  RETURN QUERY
  WITH gone AS (
    DELETE FROM sources t
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = ANY (ARRAY(SELECT (i.item ->> 'id')::uuid FROM jsonb_array_elements(p_items) AS i (item)))
    RETURNING t.*
  )
  SELECT gone.*
  FROM gone
  JOIN jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n) ON (i.item ->> 'id')::uuid = gone.id
  ORDER BY i.n;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < jsonb_array_length(p_items) THEN
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
