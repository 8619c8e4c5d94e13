-- Rendered from templates/_update.sql.j2 by tools/render_sql.py.
-- Single updates, bulk updates and patches share one statement, so that they cannot come to differ. Rows are always looked
-- up by their ids, so one plan serves one row and a thousand; by itself the planner would make a new one for every call.
CREATE OR REPLACE FUNCTION _documents_update(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_items jsonb[];
  -- What the items hold, each with the modified_at that its caller read.
  v_rows documents[];
  v_changed bigint;
BEGIN
  BEGIN
    SELECT
      array_agg(i.item ORDER BY i.n),
      array_agg(jsonb_populate_record(NULL::documents, i.item || jsonb_build_object('modified_at', i.item -> 'if_modified_at')) ORDER BY i.n)
    INTO v_items, v_rows
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('documents', p_items);
      RAISE;
  END;
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  IF cardinality(v_rows) > 1 THEN
    PERFORM
    FROM unnest(v_rows) AS r
    JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
    ORDER BY t.id
    FOR NO KEY UPDATE OF t;
  END IF;
  -- What is not named (r.unnest is the item) is taken from the row as it is stored, so that a long text is not written again.
  RETURN QUERY
  WITH new AS (
    UPDATE documents t
    SET name = CASE WHEN r.unnest ? 'name' THEN r.name ELSE t.name END,
      url = CASE WHEN r.unnest ? 'url' THEN r.url ELSE t.url END,
      description = CASE WHEN r.unnest ? 'description' THEN r.description ELSE t.description END
    FROM ROWS FROM (unnest(v_rows), unnest(v_items)) WITH ORDINALITY AS r
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = r.id
      AND (r.modified_at IS NULL OR t.modified_at = r.modified_at)
    RETURNING t AS changed, r.ordinality AS n
  )
  SELECT (new.changed).*
  FROM new
  ORDER BY new.n;
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  IF v_changed < cardinality(v_rows) THEN
    IF EXISTS (
      SELECT
      FROM unnest(v_rows) AS r
      LEFT JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
      WHERE t.id IS NULL
    ) THEN
      RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
    END IF;
    PERFORM _check_unchanged(t.modified_at, r.modified_at, 'documents')
    FROM unnest(v_rows) AS r
    JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = r.id;
  END IF;
  IF jsonb_path_exists(p_items, '$[*].metadata') THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'document', p_items);
  END IF;
END
$$;
COMMENT ON FUNCTION _documents_update IS
'Changes documents of a model.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at, metadata} and the fields that change, checked for their JSON types, and each id once.
Returns the rows, in the order of the array.
Raises TM404 when a document is not of the model; TM412 when one has changed since; TM422 for a value that its column does not take; whatever the constraints refuse.';
REVOKE ALL ON FUNCTION _documents_update FROM PUBLIC;
ALTER FUNCTION _documents_update OWNER TO tmi_api;
