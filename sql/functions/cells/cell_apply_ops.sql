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
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_cells jsonb;
  v_op jsonb;
  v_index bigint;
  v_id text;
  v_before jsonb;
  v_place bigint;
  v_is_first boolean;
  v_is_last boolean;
  v_cell jsonb;
  v_stays boolean;
  v_added_by bigint;
  v_reason text;
  v_fault text;
  v_failed_by bigint;
  v_failed_reason text;
  v_failed_hint text;
  -- What becomes of each cell that changes: its content if it is still there, and its place or what added it.
  v_count integer := 0;
  v_ids text[] := '{}';
  v_afters jsonb[] := '{}';
  v_places bigint[] := '{}';
  v_adders bigint[] := '{}';
  -- Which cells new ends of edges are fixed to.
  v_end_ids text[] := '{}';
  v_end_ops bigint[] := '{}';
BEGIN
  IF p_ops IS NULL OR jsonb_typeof(p_ops) <> 'array' OR jsonb_array_length(p_ops) = 0 THEN
    RAISE EXCEPTION 'there are no operations' USING ERRCODE = 'TM422', DETAIL = 'empty_cell_operations';
  ELSIF jsonb_array_length(p_ops) > 1000 THEN
    RAISE EXCEPTION 'a call takes at most 1,000 operations' USING ERRCODE = 'TM413', DETAIL = 'field: ops', HINT = 'split it into several calls';
  END IF;
  PERFORM _check_depth(p_ops, 'ops');
  SELECT coalesce(d.cells, '[]'), d.modified_at
  INTO v_cells, modified_at
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(modified_at, p_if_modified_at, 'diagrams');

  added := 0;
  updated := 0;
  removed := 0;
  -- Operations on different cells do not depend on each other, so they are taken cell by cell, and no map of cells has
  -- to be kept and copied. Of several cells with one id, which only an import can bring, the first is meant.
  FOR v_op, v_index, v_id, v_before, v_place, v_is_first, v_is_last IN
    SELECT
      o.op, o.n - 1, o.op ->> 'id', c.cell, c.n,
      lag(o.n) OVER w IS NULL,
      lead(o.n) OVER w IS NULL
    FROM jsonb_array_elements(p_ops) WITH ORDINALITY AS o (op, n)
    LEFT JOIN (
      SELECT DISTINCT ON (c.cell ->> 'id') c.cell ->> 'id' AS id, c.cell, c.n
      FROM jsonb_array_elements(v_cells) WITH ORDINALITY AS c (cell, n)
      WHERE c.cell ->> 'id' IN (
        SELECT x.op ->> 'id'
        FROM jsonb_array_elements(p_ops) AS x (op)
      )
      ORDER BY c.cell ->> 'id', c.n
    ) c ON c.id = o.op ->> 'id'
    WINDOW w AS (PARTITION BY o.op ->> 'id' ORDER BY o.n)
    ORDER BY o.op ->> 'id', o.n
  LOOP
    -- Of all operations that are wrong the first is named.
    CONTINUE WHEN v_index > v_failed_by;
    IF v_is_first THEN
      v_cell := v_before;
      v_stays := v_before IS NOT NULL;
      v_added_by := NULL;
    END IF;
    v_fault := NULL;
    v_reason := CASE
      WHEN jsonb_typeof(v_op) <> 'object' OR jsonb_typeof(v_op -> 'id') IS DISTINCT FROM 'string' THEN 'invalid_cell_operation'
      WHEN coalesce(v_op ->> 'operation', '') NOT IN ('add', 'update', 'remove') THEN 'invalid_operation_type'
      WHEN v_op ->> 'operation' = 'remove' THEN NULL
      WHEN v_op ->> 'operation' = 'add' AND coalesce(jsonb_typeof(v_op -> 'data'), 'null') = 'null' THEN 'add_requires_cell_data'
      WHEN jsonb_typeof(v_op -> 'data') IS DISTINCT FROM 'object' OR coalesce(v_op #>> '{data,id}', v_id) <> v_id THEN 'invalid_cell_data'
      WHEN v_op ->> 'operation' = 'add' AND v_cell IS NOT NULL THEN 'cell_already_exists'
      WHEN v_op ->> 'operation' = 'update' AND v_cell IS NULL THEN 'update_nonexistent_cell'
    END;
    IF v_reason IS NULL AND v_op ->> 'operation' = 'remove' THEN
      -- Removing twice is no error: two editors may press the same key. What is added again afterwards stands at the end.
      removed := removed + (v_cell IS NOT NULL)::integer;
      v_cell := NULL;
      v_stays := false;
    ELSIF v_reason IS NULL THEN
      -- What an update does not name is kept.
      v_op := jsonb_set(v_op, '{data}', coalesce(v_cell, '{}') || (v_op -> 'data') || jsonb_build_object('id', v_id));
      v_fault := _cell_fault(v_op -> 'data');
      IF v_fault IS NOT NULL THEN
        v_reason := 'invalid_cell_data';
      ELSIF v_op ->> 'operation' = 'add' THEN
        added := added + 1;
        v_added_by := v_index;
      ELSE
        updated := updated + (v_op -> 'data' <> v_cell)::integer;
      END IF;
      v_cell := v_op -> 'data';
    END IF;
    IF v_reason IS NOT NULL THEN
      v_failed_by := v_index;
      v_failed_reason := v_reason;
      v_failed_hint := 'data' || v_fault || ' is missing or wrong';
    ELSIF v_is_last AND (v_cell IS DISTINCT FROM v_before OR v_stays IS DISTINCT FROM (v_before IS NOT NULL)) THEN
      v_count := v_count + 1;
      v_ids[v_count] := v_id;
      v_afters[v_count] := v_cell;
      v_places[v_count] := CASE WHEN v_stays THEN v_place END;
      v_adders[v_count] := v_added_by;
      IF v_cell ->> 'shape' = 'edge' THEN
        v_end_ids := v_end_ids || ARRAY[
          nullif(v_cell #>> '{source,cell}', coalesce(v_before #>> '{source,cell}', '')),
          nullif(v_cell #>> '{target,cell}', coalesce(v_before #>> '{target,cell}', ''))
        ];
        v_end_ops := v_end_ops || ARRAY[v_index, v_index];
      END IF;
    END IF;
  END LOOP;
  IF v_failed_by IS NOT NULL THEN
    RAISE EXCEPTION 'operation % is refused: %', v_failed_by, v_failed_reason USING
      ERRCODE = CASE v_failed_reason WHEN 'cell_already_exists' THEN 'TM409' WHEN 'update_nonexistent_cell' THEN 'TM404' ELSE 'TM422' END,
      TABLE = 'diagrams', COLUMN = 'cells', DETAIL = format('item %s: %s', v_failed_by, v_failed_reason),
      HINT = coalesce(v_failed_hint, 'nothing was applied: correct the operation and send all of them again');
  END IF;

  IF v_count > 0 THEN
    IF v_count = 1 AND v_places[1] IS NOT NULL THEN
      -- The commonest case, a cell that was moved: two thirds of the time that it takes to part the drawing and join it.
      v_cells := jsonb_set(v_cells, ARRAY[(v_places[1] - 1)::text], v_afters[1]);
    ELSE
      SELECT coalesce(jsonb_agg(x.cell ORDER BY x.place, x.adder), '[]')
      INTO v_cells
      FROM (
        SELECT CASE WHEN r.place = c.n THEN r.cell ELSE c.cell END AS cell, c.n AS place, NULL AS adder
        FROM jsonb_array_elements(v_cells) WITH ORDINALITY AS c (cell, n)
        LEFT JOIN unnest(v_ids, v_afters, v_places) AS r (id, cell, place) ON r.id = c.cell ->> 'id'
        WHERE r.id IS NULL OR r.place IS NOT NULL
        UNION ALL
        SELECT r.cell, NULL, r.adder
        FROM unnest(v_afters, v_places, v_adders) AS r (cell, place, adder)
        WHERE r.place IS NULL AND r.cell IS NOT NULL
      ) x;
    END IF;
    PERFORM _check_size(v_cells);
    SELECT min(e.op)
    INTO v_failed_by
    FROM unnest(v_end_ids, v_end_ops) AS e (cell_id, op)
    WHERE e.cell_id IS NOT NULL
      AND e.cell_id NOT IN (
        SELECT coalesce(c.cell ->> 'id', '')
        FROM jsonb_array_elements(v_cells) AS c (cell)
      );
    IF v_failed_by IS NOT NULL THEN
      RAISE EXCEPTION 'operation % is refused: invalid_cell_data', v_failed_by USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells',
        DETAIL = format('item %s: invalid_cell_data', v_failed_by), HINT = 'its edge names a cell that the diagram does not have';
    END IF;
    UPDATE diagrams d
    SET cells = v_cells
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.modified_at INTO modified_at;
  END IF;
  diagram_id := p_diagram_id;
  cell_count := jsonb_array_length(v_cells);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION cell_apply_ops IS
'Applies what real-time editors send to the cells of a diagram, all or none, in their order. An edge whose cell is removed is left as it is, and may be changed as long as its ends are not.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_ops: an array of 1 to 1,000 objects {id, operation, data}: operation is add, update or remove; data is the cell, or for update the fields that change. Removing a cell that is gone is no error.
p_if_modified_at: the modified_at that the caller read; the change is refused if the diagram has moved on.
Returns the row: when the diagram was last changed, how many cells it has, and how many were added, updated and removed. Operations that change nothing do not move modified_at.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the diagram has changed since; TM413 above 1,000 operations, 10,000 cells, 8 MB or 100 levels of JSON; with DETAIL ''item <index>: <reason>'' for the first operation that is wrong: TM409 for cell_already_exists, TM404 for update_nonexistent_cell, TM422 for invalid_cell_data, add_requires_cell_data, invalid_operation_type, invalid_cell_operation; TM422 with DETAIL empty_cell_operations.';
REVOKE ALL ON FUNCTION cell_apply_ops FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_apply_ops TO tmi_app;
ALTER FUNCTION cell_apply_ops OWNER TO tmi_api;
