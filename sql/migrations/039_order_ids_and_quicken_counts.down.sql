-- Takes back 039_order_ids_and_quicken_counts.

-- What goes, and what has to give way
DROP TRIGGER IF EXISTS threat_models_lengths ON threat_models;
DROP TRIGGER IF EXISTS diagrams_count_delete ON diagrams;
DROP TRIGGER IF EXISTS diagrams_count_insert ON diagrams;
DROP TRIGGER IF EXISTS diagrams_count_truncate ON diagrams;
DROP TRIGGER IF EXISTS documents_count_delete ON documents;
DROP TRIGGER IF EXISTS documents_count_insert ON documents;
DROP TRIGGER IF EXISTS documents_count_truncate ON documents;
DROP TRIGGER IF EXISTS sources_count_delete ON sources;
DROP TRIGGER IF EXISTS sources_count_insert ON sources;
DROP TRIGGER IF EXISTS sources_count_truncate ON sources;
DROP TRIGGER IF EXISTS threat_models_count_guard ON threat_models;
DROP TRIGGER IF EXISTS threats_count_delete ON threats;
DROP TRIGGER IF EXISTS threats_count_insert ON threats;
DROP TRIGGER IF EXISTS threats_count_truncate ON threats;
DROP FUNCTION
  _diagrams_count_delete(),
  _diagrams_count_insert(),
  _diagrams_count_truncate(),
  _documents_count_delete(),
  _documents_count_insert(),
  _documents_count_truncate(),
  _row_lengths(),
  _sources_count_delete(),
  _sources_count_insert(),
  _sources_count_truncate(),
  _threats_count_delete(),
  _threats_count_insert(),
  _threats_count_truncate(),
  uuid_generate_v7();

-- begin functions/base/_diagrams_count.sql
-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of diagrams are true after every statement, however the rows came. Once a statement, and models are
-- locked in the order of their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else
-- may write a count.
CREATE OR REPLACE FUNCTION _diagrams_count() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  v_ids uuid[];
  v_counts bigint[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM
    FROM threat_models m
    WHERE m.diagram_count <> 0
    ORDER BY m.id
    FOR NO KEY UPDATE;
    UPDATE threat_models m
    SET diagram_count = 0
    WHERE m.diagram_count <> 0;
    RETURN NULL;
  END IF;

  -- A single row, the commonest case, takes a single statement.
  UPDATE threat_models m
  SET diagram_count = m.diagram_count + v_sign
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
  SET diagram_count = m.diagram_count + v_sign * g.rows
  FROM unnest(v_ids, v_counts) AS g (id, rows)
  WHERE m.id = g.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _diagrams_count IS
'Trigger: adds what a statement inserted into diagrams, and takes off what it deleted, in threat_models.diagram_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _diagrams_count FROM PUBLIC;
ALTER FUNCTION _diagrams_count OWNER TO tmi_guard;
-- end functions/base/_diagrams_count.sql

-- begin functions/base/_documents_count.sql
-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of documents are true after every statement, however the rows came. Once a statement, and models are
-- locked in the order of their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else
-- may write a count.
CREATE OR REPLACE FUNCTION _documents_count() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  v_ids uuid[];
  v_counts bigint[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM
    FROM threat_models m
    WHERE m.document_count <> 0
    ORDER BY m.id
    FOR NO KEY UPDATE;
    UPDATE threat_models m
    SET document_count = 0
    WHERE m.document_count <> 0;
    RETURN NULL;
  END IF;

  -- A single row, the commonest case, takes a single statement.
  UPDATE threat_models m
  SET document_count = m.document_count + v_sign
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
  SET document_count = m.document_count + v_sign * g.rows
  FROM unnest(v_ids, v_counts) AS g (id, rows)
  WHERE m.id = g.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _documents_count IS
'Trigger: adds what a statement inserted into documents, and takes off what it deleted, in threat_models.document_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _documents_count FROM PUBLIC;
ALTER FUNCTION _documents_count OWNER TO tmi_guard;
-- end functions/base/_documents_count.sql

-- begin functions/base/_sources_count.sql
-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of sources are true after every statement, however the rows came. Once a statement, and models are
-- locked in the order of their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else
-- may write a count.
CREATE OR REPLACE FUNCTION _sources_count() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  v_ids uuid[];
  v_counts bigint[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM
    FROM threat_models m
    WHERE m.source_count <> 0
    ORDER BY m.id
    FOR NO KEY UPDATE;
    UPDATE threat_models m
    SET source_count = 0
    WHERE m.source_count <> 0;
    RETURN NULL;
  END IF;

  -- A single row, the commonest case, takes a single statement.
  UPDATE threat_models m
  SET source_count = m.source_count + v_sign
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
  SET source_count = m.source_count + v_sign * g.rows
  FROM unnest(v_ids, v_counts) AS g (id, rows)
  WHERE m.id = g.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _sources_count IS
'Trigger: adds what a statement inserted into sources, and takes off what it deleted, in threat_models.source_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _sources_count FROM PUBLIC;
ALTER FUNCTION _sources_count OWNER TO tmi_guard;
-- end functions/base/_sources_count.sql

-- begin functions/base/_threats_count.sql
-- Rendered from templates/_count.sql.j2 by tools/render_sql.py.
-- Cached counts of threats are true after every statement, however the rows came. Once a statement, and models are
-- locked in the order of their ids, so that two loads never wait for each other in a ring. SECURITY DEFINER: nobody else
-- may write a count.
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
  v_sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  v_ids uuid[];
  v_counts bigint[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM
    FROM threat_models m
    WHERE m.threat_count <> 0
    ORDER BY m.id
    FOR NO KEY UPDATE;
    UPDATE threat_models m
    SET threat_count = 0
    WHERE m.threat_count <> 0;
    RETURN NULL;
  END IF;

  -- A single row, the commonest case, takes a single statement.
  UPDATE threat_models m
  SET threat_count = m.threat_count + v_sign
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
  SET threat_count = m.threat_count + v_sign * g.rows
  FROM unnest(v_ids, v_counts) AS g (id, rows)
  WHERE m.id = g.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threats_count IS
'Trigger: adds what a statement inserted into threats, and takes off what it deleted, in threat_models.threat_count.

Returns nothing.';
REVOKE ALL ON FUNCTION _threats_count FROM PUBLIC;
ALTER FUNCTION _threats_count OWNER TO tmi_guard;
-- end functions/base/_threats_count.sql

-- Structure
ALTER TABLE threat_models ADD CONSTRAINT threat_models_description_length_check CHECK (length(description) <= 1000000);
ALTER TABLE threat_models ADD CONSTRAINT threat_models_issue_url_length_check CHECK (length(issue_url) <= 1024);
ALTER TABLE threat_models ADD CONSTRAINT threat_models_name_length_check CHECK (length(name) <= 256);

-- begin functions/diagrams/_diagrams_insert.sql
-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of diagram_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _diagrams_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF diagrams
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  PERFORM _check_cells(i.item -> 'cells')
  FROM jsonb_array_elements(p_items) AS i (item)
  WHERE jsonb_typeof(i.item -> 'cells') <> 'null';
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO diagrams AS t (
    id, threat_model_id,
    name, description, cells, type
  )
  SELECT
    coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
    i.name, i.description, coalesce(i.cells, '[]'), coalesce(i.type, 'DFD-1.0.0')
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, description text, cells jsonb, type text
    )
  ) WITH ORDINALITY AS i (
    id, name, description, cells, type, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'diagram', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('diagrams', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _diagrams_insert IS
'Inserts diagrams into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of diagram_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM413 and TM422 for bad cells; TM422 for a value that its column does not take; whatever the constraints of diagrams and metadata refuse.';
REVOKE ALL ON FUNCTION _diagrams_insert FROM PUBLIC;
ALTER FUNCTION _diagrams_insert OWNER TO tmi_api;
-- end functions/diagrams/_diagrams_insert.sql

-- begin functions/documents/_documents_insert.sql
-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of document_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _documents_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO documents AS t (
    id, threat_model_id,
    name, url, description
  )
  SELECT
    coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
    i.name, i.url, i.description
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, url text, description text
    )
  ) WITH ORDINALITY AS i (
    id, name, url, description, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'document', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('documents', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _documents_insert IS
'Inserts documents into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of document_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM422 for a value that its column does not take; whatever the constraints of documents and metadata refuse.';
REVOKE ALL ON FUNCTION _documents_insert FROM PUBLIC;
ALTER FUNCTION _documents_insert OWNER TO tmi_api;
-- end functions/documents/_documents_insert.sql

-- begin functions/sources/_sources_insert.sql
-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of source_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _sources_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO sources AS t (
    id, threat_model_id,
    name, url, description, type, parameters
  )
  SELECT
    coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
    i.name, i.url, i.description, i.type, i.parameters
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, url text, description text, type text, parameters jsonb
    )
  ) WITH ORDINALITY AS i (
    id, name, url, description, type, parameters, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'source', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('sources', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _sources_insert IS
'Inserts sources into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of source_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM422 for a value that its column does not take; whatever the constraints of sources and metadata refuse.';
REVOKE ALL ON FUNCTION _sources_insert FROM PUBLIC;
ALTER FUNCTION _sources_insert OWNER TO tmi_api;
-- end functions/sources/_sources_insert.sql

-- begin functions/threats/_threats_insert.sql
-- Rendered from templates/_insert.sql.j2 by tools/render_sql.py.
-- The inserts of threat_bulk_create once more: with them each item of a call that failed is tried alone.
CREATE OR REPLACE FUNCTION _threats_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
  IF jsonb_path_exists(p_items, '$[*].cell_id') THEN
    -- Each cell is looked up once, however many threats name it.
    PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
    FROM (
      SELECT DISTINCT r.diagram_id, r.cell_id
      FROM jsonb_to_recordset(p_items) AS r (diagram_id uuid, cell_id text)
      WHERE r.cell_id IS NOT NULL
    ) c;
  END IF;
  IF v_has_metadata THEN
    -- Metadata names its entity, so ids are made before the rows.
    SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  RETURN QUERY
  INSERT INTO threats AS t (
    id, threat_model_id,
    name, description, impact, likelihood, risk_rating, score, priority, mitigated,
    status, threat_type, mitigation, issue_url, diagram_id, cell_id
  )
  SELECT
    coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
    i.name, i.description, _severity(i.impact), _severity(i.likelihood), _severity(i.risk_rating), i.score,
    i.priority, coalesce(i.mitigated, false), i.status, i.threat_type, i.mitigation, i.issue_url,
    i.diagram_id, i.cell_id
  FROM ROWS FROM (
    jsonb_to_recordset(v_items) AS (
      id uuid, name text, description text, impact text, likelihood text, risk_rating text, score integer, priority text, mitigated boolean,
      status text, threat_type text, mitigation text, issue_url text, diagram_id uuid, cell_id text
    )
  ) WITH ORDINALITY AS i (
    id, name, description, impact, likelihood, risk_rating, score, priority, mitigated,
    status, threat_type, mitigation, issue_url, diagram_id, cell_id, n
  )
  ORDER BY i.n
  RETURNING t.*;
  IF v_has_metadata THEN
    PERFORM _put_items_metadata(p_threat_model_id, 'threat', v_items);
  END IF;
EXCEPTION
  WHEN data_exception THEN
    PERFORM _blame_field('threats', p_items);
    RAISE;
END
$$;
COMMENT ON FUNCTION _threats_insert IS
'Inserts threats into a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects with the fields of threat_bulk_create, checked for their JSON types.
Returns the rows, in the order of the array.
Raises TM422 for a cell that is not in the diagram; TM422 for a value that its column does not take; whatever the constraints of threats and metadata refuse.';
REVOKE ALL ON FUNCTION _threats_insert FROM PUBLIC;
ALTER FUNCTION _threats_insert OWNER TO tmi_api;
-- end functions/threats/_threats_insert.sql

-- begin functions/diagrams/diagram_bulk_create.sql
-- Rendered from templates/bulk_create.sql.j2 by tools/render_sql.py.
-- All or none, in one statement; the error names the item. The INSERT stands here, not in a helper, because a function that
-- passes on what another returns keeps every row a second time.
CREATE OR REPLACE FUNCTION diagram_bulk_create(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF diagrams
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "name": "string", "description": "string", "cells": "array", "type": "string", "metadata": "object"
  }');
  BEGIN
    v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
    PERFORM _check_cells(i.item -> 'cells')
    FROM jsonb_array_elements(p_items) AS i (item)
    WHERE jsonb_typeof(i.item -> 'cells') <> 'null';
    IF v_has_metadata THEN
      -- Metadata names its entity, so ids are made before the rows.
      SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
      INTO v_items
      FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
    END IF;
    RETURN QUERY
    INSERT INTO diagrams AS t (
      id, threat_model_id,
      name, description, cells, type
    )
    SELECT
      coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
      i.name, i.description, coalesce(i.cells, '[]'), coalesce(i.type, 'DFD-1.0.0')
    FROM ROWS FROM (
      jsonb_to_recordset(v_items) AS (
        id uuid, name text, description text, cells jsonb, type text
      )
    ) WITH ORDINALITY AS i (
      id, name, description, cells, type, n
    )
    ORDER BY i.n
    RETURNING t.*;
    IF v_has_metadata THEN
      PERFORM _put_items_metadata(p_threat_model_id, 'diagram', v_items);
    END IF;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_diagrams_insert', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION diagram_bulk_create IS
'Creates up to 1,000 diagrams in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects with the fields that diagram_create takes, without p_.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when an id is in use; TM413 above 1,000 items; TM422 for a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION diagram_bulk_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_bulk_create TO tmi_app;
ALTER FUNCTION diagram_bulk_create OWNER TO tmi_api;
-- end functions/diagrams/diagram_bulk_create.sql

-- begin functions/diagrams/diagram_create.sql
-- A drawing comes with its cells in one call, as editors save it.
CREATE OR REPLACE FUNCTION diagram_create(
  p_threat_model_id uuid,
  p_name text,
  p_description text DEFAULT NULL,
  p_cells jsonb DEFAULT '[]',
  p_type text DEFAULT 'DFD-1.0.0',
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS SETOF diagrams
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
  v_diagram diagrams;
BEGIN
  PERFORM _check_cells(p_cells);
  INSERT INTO diagrams (id, threat_model_id, name, type, description, cells)
  VALUES (coalesce(p_id, uuid_generate_v4()), p_threat_model_id, p_name, p_type, p_description, p_cells)
  ON CONFLICT (id) DO NOTHING
  RETURNING * INTO v_diagram;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'diagrams', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'diagram', v_diagram.id, p_metadata);
  END IF;
  RETURN NEXT v_diagram;
END
$$;
COMMENT ON FUNCTION diagram_create IS
'Creates a diagram in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_description: up to 1,000,000 characters.
p_cells: an array of up to 10,000 cells and 8 MB, as the editor makes them; each has an id and a shape.
p_type: DFD-1.0.0.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM413 for too many or too large cells; TM422 for a bad cell or value.';
REVOKE ALL ON FUNCTION diagram_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_create TO tmi_app;
ALTER FUNCTION diagram_create OWNER TO tmi_api;
-- end functions/diagrams/diagram_create.sql

-- begin functions/documents/document_bulk_create.sql
-- Rendered from templates/bulk_create.sql.j2 by tools/render_sql.py.
-- All or none, in one statement; the error names the item. The INSERT stands here, not in a helper, because a function that
-- passes on what another returns keeps every row a second time.
CREATE OR REPLACE FUNCTION document_bulk_create(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "name": "string", "url": "string", "description": "string", "metadata": "object"
  }');
  BEGIN
    v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
    IF v_has_metadata THEN
      -- Metadata names its entity, so ids are made before the rows.
      SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
      INTO v_items
      FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
    END IF;
    RETURN QUERY
    INSERT INTO documents AS t (
      id, threat_model_id,
      name, url, description
    )
    SELECT
      coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
      i.name, i.url, i.description
    FROM ROWS FROM (
      jsonb_to_recordset(v_items) AS (
        id uuid, name text, url text, description text
      )
    ) WITH ORDINALITY AS i (
      id, name, url, description, n
    )
    ORDER BY i.n
    RETURNING t.*;
    IF v_has_metadata THEN
      PERFORM _put_items_metadata(p_threat_model_id, 'document', v_items);
    END IF;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_documents_insert', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION document_bulk_create IS
'Creates up to 1,000 documents in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects with the fields that document_create takes, without p_.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when an id is in use; TM413 above 1,000 items; TM422 for a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION document_bulk_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_bulk_create TO tmi_app;
ALTER FUNCTION document_bulk_create OWNER TO tmi_api;
-- end functions/documents/document_bulk_create.sql

-- begin functions/documents/document_create.sql
-- Rendered from templates/create.sql.j2 by tools/render_sql.py.
-- One row, one round trip, metadata included.
CREATE OR REPLACE FUNCTION document_create(
  p_threat_model_id uuid,
  p_name text,
  p_url text,
  p_description text DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS SETOF documents
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
  v_document documents;
BEGIN
  INSERT INTO documents (id, threat_model_id, name, url, description)
  VALUES (coalesce(p_id, uuid_generate_v4()), p_threat_model_id, p_name, p_url, p_description)
  ON CONFLICT (id) DO NOTHING
  RETURNING * INTO v_document;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'documents', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'document', v_document.id, p_metadata);
  END IF;
  RETURN NEXT v_document;
END
$$;
COMMENT ON FUNCTION document_create IS
'Creates a document in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_url: up to 1,024 characters, of which the first say http, https, ssh, git or file, and ://.
p_description: up to 1,000,000 characters.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for a bad value.';
REVOKE ALL ON FUNCTION document_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_create TO tmi_app;
ALTER FUNCTION document_create OWNER TO tmi_api;
-- end functions/documents/document_create.sql

-- begin functions/sessions/session_create.sql
-- Two sessions on one drawing would overwrite each other's cells: the second is told which one to join.
CREATE OR REPLACE FUNCTION session_create(
  p_threat_model_id uuid,
  p_websocket_url text,
  p_diagram_id uuid DEFAULT NULL,
  p_ttl interval DEFAULT '1 hour',
  p_id uuid DEFAULT NULL
) RETURNS SETOF collaboration_sessions
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
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_user_id uuid;
  v_open_id uuid;
  v_is_expired boolean;
  v_session collaboration_sessions;
BEGIN
  SELECT h.user_id
  INTO v_user_id
  FROM _session_hold(p_threat_model_id) h;
  IF p_diagram_id IS NOT NULL THEN
    PERFORM
    FROM diagrams d
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
    END IF;
  END IF;
  SELECT s.id, coalesce(s.expires_at <= now(), false)
  INTO v_open_id, v_is_expired
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.diagram_id IS NOT DISTINCT FROM p_diagram_id
    AND s.ended_at IS NULL
  FOR NO KEY UPDATE;
  IF v_is_expired THEN
    PERFORM _session_close(v_open_id);
  ELSIF FOUND THEN
    RAISE EXCEPTION 'a session is open already' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', CONSTRAINT = 'collaboration_sessions_unique_open',
      DETAIL = 'session: ' || v_open_id, HINT = 'join the session that DETAIL names';
  END IF;
  INSERT INTO collaboration_sessions AS s (id, threat_model_id, diagram_id, websocket_url, host_user_id, ttl, expires_at)
  VALUES (
    coalesce(p_id, uuid_generate_v4()), p_threat_model_id, p_diagram_id, p_websocket_url, v_user_id,
    coalesce(p_ttl, '1 hour'), now() + coalesce(p_ttl, '1 hour')
  )
  ON CONFLICT (id) DO NOTHING
  RETURNING s.* INTO v_session;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', COLUMN = 'id', DETAIL = 'field: id',
      HINT = 'leave the id out, or make a new random one';
  END IF;
  INSERT INTO session_participants AS p (session_id, user_id)
  VALUES (v_session.id, v_user_id);
  RETURN NEXT v_session;
END
$$;
COMMENT ON FUNCTION session_create IS
'Opens a session on a diagram, or on a model as a whole; the caller is its host and first participant.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_websocket_url: where clients connect, up to 1,024 characters.
p_diagram_id: the diagram, which must be of that model; NULL for the model as a whole. Each diagram has one open session at a time, and so has the model as a whole; one that has expired is ended first.
p_ttl: how long the session lives without a sign of life, 1 minute to 24 hours; 1 hour by default.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen; TM409 when a session is open, with DETAIL ''session: <id>'', or when the id is in use; TM422 for a bad address or duration.';
REVOKE ALL ON FUNCTION session_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_create TO tmi_app;
ALTER FUNCTION session_create OWNER TO tmi_api;
-- end functions/sessions/session_create.sql

-- begin functions/sources/source_bulk_create.sql
-- Rendered from templates/bulk_create.sql.j2 by tools/render_sql.py.
-- All or none, in one statement; the error names the item. The INSERT stands here, not in a helper, because a function that
-- passes on what another returns keeps every row a second time.
CREATE OR REPLACE FUNCTION source_bulk_create(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "name": "string", "url": "string", "description": "string", "type": "string", "parameters": "object",
    "metadata": "object"
  }');
  BEGIN
    v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
    IF v_has_metadata THEN
      -- Metadata names its entity, so ids are made before the rows.
      SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
      INTO v_items
      FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
    END IF;
    RETURN QUERY
    INSERT INTO sources AS t (
      id, threat_model_id,
      name, url, description, type, parameters
    )
    SELECT
      coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
      i.name, i.url, i.description, i.type, i.parameters
    FROM ROWS FROM (
      jsonb_to_recordset(v_items) AS (
        id uuid, name text, url text, description text, type text, parameters jsonb
      )
    ) WITH ORDINALITY AS i (
      id, name, url, description, type, parameters, n
    )
    ORDER BY i.n
    RETURNING t.*;
    IF v_has_metadata THEN
      PERFORM _put_items_metadata(p_threat_model_id, 'source', v_items);
    END IF;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_sources_insert', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION source_bulk_create IS
'Creates up to 1,000 sources in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects with the fields that source_create takes, without p_.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when an id is in use; TM413 above 1,000 items; TM422 for a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION source_bulk_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_bulk_create TO tmi_app;
ALTER FUNCTION source_bulk_create OWNER TO tmi_api;
-- end functions/sources/source_bulk_create.sql

-- begin functions/sources/source_create.sql
-- Rendered from templates/create.sql.j2 by tools/render_sql.py.
-- One row, one round trip, metadata included.
CREATE OR REPLACE FUNCTION source_create(
  p_threat_model_id uuid,
  p_name text,
  p_url text,
  p_description text DEFAULT NULL,
  p_type text DEFAULT NULL,
  p_parameters jsonb DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS SETOF sources
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
  v_source sources;
BEGIN
  INSERT INTO sources (id, threat_model_id, name, url, description, type, parameters)
  VALUES (coalesce(p_id, uuid_generate_v4()), p_threat_model_id, p_name, p_url, p_description, p_type, p_parameters)
  ON CONFLICT (id) DO NOTHING
  RETURNING * INTO v_source;
  IF NOT FOUND THEN
    -- In words that do not tell whose row it is.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'sources', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'source', v_source.id, p_metadata);
  END IF;
  RETURN NEXT v_source;
END
$$;
COMMENT ON FUNCTION source_create IS
'Creates a source in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_url: up to 1,024 characters, of which the first say http, https, ssh, git or file, and ://.
p_description: up to 1,000,000 characters.
p_type: git, svn, mercurial or other.
p_parameters: what of the repository is meant: an object of refType (branch, tag or commit), refValue and subPath, each up to 1,024 characters.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for a bad value.';
REVOKE ALL ON FUNCTION source_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_create TO tmi_app;
ALTER FUNCTION source_create OWNER TO tmi_api;
-- end functions/sources/source_create.sql

-- begin functions/threats/threat_bulk_create.sql
-- Rendered from templates/bulk_create.sql.j2 by tools/render_sql.py.
-- All or none, in one statement; the error names the item. The INSERT stands here, not in a helper, because a function that
-- passes on what another returns keeps every row a second time.
CREATE OR REPLACE FUNCTION threat_bulk_create(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_items jsonb := p_items;
  v_has_metadata boolean;
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "name": "string", "description": "string", "impact": "string", "likelihood": "string", "risk_rating": "string",
    "score": "number", "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string", "mitigation": "string",
    "issue_url": "string", "diagram_id": "string", "cell_id": "string", "metadata": "object"
  }');
  BEGIN
    v_has_metadata := jsonb_path_exists(p_items, '$[*].metadata');
    IF jsonb_path_exists(p_items, '$[*].cell_id') THEN
      -- Each cell is looked up once, however many threats name it.
      PERFORM _check_cell(p_threat_model_id, c.diagram_id, c.cell_id)
      FROM (
        SELECT DISTINCT r.diagram_id, r.cell_id
        FROM jsonb_to_recordset(p_items) AS r (diagram_id uuid, cell_id text)
        WHERE r.cell_id IS NOT NULL
      ) c;
    END IF;
    IF v_has_metadata THEN
      -- Metadata names its entity, so ids are made before the rows.
      SELECT jsonb_agg(i.item || jsonb_build_object('id', coalesce(i.item ->> 'id', uuid_generate_v4()::text)) ORDER BY i.n)
      INTO v_items
      FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
    END IF;
    RETURN QUERY
    INSERT INTO threats AS t (
      id, threat_model_id,
      name, description, impact, likelihood, risk_rating, score, priority, mitigated,
      status, threat_type, mitigation, issue_url, diagram_id, cell_id
    )
    SELECT
      coalesce(i.id, uuid_generate_v4()), p_threat_model_id,
      i.name, i.description, _severity(i.impact), _severity(i.likelihood), _severity(i.risk_rating), i.score,
      i.priority, coalesce(i.mitigated, false), i.status, i.threat_type, i.mitigation, i.issue_url,
      i.diagram_id, i.cell_id
    FROM ROWS FROM (
      jsonb_to_recordset(v_items) AS (
        id uuid, name text, description text, impact text, likelihood text, risk_rating text, score integer, priority text, mitigated boolean,
        status text, threat_type text, mitigation text, issue_url text, diagram_id uuid, cell_id text
      )
    ) WITH ORDINALITY AS i (
      id, name, description, impact, likelihood, risk_rating, score, priority, mitigated,
      status, threat_type, mitigation, issue_url, diagram_id, cell_id, n
    )
    ORDER BY i.n
    RETURNING t.*;
    IF v_has_metadata THEN
      PERFORM _put_items_metadata(p_threat_model_id, 'threat', v_items);
    END IF;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_threats_insert', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION threat_bulk_create IS
'Creates up to 1,000 threats in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects with the fields that threat_create takes, without p_.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when an id is in use; TM413 above 1,000 items; TM422 for a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION threat_bulk_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_bulk_create TO tmi_app;
ALTER FUNCTION threat_bulk_create OWNER TO tmi_api;
-- end functions/threats/threat_bulk_create.sql

-- begin functions/threats/threat_create.sql
-- Rendered from templates/threat_create.sql.j2 by tools/render_sql.py.
-- The most frequent write of all: one row, one round trip.
CREATE OR REPLACE FUNCTION threat_create(
  p_threat_model_id uuid,
  p_name text,
  p_description text DEFAULT NULL,
  p_impact text DEFAULT NULL,
  p_likelihood text DEFAULT NULL,
  p_risk_rating text DEFAULT NULL,
  p_score integer DEFAULT NULL,
  p_priority text DEFAULT NULL,
  p_mitigated boolean DEFAULT false,
  p_status text DEFAULT NULL,
  p_threat_type text DEFAULT NULL,
  p_mitigation text DEFAULT NULL,
  p_issue_url text DEFAULT NULL,
  p_diagram_id uuid DEFAULT NULL,
  p_cell_id text DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS SETOF threats
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
  v_threat threats;
BEGIN
  IF p_cell_id IS NOT NULL THEN
    PERFORM _check_cell(p_threat_model_id, p_diagram_id, p_cell_id);
  END IF;
  IF p_id IS NULL THEN
    -- Nobody else has a random id. To catch an error all the same would take a subtransaction.
    INSERT INTO threats (
      id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
      priority, mitigated, status, threat_type, issue_url, mitigation
    )
    VALUES (
      uuid_generate_v4(), p_threat_model_id, p_diagram_id, p_cell_id, p_name, p_description,
      _severity(p_impact), _severity(p_likelihood), _severity(p_risk_rating), p_score,
      p_priority, coalesce(p_mitigated, false), p_status, p_threat_type, p_issue_url, p_mitigation
    )
    RETURNING * INTO v_threat;
  ELSE
    -- Not ON CONFLICT: that reads the primary key twice for every threat, and ids that are in use are rare.
    BEGIN
      INSERT INTO threats (
        id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
        priority, mitigated, status, threat_type, issue_url, mitigation
      )
      VALUES (
        p_id, p_threat_model_id, p_diagram_id, p_cell_id, p_name, p_description,
        _severity(p_impact), _severity(p_likelihood), _severity(p_risk_rating), p_score,
        p_priority, coalesce(p_mitigated, false), p_status, p_threat_type, p_issue_url, p_mitigation
      )
      RETURNING * INTO v_threat;
    EXCEPTION
      WHEN unique_violation THEN
        -- In words that do not tell whose row it is.
        RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threats', COLUMN = 'id', DETAIL = 'field: id';
    END;
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(p_threat_model_id, 'threat', v_threat.id, p_metadata);
  END IF;
  RETURN NEXT v_threat;
END
$$;
COMMENT ON FUNCTION threat_create IS
'Creates a threat in a model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_name: 1 to 256 characters.
p_description, p_mitigation: up to 1,000,000 characters.
p_impact, p_likelihood, p_risk_rating: Unknown, None, Low, Medium, High or Critical, in any case.
p_score: 0 to 100.
p_priority, p_status, p_threat_type: up to 256 characters; statuses in use are open, in_progress, mitigated, accepted, false_positive and closed.
p_mitigated: false by default.
p_issue_url: up to 1,024 characters.
p_diagram_id: a diagram of the same model.
p_cell_id: a cell of that diagram.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for a diagram of another model, a cell that the diagram does not have, or a bad value.';
REVOKE ALL ON FUNCTION threat_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_create TO tmi_app;
ALTER FUNCTION threat_create OWNER TO tmi_api;
-- end functions/threats/threat_create.sql

-- begin functions/threat_models/threat_model_copy.sql
-- A model that others read serves as a template: what is in it is copied, who may use it is not.
CREATE OR REPLACE FUNCTION threat_model_copy(
  p_threat_model_id uuid,
  p_name text,
  p_include text[] DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS TABLE (
  id uuid,
  name text,
  description text,
  owner_email text,
  created_by text,
  threat_model_framework text,
  issue_url text,
  document_count integer,
  source_count integer,
  diagram_count integer,
  threat_count integer,
  created_at timestamptz,
  modified_at timestamptz,
  role text
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
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_id uuid;
  v_actor text;
  v_model threat_models;
  v_threats threats[];
  v_diagrams diagrams[];
  v_documents documents[];
  v_sources sources[];
  v_metadata metadata[];
BEGIN
  v_id := coalesce(p_id, uuid_generate_v4());
  PERFORM _check_parts(p_include, ARRAY['metadata', 'threats', 'diagrams', 'documents', 'sources']);
  -- All is read before the new model is entered: the scope is one model at a time.
  SELECT m.*
  INTO v_model
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  v_threats := ARRAY(SELECT t FROM threats t WHERE t.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'threats' = ANY (p_include)));
  v_diagrams := ARRAY(SELECT d FROM diagrams d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'diagrams' = ANY (p_include)));
  v_documents := ARRAY(SELECT d FROM documents d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'documents' = ANY (p_include)));
  v_sources := ARRAY(SELECT s FROM sources s WHERE s.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'sources' = ANY (p_include)));
  v_metadata := ARRAY(SELECT d FROM metadata d WHERE d.threat_model_id = p_threat_model_id AND (p_include IS NULL OR 'metadata' = ANY (p_include)));

  v_actor := _enter_new(v_id);
  INSERT INTO threat_models (id, name, description, owner_email, created_by, threat_model_framework, issue_url)
  VALUES (v_id, p_name, v_model.description, v_actor, v_actor, v_model.threat_model_framework, v_model.issue_url);
  INSERT INTO diagrams (id, threat_model_id, name, type, description, metadata, cells)
  SELECT _named_uuid(v_id, 'copy/' || d.id), v_id, d.name, d.type, d.description, d.metadata, d.cells
  FROM unnest(v_diagrams) d
  ORDER BY d.created_at, d.id;
  INSERT INTO threats (
    id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score,
    priority, mitigated, status, threat_type, issue_url, mitigation
  )
  SELECT _named_uuid(v_id, 'copy/' || t.id), v_id, d.new_id, CASE WHEN d.new_id IS NOT NULL THEN t.cell_id END, t.name, t.description, t.impact, t.likelihood, t.risk_rating, t.score,
    t.priority, t.mitigated, t.status, t.threat_type, t.issue_url, t.mitigation
  FROM unnest(v_threats) t
  LEFT JOIN LATERAL (
    SELECT _named_uuid(v_id, 'copy/' || d.id) AS new_id
    FROM unnest(v_diagrams) d
    WHERE d.id = t.diagram_id
  ) d ON true
  ORDER BY t.created_at, t.id;
  INSERT INTO documents (id, threat_model_id, name, url, description)
  SELECT _named_uuid(v_id, 'copy/' || d.id), v_id, d.name, d.url, d.description
  FROM unnest(v_documents) d
  ORDER BY d.created_at, d.id;
  INSERT INTO sources (id, threat_model_id, name, url, description, type, parameters)
  SELECT _named_uuid(v_id, 'copy/' || s.id), v_id, s.name, s.url, s.description, s.type, s.parameters
  FROM unnest(v_sources) s
  ORDER BY s.created_at, s.id;
  -- Metadata goes along with what was copied.
  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value, diagram_id, cell_id)
  SELECT v_id, d.entity_type,
    CASE d.entity_type
      WHEN 'threat_model' THEN v_id
      WHEN 'cell' THEN _named_uuid(_named_uuid(v_id, 'copy/' || d.diagram_id), d.cell_id)
      ELSE _named_uuid(v_id, 'copy/' || d.entity_id)
    END,
    d.key, d.value, CASE WHEN d.entity_type = 'cell' THEN _named_uuid(v_id, 'copy/' || d.diagram_id) END, d.cell_id
  FROM unnest(v_metadata) d
  WHERE CASE d.entity_type
    WHEN 'threat_model' THEN true
    WHEN 'threat' THEN d.entity_id IN (SELECT t.id FROM unnest(v_threats) t)
    WHEN 'diagram' THEN d.entity_id IN (SELECT x.id FROM unnest(v_diagrams) x)
    WHEN 'cell' THEN d.diagram_id IN (SELECT x.id FROM unnest(v_diagrams) x)
    WHEN 'document' THEN d.entity_id IN (SELECT x.id FROM unnest(v_documents) x)
    WHEN 'source' THEN d.entity_id IN (SELECT x.id FROM unnest(v_sources) x)
  END;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, 'owner'
  FROM threat_models m
  WHERE m.id = v_id;
END
$$;
COMMENT ON FUNCTION threat_model_copy IS
'Copies a threat model: new ids, references kept, owned by the caller; access and sessions are not copied.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_name: the copy''s name, 1 to 256 characters.
p_include: which parts to copy beside the model''s own fields: metadata, threats, diagrams, documents, sources; all by default. Threats whose diagram is left out point nowhere.
p_id: the id to give the copy, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row of the copy, with the caller''s role.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM409 when the id is in use; TM422 for an unknown part.';
REVOKE ALL ON FUNCTION threat_model_copy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_copy TO tmi_app;
ALTER FUNCTION threat_model_copy OWNER TO tmi_api;
-- end functions/threat_models/threat_model_copy.sql

-- begin functions/threat_models/threat_model_create.sql
-- Whoever creates a model owns it, and may share it and describe it in the same call.
CREATE OR REPLACE FUNCTION threat_model_create(
  p_name text,
  p_description text DEFAULT NULL,
  p_threat_model_framework text DEFAULT NULL,
  p_issue_url text DEFAULT NULL,
  p_access jsonb DEFAULT NULL,
  p_metadata jsonb DEFAULT NULL,
  p_id uuid DEFAULT NULL
) RETURNS TABLE (
  id uuid,
  name text,
  description text,
  owner_email text,
  created_by text,
  threat_model_framework text,
  issue_url text,
  document_count integer,
  source_count integer,
  diagram_count integer,
  threat_count integer,
  created_at timestamptz,
  modified_at timestamptz,
  role text
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
  v_actor text := _open();
  v_id uuid := coalesce(p_id, uuid_generate_v4());
BEGIN
  PERFORM _enter_new(v_id);
  INSERT INTO threat_models AS m (id, name, description, owner_email, created_by, threat_model_framework, issue_url)
  VALUES (v_id, p_name, p_description, v_actor, v_actor, p_threat_model_framework, p_issue_url)
  ON CONFLICT ON CONSTRAINT threat_models_pkey DO NOTHING;
  IF NOT FOUND THEN
    -- Another transaction took the id since it was looked up.
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  IF p_access <> '[]' THEN
    PERFORM _access_put(v_id, p_access, v_actor, v_actor);
  END IF;
  IF p_metadata IS NOT NULL THEN
    PERFORM _metadata_put(v_id, 'threat_model', v_id, p_metadata);
  END IF;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, 'owner'
  FROM threat_models m
  WHERE m.id = v_id;
END
$$;
COMMENT ON FUNCTION threat_model_create IS
'Creates a threat model, of which the caller becomes owner and creator.

p_name: 1 to 256 characters.
p_description: up to 1,000,000 characters.
p_threat_model_framework: CIA, STRIDE, LINDDUN, DIE or PLOT4ai.
p_issue_url: up to 1,024 characters.
p_access: who else may use it, an array of objects {email, role}; an entry for the caller is passed over, since nothing can lower the owner.
p_metadata: an object of keys and text values.
p_id: the id to give it, so that a call whose answer was lost can be sent again; a random one if left out.
Returns the row, with the caller''s role.
Raises TM401 without a valid identity; TM409 when the id is in use; TM422 for an access entry without a user, a bad role or metadata key.';
REVOKE ALL ON FUNCTION threat_model_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_create TO tmi_app;
ALTER FUNCTION threat_model_create OWNER TO tmi_api;
-- end functions/threat_models/threat_model_create.sql

-- begin functions/exchange/threat_model_import.sql
-- One atomic call takes a whole document in, or nothing of it.
CREATE OR REPLACE FUNCTION threat_model_import(
  p_document jsonb,
  p_format text DEFAULT 'auto',
  p_options jsonb DEFAULT '{}'
) RETURNS jsonb
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_id uuid;
  v_format text := p_format;
  v_dry_run boolean;
  v_result jsonb;
BEGIN
  PERFORM _open();
  PERFORM _check_object(p_options, '{"id": "string", "name": "string", "dry_run": "boolean"}', 'options');
  PERFORM _check_depth(p_document, 'document');
  v_dry_run := coalesce((p_options ->> 'dry_run')::boolean, false);
  v_id := coalesce((p_options ->> 'id')::uuid, uuid_generate_v4());
  IF pg_column_size(p_document) > 67108864 THEN
    RAISE EXCEPTION 'a document takes at most 64 MB' USING ERRCODE = 'TM413', DETAIL = 'field: document';
  ELSIF p_format = 'auto' AND jsonb_typeof(p_document) = 'object' AND p_document ?& ARRAY['summary', 'detail'] THEN
    v_format := 'threat-dragon-v2';
  ELSIF p_format = 'auto' THEN
    RAISE EXCEPTION 'the document''s format is not known' USING ERRCODE = 'TM422', DETAIL = 'path: $',
      HINT = 'threat-dragon-v2 has summary and detail at the top';
  END IF;
  IF v_format <> 'threat-dragon-v2' THEN
    RAISE EXCEPTION 'there is no format %', to_json(v_format) USING ERRCODE = 'TM422', DETAIL = 'field: format', HINT = 'the formats are auto and threat-dragon-v2';
  ELSIF EXISTS (
    SELECT
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_document #> '{detail,diagrams}') = 'array' THEN p_document #> '{detail,diagrams}' ELSE '[]' END) AS d (diagram)
    WHERE d.diagram ? 'diagramJson'
  ) THEN
    RAISE EXCEPTION 'this is a Threat Dragon document of version 1' USING ERRCODE = 'TM422', DETAIL = 'path: $.detail.diagrams',
      HINT = 'open and save it with Threat Dragon 2';
  END IF;
  PERFORM _enter_new(v_id);
  BEGIN
    v_result := _import_threat_dragon_v2(v_id, p_document, p_options ->> 'name') || jsonb_build_object('dry_run', v_dry_run);
    IF v_dry_run THEN
      -- Undoes everything since BEGIN: a dry run meets every constraint and trigger, and leaves nothing.
      RAISE EXCEPTION USING ERRCODE = 'TMDRY';
    END IF;
  EXCEPTION
    WHEN SQLSTATE 'TMDRY' THEN
      NULL;
  END;
  RETURN v_result;
END
$$;
COMMENT ON FUNCTION threat_model_import IS
'Imports a whole document as a new threat model that the caller owns: diagrams, cells and threats. Access is never taken from a document.

p_document: the document, up to 64 MB.
p_format: auto, or threat-dragon-v2.
p_options: an object of id (the id to give the model, so that a call whose answer was lost can be sent again), name (instead of the document''s title) and dry_run (true to try it and keep nothing).
Returns an object of threat_model_id, created (numbers of diagrams, cells and threats), warnings (an array of path, code and message) and dry_run.
Raises TM401 without a valid identity; TM409 when the id is in use; TM413 for a document above 64 MB or nested more than 100 deep; TM422 for an unknown format or option, or a document whose JSON path is named.';
REVOKE ALL ON FUNCTION threat_model_import FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_import TO tmi_app;
ALTER FUNCTION threat_model_import OWNER TO tmi_api;
-- end functions/exchange/threat_model_import.sql

-- Triggers
CREATE TRIGGER diagrams_count_delete AFTER DELETE ON diagrams REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER diagrams_count_insert AFTER INSERT ON diagrams REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER diagrams_count_truncate AFTER TRUNCATE ON diagrams FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER documents_count_delete AFTER DELETE ON documents REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER documents_count_insert AFTER INSERT ON documents REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER documents_count_truncate AFTER TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER sources_count_delete AFTER DELETE ON sources REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER sources_count_insert AFTER INSERT ON sources REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER sources_count_truncate AFTER TRUNCATE ON sources FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER threat_models_count_guard BEFORE UPDATE OF document_count, source_count, diagram_count, threat_count ON threat_models FOR EACH ROW WHEN ((CURRENT_USER <> 'tmi_guard'::name)) EXECUTE FUNCTION _threat_models_count_guard();
CREATE TRIGGER threats_count_delete AFTER DELETE ON threats REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();
CREATE TRIGGER threats_count_insert AFTER INSERT ON threats REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();
CREATE TRIGGER threats_count_truncate AFTER TRUNCATE ON threats FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();

-- Comments, rights, options and whatever else migra does not see
COMMENT ON TRIGGER diagrams_count_delete ON diagrams IS 'The models'' diagram counts shrink.';
COMMENT ON TRIGGER diagrams_count_insert ON diagrams IS 'The models'' diagram counts grow.';
COMMENT ON TRIGGER diagrams_count_truncate ON diagrams IS 'All diagram counts are 0.';
COMMENT ON TRIGGER documents_count_delete ON documents IS 'The models'' document counts shrink.';
COMMENT ON TRIGGER documents_count_insert ON documents IS 'The models'' document counts grow.';
COMMENT ON TRIGGER documents_count_truncate ON documents IS 'All document counts are 0.';
COMMENT ON TRIGGER sources_count_delete ON sources IS 'The models'' source counts shrink.';
COMMENT ON TRIGGER sources_count_insert ON sources IS 'The models'' source counts grow.';
COMMENT ON TRIGGER sources_count_truncate ON sources IS 'All source counts are 0.';
COMMENT ON COLUMN threat_models.description IS 'What the model is about.';
COMMENT ON COLUMN threat_models.issue_url IS 'Where the work on the model is tracked.';
COMMENT ON CONSTRAINT threat_models_description_length_check ON threat_models IS 'A text has an end.';
COMMENT ON CONSTRAINT threat_models_issue_url_length_check ON threat_models IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT threat_models_name_length_check ON threat_models IS 'A name fits a line.';
COMMENT ON TRIGGER threat_models_count_guard ON threat_models IS 'Only the guard writes counts.';
COMMENT ON TRIGGER threats_count_delete ON threats IS 'The models'' threat counts shrink.';
COMMENT ON TRIGGER threats_count_insert ON threats IS 'The models'' threat counts grow.';
COMMENT ON TRIGGER threats_count_truncate ON threats IS 'All threat counts are 0.';
