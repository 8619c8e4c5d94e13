-- Changed: 4 functions.

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
  v_items jsonb[];
  -- What the items hold, each with the modified_at that its caller read.
  v_rows sources[];
  v_changed bigint;
BEGIN
  BEGIN
    SELECT
      array_agg(i.item ORDER BY i.n),
      array_agg(jsonb_populate_record(NULL::sources, i.item || jsonb_build_object('modified_at', i.item -> 'if_modified_at')) ORDER BY i.n)
    INTO v_items, v_rows
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('sources', p_items);
      RAISE;
  END;
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  IF cardinality(v_rows) > 1 THEN
    PERFORM
    FROM unnest(v_rows) AS r
    JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
    ORDER BY t.id
    FOR NO KEY UPDATE OF t;
  END IF;
  -- What is not named (r.unnest is the item) is taken from the row as it is stored, so that a long text is not written again.
  RETURN QUERY
  WITH new AS (
    UPDATE sources t
    SET name = CASE WHEN r.unnest ? 'name' THEN r.name ELSE t.name END,
      url = CASE WHEN r.unnest ? 'url' THEN r.url ELSE t.url END,
      description = CASE WHEN r.unnest ? 'description' THEN r.description ELSE t.description END,
      type = CASE WHEN r.unnest ? 'type' THEN r.type ELSE t.type END,
      parameters = CASE WHEN r.unnest ? 'parameters' THEN r.parameters ELSE t.parameters END
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
      LEFT JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
      WHERE t.id IS NULL
    ) THEN
      RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
    END IF;
    PERFORM _check_unchanged(t.modified_at, r.modified_at, 'sources')
    FROM unnest(v_rows) AS r
    JOIN sources t ON t.threat_model_id = p_threat_model_id AND t.id = r.id;
  END IF;
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
-- Updates and patches of a model share the one statement that writes its fields; a long description that does not change is not written again.
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
  SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE m.name END,
    description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE m.description END,
    threat_model_framework = CASE WHEN p_changes ? 'threat_model_framework' THEN p_changes ->> 'threat_model_framework' ELSE m.threat_model_framework END,
    issue_url = CASE WHEN p_changes ? 'issue_url' THEN p_changes ->> 'issue_url' ELSE m.issue_url END
  WHERE m.id = p_threat_model_id
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
  v_items jsonb[];
  -- What the items hold, each with the modified_at that its caller read.
  v_rows threats[];
  v_changed bigint;
BEGIN
  BEGIN
    SELECT
      array_agg(i.item ORDER BY i.n),
      array_agg(jsonb_populate_record(NULL::threats, i.item || jsonb_build_object('modified_at', i.item -> 'if_modified_at')) ORDER BY i.n)
    INTO v_items, v_rows
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('threats', p_items);
      RAISE;
  END;
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere. A join, since ids in an array
  -- would be looked for in an index of the whole model.
  IF cardinality(v_rows) > 1 THEN
    PERFORM
    FROM unnest(v_rows) AS r
    JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
    ORDER BY t.id
    FOR NO KEY UPDATE OF t;
  END IF;
  IF jsonb_path_exists(p_items, '$[*] ? (exists (@.diagram_id) || exists (@.cell_id))') THEN
    -- Each cell is looked up once; a threat that leaves its diagram leaves the cell, too, by trigger.
    PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
    FROM (
      SELECT DISTINCT
        CASE WHEN r.unnest ? 'diagram_id' THEN r.diagram_id ELSE t.diagram_id END AS diagram_id,
        CASE WHEN r.unnest ? 'cell_id' THEN r.cell_id ELSE t.cell_id END AS cell_id
      FROM ROWS FROM (unnest(v_rows), unnest(v_items)) AS r
      JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
      WHERE r.unnest ? 'cell_id'
        OR (r.unnest ? 'diagram_id' AND r.diagram_id IS NOT NULL)
    ) c;
  END IF;
  -- What is not named (r.unnest is the item) is taken from the row as it is stored, so that a long text is not written again.
  RETURN QUERY
  WITH new AS (
    UPDATE threats t
    SET name = CASE WHEN r.unnest ? 'name' THEN r.name ELSE t.name END,
      description = CASE WHEN r.unnest ? 'description' THEN r.description ELSE t.description END,
      impact = CASE WHEN r.unnest ? 'impact' THEN _severity(r.impact) ELSE t.impact END,
      likelihood = CASE WHEN r.unnest ? 'likelihood' THEN _severity(r.likelihood) ELSE t.likelihood END,
      risk_rating = CASE WHEN r.unnest ? 'risk_rating' THEN _severity(r.risk_rating) ELSE t.risk_rating END,
      score = CASE WHEN r.unnest ? 'score' THEN r.score ELSE t.score END,
      priority = CASE WHEN r.unnest ? 'priority' THEN r.priority ELSE t.priority END,
      mitigated = CASE WHEN r.unnest ? 'mitigated' THEN coalesce(r.mitigated, false) ELSE t.mitigated END,
      status = CASE WHEN r.unnest ? 'status' THEN r.status ELSE t.status END,
      threat_type = CASE WHEN r.unnest ? 'threat_type' THEN r.threat_type ELSE t.threat_type END,
      mitigation = CASE WHEN r.unnest ? 'mitigation' THEN r.mitigation ELSE t.mitigation END,
      issue_url = CASE WHEN r.unnest ? 'issue_url' THEN r.issue_url ELSE t.issue_url END,
      diagram_id = CASE WHEN r.unnest ? 'diagram_id' THEN r.diagram_id ELSE t.diagram_id END,
      cell_id = CASE WHEN r.unnest ? 'cell_id' THEN r.cell_id ELSE t.cell_id END
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
      LEFT JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = r.id
      WHERE t.id IS NULL
    ) THEN
      RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
    END IF;
    PERFORM _check_unchanged(t.modified_at, r.modified_at, 'threats')
    FROM unnest(v_rows) AS r
    JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = r.id;
  END IF;
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
