-- What several editors draw at once is applied where the drawing is: one pass over its cells, however many operations there are.
CREATE OR REPLACE FUNCTION cell_apply_ops(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_ops jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS TABLE (
  diagram_id uuid,
  modified_at timestamptz,
  cell_count integer,
  added integer,
  updated integer,
  removed integer
)
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_cells jsonb;
  v_now jsonb;
  v_after jsonb;
  v_op jsonb;
  v_index bigint;
  v_id text;
  v_data jsonb;
  v_cell jsonb;
  v_fault text;
  v_reason text;
  v_new text[] := '{}';
BEGIN
  PERFORM _enter(p_threat_model_id, 'writer');
  IF p_ops IS NULL OR jsonb_typeof(p_ops) <> 'array' OR jsonb_array_length(p_ops) = 0 THEN
    RAISE EXCEPTION 'there are no operations' USING ERRCODE = 'TM422', DETAIL = 'empty_cell_operations';
  ELSIF jsonb_array_length(p_ops) > 1000 THEN
    RAISE EXCEPTION 'a call takes at most 1,000 operations' USING ERRCODE = 'TM413', DETAIL = 'field: ops';
  END IF;
  SELECT d.cells, d.modified_at
  INTO v_cells, modified_at
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(modified_at, p_if_modified_at, 'diagrams');

  -- Only the cells that are named are taken out of the drawing; null stands for one that is not there.
  SELECT coalesce(jsonb_object_agg(c.cell ->> 'id', c.cell), '{}')
  INTO v_now
  FROM jsonb_array_elements(v_cells) AS c (cell)
  WHERE c.cell ->> 'id' IN (
    SELECT o.op ->> 'id'
    FROM jsonb_array_elements(p_ops) AS o (op)
  );
  added := 0;
  updated := 0;
  removed := 0;
  FOR v_op, v_index IN
    SELECT o.op, o.n - 1
    FROM jsonb_array_elements(p_ops) WITH ORDINALITY AS o (op, n)
    ORDER BY o.n
  LOOP
    v_id := v_op ->> 'id';
    v_data := v_op -> 'data';
    v_reason := CASE
      WHEN jsonb_typeof(v_op) <> 'object' OR jsonb_typeof(v_op -> 'id') IS DISTINCT FROM 'string' THEN 'invalid_cell_operation'
      WHEN coalesce(v_op ->> 'operation', '') NOT IN ('add', 'update', 'remove') THEN 'invalid_operation_type'
      WHEN v_op ->> 'operation' = 'remove' THEN NULL
      WHEN v_op ->> 'operation' = 'add' AND coalesce(jsonb_typeof(v_data), 'null') = 'null' THEN 'add_requires_cell_data'
      WHEN jsonb_typeof(v_data) IS DISTINCT FROM 'object' OR coalesce(v_data ->> 'id', v_id) <> v_id THEN 'invalid_cell_data'
      WHEN v_op ->> 'operation' = 'add' AND v_now ? v_id THEN 'cell_already_exists'
      WHEN v_op ->> 'operation' = 'update' AND NOT v_now ? v_id THEN 'update_nonexistent_cell'
    END;
    IF v_reason IS NOT NULL THEN
      RAISE EXCEPTION 'operation % is refused: %', v_index, v_reason USING
        ERRCODE = CASE v_reason WHEN 'cell_already_exists' THEN 'TM409' WHEN 'update_nonexistent_cell' THEN 'TM404' ELSE 'TM422' END,
        TABLE = 'diagrams', COLUMN = 'cells', DETAIL = format('item %s: %s', v_index, v_reason);
    END IF;
    IF v_op ->> 'operation' = 'remove' THEN
      -- Removing twice is no error: two editors may press the same key.
      removed := removed + (v_now ? v_id)::integer;
      v_now := v_now - v_id;
    ELSE
      -- What an update does not name is kept.
      v_cell := coalesce(v_now -> v_id, '{}') || v_data || jsonb_build_object('id', v_id);
      v_fault := _cell_fault(v_cell);
      IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'operation % is refused: invalid_cell_data', v_index USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells',
          DETAIL = format('item %s: invalid_cell_data', v_index), HINT = 'see data' || v_fault;
      END IF;
      IF v_op ->> 'operation' = 'add' THEN
        added := added + 1;
        v_new := v_new || v_id;
      ELSE
        updated := updated + (v_cell IS DISTINCT FROM v_now -> v_id)::integer;
      END IF;
      v_now := v_now || jsonb_build_object(v_id, v_cell);
    END IF;
  END LOOP;

  SELECT coalesce(jsonb_agg(x.cell ORDER BY x.n), '[]')
  INTO v_after
  FROM (
    SELECT CASE WHEN o.id IS NULL THEN c.cell ELSE v_now -> o.id END AS cell, c.n
    FROM jsonb_array_elements(v_cells) WITH ORDINALITY AS c (cell, n)
    LEFT JOIN (
      SELECT DISTINCT o.op ->> 'id' AS id
      FROM jsonb_array_elements(p_ops) AS o (op)
    ) o ON o.id = c.cell ->> 'id'
    -- A cell that was removed and added again in one call stands at the end.
    WHERE o.id IS NULL OR (v_now ? o.id AND o.id <> ALL (v_new))
    UNION ALL
    SELECT v_now -> a.id, jsonb_array_length(v_cells) + a.n
    FROM (
      SELECT a.id, max(a.n) AS n
      FROM unnest(v_new) WITH ORDINALITY AS a (id, n)
      GROUP BY a.id
    ) a
    WHERE v_now ? a.id
  ) x;
  diagram_id := p_diagram_id;
  cell_count := jsonb_array_length(v_after);
  IF v_after IS DISTINCT FROM v_cells THEN
    PERFORM _check_size(v_after);
    SELECT c.cell ->> 'id'
    INTO v_id
    FROM jsonb_array_elements(v_after) AS c (cell)
    CROSS JOIN LATERAL (VALUES (c.cell #>> '{source,cell}'), (c.cell #>> '{target,cell}')) AS e (cell_id)
    WHERE c.cell ->> 'shape' = 'edge'
      -- Edges that nobody touched may hang in the air: their cells were removed before them.
      AND v_now ? (c.cell ->> 'id')
      AND NOT v_after @> jsonb_build_array(jsonb_build_object('id', e.cell_id))
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'an edge names a cell that the diagram does not have' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells',
        DETAIL = (
          SELECT format('item %s: invalid_cell_data', max(o.n) - 1)
          FROM jsonb_array_elements(p_ops) WITH ORDINALITY AS o (op, n)
          WHERE o.op ->> 'id' = v_id
        );
    END IF;
    UPDATE diagrams d
    SET cells = v_after
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.modified_at INTO modified_at;
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION cell_apply_ops IS
'Applies what real-time editors send to the cells of a diagram, all or none, in their order. An edge whose cell is removed is left as it is.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_ops: an array of 1 to 1,000 objects {id, operation, data}: operation is add, update or remove; data is the cell, or for update the fields that change. Removing a cell that is gone is no error.
p_if_modified_at: the modified_at that the caller read; the change is refused if the diagram has moved on.
Returns the row: when the diagram was last changed, how many cells it has, and how many were added, updated and removed. Operations that change nothing do not move modified_at.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the diagram has changed since; TM413 above 1,000 operations, 10,000 cells or 8 MB; with DETAIL ''item <index>: <reason>'': TM409 for cell_already_exists, TM404 for update_nonexistent_cell, TM422 for invalid_cell_data, add_requires_cell_data, invalid_operation_type, invalid_cell_operation; TM422 with DETAIL empty_cell_operations.';
REVOKE ALL ON FUNCTION cell_apply_ops FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_apply_ops TO tmi_app;
ALTER FUNCTION cell_apply_ops OWNER TO tmi_api;
