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
  v_ids uuid[] := ARRAY(SELECT (i.item ->> 'id')::uuid FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n) ORDER BY i.n);
  v_rows documents[];
  v_is_missing boolean;
  v_is_stale boolean;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR NO KEY UPDATE OF t;
  BEGIN
    SELECT
      array_agg(jsonb_populate_record(t, p_items -> (i.n - 1)::integer) ORDER BY i.n),
      bool_or(t.id IS NULL),
      bool_or(t.modified_at <> (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz)
    INTO v_rows, v_is_missing, v_is_stale
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = i.id;
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('documents', p_items);
      RAISE;
  END;
  IF v_is_missing THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  ELSIF v_is_stale THEN
    PERFORM _check_unchanged((v_rows[s.n]).modified_at, (p_items -> s.n - 1 ->> 'if_modified_at')::timestamptz, 'documents')
    FROM generate_subscripts(v_rows, 1) AS s (n);
  END IF;
  RETURN QUERY
  WITH new AS (
    UPDATE documents t
    SET name = r.name,
      url = r.url,
      description = r.description
    FROM unnest(v_rows) WITH ORDINALITY r
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = r.id
    RETURNING t AS changed, r.ordinality AS n
  )
  SELECT (new.changed).*
  FROM new
  ORDER BY new.n;
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
