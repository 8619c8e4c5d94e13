-- Takes back 040_leave_unchanged_texts.

-- begin functions/documents/_documents_update.sql
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
-- end functions/documents/_documents_update.sql

-- begin functions/sources/_sources_update.sql
-- Rendered from templates/_update.sql.j2 by tools/render_sql.py.
-- Single updates, bulk updates and patches share one statement, so that they cannot come to differ. Rows are always looked
-- up by their ids, so one plan serves one row and a thousand; by itself the planner would make a new one for every call.
CREATE OR REPLACE FUNCTION _sources_update(
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
  v_rows sources[];
  v_is_missing boolean;
  v_is_stale boolean;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR NO KEY UPDATE OF t;
  BEGIN
    SELECT
      array_agg(jsonb_populate_record(t, p_items -> (i.n - 1)::integer) ORDER BY i.n),
      bool_or(t.id IS NULL),
      bool_or(t.modified_at <> (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz)
    INTO v_rows, v_is_missing, v_is_stale
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = i.id;
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('sources', p_items);
      RAISE;
  END;
  IF v_is_missing THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  ELSIF v_is_stale THEN
    PERFORM _check_unchanged((v_rows[s.n]).modified_at, (p_items -> s.n - 1 ->> 'if_modified_at')::timestamptz, 'sources')
    FROM generate_subscripts(v_rows, 1) AS s (n);
  END IF;
  RETURN QUERY
  WITH new AS (
    UPDATE sources t
    SET name = r.name,
      url = r.url,
      description = r.description,
      type = r.type,
      parameters = r.parameters
    FROM unnest(v_rows) WITH ORDINALITY r
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = r.id
    RETURNING t AS changed, r.ordinality AS n
  )
  SELECT (new.changed).*
  FROM new
  ORDER BY new.n;
  IF jsonb_path_exists(p_items, '$[*].metadata') THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'source', p_items);
  END IF;
END
$$;
COMMENT ON FUNCTION _sources_update IS
'Changes sources of a model.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at, metadata} and the fields that change, checked for their JSON types, and each id once.
Returns the rows, in the order of the array.
Raises TM404 when a source is not of the model; TM412 when one has changed since; TM422 for a value that its column does not take; whatever the constraints refuse.';
REVOKE ALL ON FUNCTION _sources_update FROM PUBLIC;
ALTER FUNCTION _sources_update OWNER TO tmi_api;
-- end functions/sources/_sources_update.sql

-- begin functions/threat_models/_threat_model_change.sql
-- Updates and patches of a model share the one statement that writes its fields.
CREATE OR REPLACE FUNCTION _threat_model_change(
  p_threat_model_id uuid,
  p_changes jsonb
) RETURNS SETOF threat_models
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  RETURN QUERY
  UPDATE threat_models m
  SET name = c.name,
    description = c.description,
    threat_model_framework = c.threat_model_framework,
    issue_url = c.issue_url
  FROM threat_models o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE m.id = p_threat_model_id
    AND o.id = p_threat_model_id
  RETURNING m.*;
END
$$;
COMMENT ON FUNCTION _threat_model_change IS
'Changes fields of a threat model.

p_threat_model_id: the model, entered as writer.
p_changes: an object of name, description, threat_model_framework and issue_url, as far as they change.
Returns the row.
Raises whatever the table''s constraints refuse.';
REVOKE ALL ON FUNCTION _threat_model_change FROM PUBLIC;
ALTER FUNCTION _threat_model_change OWNER TO tmi_api;
-- end functions/threat_models/_threat_model_change.sql

-- begin functions/threats/_threats_update.sql
-- Rendered from templates/_update.sql.j2 by tools/render_sql.py.
-- Single updates, bulk updates and patches share one statement, so that they cannot come to differ. Rows are always looked
-- up by their ids, so one plan serves one row and a thousand; by itself the planner would make a new one for every call.
CREATE OR REPLACE FUNCTION _threats_update(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_ids uuid[] := ARRAY(SELECT (i.item ->> 'id')::uuid FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n) ORDER BY i.n);
  v_rows threats[];
  v_is_missing boolean;
  v_is_stale boolean;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR NO KEY UPDATE OF t;
  BEGIN
    SELECT
      array_agg(jsonb_populate_record(t, p_items -> (i.n - 1)::integer) ORDER BY i.n),
      bool_or(t.id IS NULL),
      bool_or(t.modified_at <> (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz)
    INTO v_rows, v_is_missing, v_is_stale
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id;
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('threats', p_items);
      RAISE;
  END;
  IF v_is_missing THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  ELSIF v_is_stale THEN
    PERFORM _check_unchanged((v_rows[s.n]).modified_at, (p_items -> s.n - 1 ->> 'if_modified_at')::timestamptz, 'threats')
    FROM generate_subscripts(v_rows, 1) AS s (n);
  END IF;
  IF jsonb_path_exists(p_items, '$[*] ? (exists (@.diagram_id) || exists (@.cell_id))') THEN
    -- Each cell is looked up once; a threat that leaves its diagram leaves the cell, too, by trigger.
    PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
    FROM (
      SELECT DISTINCT r.diagram_id, r.cell_id
      FROM unnest(v_rows) WITH ORDINALITY r
      WHERE p_items -> (r.ordinality - 1)::integer ? 'cell_id'
        OR (p_items -> (r.ordinality - 1)::integer ? 'diagram_id' AND r.diagram_id IS NOT NULL)
    ) c;
  END IF;
  RETURN QUERY
  WITH new AS (
    UPDATE threats t
    SET name = r.name,
      description = r.description,
      impact = _severity(r.impact),
      likelihood = _severity(r.likelihood),
      risk_rating = _severity(r.risk_rating),
      score = r.score,
      priority = r.priority,
      mitigated = coalesce(r.mitigated, false),
      status = r.status,
      threat_type = r.threat_type,
      mitigation = r.mitigation,
      issue_url = r.issue_url,
      diagram_id = r.diagram_id,
      cell_id = r.cell_id
    FROM unnest(v_rows) WITH ORDINALITY r
    WHERE t.threat_model_id = p_threat_model_id
      AND t.id = r.id
    RETURNING t AS changed, r.ordinality AS n
  )
  SELECT (new.changed).*
  FROM new
  ORDER BY new.n;
  IF jsonb_path_exists(p_items, '$[*].metadata') THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'threat', p_items);
  END IF;
END
$$;
COMMENT ON FUNCTION _threats_update IS
'Changes threats of a model.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at, metadata} and the fields that change, checked for their JSON types, and each id once.
Returns the rows, in the order of the array.
Raises TM404 when a threat is not of the model; TM412 when one has changed since; TM422 for a value that its column does not take or a cell that is not in the diagram; whatever the constraints refuse.';
REVOKE ALL ON FUNCTION _threats_update FROM PUBLIC;
ALTER FUNCTION _threats_update OWNER TO tmi_api;
-- end functions/threats/_threats_update.sql
