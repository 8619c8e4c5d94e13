-- New: 1 column, 208 functions, 75 policies, 62 triggers, 8 other objects. Changed: 13 tables, 118 columns, 1 function, 152 other objects.

-- begin functions/base/_diagrams_cells_removed.sql
-- Threats and metadata name cells by an id inside a JSON document, which no foreign key can follow: what names a cell
-- that is gone is let go here. SECURITY DEFINER: it is, whatever else the caller may write.
CREATE OR REPLACE FUNCTION _diagrams_cells_removed() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  UPDATE threats t
  SET cell_id = NULL
  WHERE t.diagram_id = NEW.id
    AND t.cell_id IS NOT NULL
    AND NOT EXISTS (
      SELECT
      FROM jsonb_path_query(NEW.cells, '$[*].id') AS c (id)
      WHERE c.id #>> '{}' = t.cell_id
    );
  DELETE FROM metadata x
  WHERE x.diagram_id = NEW.id
    AND NOT EXISTS (
      SELECT
      FROM jsonb_path_query(NEW.cells, '$[*].id') AS c (id)
      WHERE c.id #>> '{}' = x.cell_id
    );
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _diagrams_cells_removed IS
'Trigger: unbinds threats from cells that a diagram no longer has, and deletes the metadata of those cells.

Returns nothing.';
REVOKE ALL ON FUNCTION _diagrams_cells_removed FROM PUBLIC;
ALTER FUNCTION _diagrams_cells_removed OWNER TO tmi_guard;
-- end functions/base/_diagrams_cells_removed.sql

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

-- begin functions/base/_diagrams_metadata_delete.sql
-- Rendered from templates/_metadata_delete.sql.j2 by tools/render_sql.py.
-- Metadata of a diagram goes with it; one column that refers to six tables can't be a foreign key. SECURITY DEFINER: it
-- goes, whatever else the caller may delete.
CREATE OR REPLACE FUNCTION _diagrams_metadata_delete() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM metadata x
    WHERE x.entity_type = 'diagram';
    RETURN NULL;
  END IF;
  -- An array, so that rows are found by the index whatever their number was when the plan was made.
  DELETE FROM metadata x
  WHERE x.entity_type = 'diagram'
    AND x.entity_id = ANY (ARRAY(SELECT c.id FROM changed c));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _diagrams_metadata_delete IS
'Trigger: deletes the metadata of diagrams that a statement deleted.

Returns nothing.';
REVOKE ALL ON FUNCTION _diagrams_metadata_delete FROM PUBLIC;
ALTER FUNCTION _diagrams_metadata_delete OWNER TO tmi_guard;
-- end functions/base/_diagrams_metadata_delete.sql

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

-- begin functions/base/_documents_metadata_delete.sql
-- Rendered from templates/_metadata_delete.sql.j2 by tools/render_sql.py.
-- Metadata of a document goes with it; one column that refers to six tables can't be a foreign key. SECURITY DEFINER: it
-- goes, whatever else the caller may delete.
CREATE OR REPLACE FUNCTION _documents_metadata_delete() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM metadata x
    WHERE x.entity_type = 'document';
    RETURN NULL;
  END IF;
  -- An array, so that rows are found by the index whatever their number was when the plan was made.
  DELETE FROM metadata x
  WHERE x.entity_type = 'document'
    AND x.entity_id = ANY (ARRAY(SELECT c.id FROM changed c));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _documents_metadata_delete IS
'Trigger: deletes the metadata of documents that a statement deleted.

Returns nothing.';
REVOKE ALL ON FUNCTION _documents_metadata_delete FROM PUBLIC;
ALTER FUNCTION _documents_metadata_delete OWNER TO tmi_guard;
-- end functions/base/_documents_metadata_delete.sql

-- begin functions/base/_metadata_bind.sql
-- Plain SQL names an entity and nothing else; the model it belongs to, and the id of a cell, follow from that. SECURITY
-- DEFINER: entities are looked up whatever the caller may see; _metadata_check judges what comes out.
CREATE OR REPLACE FUNCTION _metadata_bind() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF NEW.entity_type = 'cell' AND NEW.entity_id IS NULL THEN
    NEW.entity_id := _named_uuid(NEW.diagram_id, NEW.cell_id);
  END IF;
  IF NEW.threat_model_id IS NULL THEN
    -- A statement for each type: one expression with six subqueries takes ten times as long.
    CASE NEW.entity_type
      WHEN 'threat_model' THEN
        SELECT e.id INTO NEW.threat_model_id FROM threat_models e WHERE e.id = NEW.entity_id;
      WHEN 'threat' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM threats e WHERE e.id = NEW.entity_id;
      WHEN 'diagram' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM diagrams e WHERE e.id = NEW.entity_id;
      WHEN 'document' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM documents e WHERE e.id = NEW.entity_id;
      WHEN 'source' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM sources e WHERE e.id = NEW.entity_id;
      WHEN 'cell' THEN
        SELECT e.threat_model_id INTO NEW.threat_model_id FROM diagrams e WHERE e.id = NEW.diagram_id;
      ELSE
        RAISE EXCEPTION 'metadata describes a threat_model, threat, diagram, document, source or cell' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_type', DETAIL = 'field: entity_type';
    END CASE;
  END IF;
  IF NEW.threat_model_id IS NULL OR NEW.entity_id IS NULL THEN
    RAISE EXCEPTION 'metadata describes a % that does not exist', NEW.entity_type USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_id', DETAIL = 'field: entity_id';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _metadata_bind IS
'Trigger: fills in the model of a metadata row, and the entity of a cell''s, when they are not given.

Returns the row.
Raises TM422 when the entity does not exist or is of an unknown type.';
REVOKE ALL ON FUNCTION _metadata_bind FROM PUBLIC;
ALTER FUNCTION _metadata_bind OWNER TO tmi_guard;
-- end functions/base/_metadata_bind.sql

-- begin functions/base/_metadata_check.sql
-- What a foreign key would do if one could refer to six tables: the entity exists, is of the model that the row names,
-- and is locked against going away until this transaction ends. Once a statement, each entity once. SECURITY DEFINER:
-- entities are looked up whatever the caller may see.
CREATE OR REPLACE FUNCTION _metadata_check() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entity_type text;
  v_has_cells boolean;
BEGIN
  -- Subqueries, so that each row is found by its key whatever the number of rows was when the plan was made.
  SELECT
    min(x.entity_type) FILTER (
      WHERE x.threat_model_id IS DISTINCT FROM CASE x.entity_type
        WHEN 'threat_model' THEN x.entity_id
        WHEN 'threat' THEN (SELECT e.threat_model_id FROM threats e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'diagram' THEN (SELECT e.threat_model_id FROM diagrams e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'document' THEN (SELECT e.threat_model_id FROM documents e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'source' THEN (SELECT e.threat_model_id FROM sources e WHERE e.id = x.entity_id FOR KEY SHARE)
        WHEN 'cell' THEN x.threat_model_id
      END
    ),
    bool_or(x.entity_type = 'cell')
  INTO v_entity_type, v_has_cells
  FROM (
    SELECT DISTINCT c.entity_type, c.entity_id, c.threat_model_id
    FROM changed c
  ) x;

  IF v_entity_type IS NULL AND v_has_cells THEN
    -- Drawings are locked against change: the cells that are read next stay.
    PERFORM
    FROM diagrams d
    WHERE d.id = ANY (ARRAY(SELECT c.diagram_id FROM changed c WHERE c.entity_type = 'cell'))
    ORDER BY d.id
    FOR SHARE;
    SELECT c.entity_type
    INTO v_entity_type
    FROM changed c
    WHERE c.entity_type = 'cell'
      AND (
        c.entity_id <> _named_uuid(c.diagram_id, c.cell_id)
        OR (c.threat_model_id, c.diagram_id, c.cell_id) NOT IN (
          SELECT d.threat_model_id, d.id, e.id #>> '{}'
          FROM diagrams d
          CROSS JOIN LATERAL jsonb_path_query(d.cells, '$[*].id ? (@.type() == "string")') AS e (id)
          WHERE d.id = ANY (ARRAY(SELECT n.diagram_id FROM changed n WHERE n.entity_type = 'cell'))
        )
      )
    LIMIT 1;
  END IF;

  IF v_entity_type IS NOT NULL THEN
    RAISE EXCEPTION 'metadata describes a % that does not exist', v_entity_type USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_id', DETAIL = 'field: entity_id';
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _metadata_check IS
'Trigger: checks that the entities that new metadata describes exist in the models that it names, and locks them.

Returns nothing.
Raises TM422 when an entity does not exist or is of another model.';
REVOKE ALL ON FUNCTION _metadata_check FROM PUBLIC;
ALTER FUNCTION _metadata_check OWNER TO tmi_guard;
-- end functions/base/_metadata_check.sql

-- begin functions/base/_named_uuid.sql
-- What has only a name within something else gets a UUID that always comes out the same: cells, whose text ids are unique in their
-- drawing only, and rows of imports and copies, whose name is their place in the original. Text becomes bytes by way of bytea's
-- own notation, since convert_to() is only stable and would keep this from being inlined: not inlined, it took half of an import.
CREATE OR REPLACE FUNCTION _named_uuid(
  p_namespace uuid,
  p_name text
) RETURNS uuid
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  SELECT pg_catalog.encode(
    -- The first 16 bytes, with the four bits of the version set to 8 and the two of the variant to binary 10.
    pg_catalog.set_bit(
      pg_catalog.set_bit(
        pg_catalog.set_bit(
          pg_catalog.set_bit(
            pg_catalog.set_bit(
              pg_catalog.set_bit(
                pg_catalog.substring(
                  pg_catalog.sha256(
                    pg_catalog.replace(
                      p_namespace::pg_catalog.text || '/' || p_name,
                      pg_catalog.chr(92),
                      pg_catalog.repeat(pg_catalog.chr(92), 2)
                    )::pg_catalog.bytea
                  ),
                  1, 16
                ),
                52, 0
              ),
              53, 0
            ),
            54, 0
          ),
          55, 1
        ),
        70, 0
      ),
      71, 1
    ),
    'hex'
  )::pg_catalog.uuid
$$;
COMMENT ON FUNCTION _named_uuid IS
'Makes the UUID of what has a name within something else: version 8 of RFC 9562, from the SHA-256 of ''<namespace>/<name>''.

p_namespace: within what the name is unique: a cell''s diagram, an imported row''s model.
p_name: the name: a cell''s own id, a row''s place in the document, such as threat/2/14/0.
Returns the UUID; NULL when either is NULL.';
REVOKE ALL ON FUNCTION _named_uuid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _named_uuid TO tmi_api, tmi_guard;
-- end functions/base/_named_uuid.sql

-- begin functions/base/_notify.sql
-- One channel a schema, so that organisations side by side don't hear each other's changes. Ids and kinds only: whoever is
-- connected to the database can listen, and nobody learns more from it than that something changed.
CREATE OR REPLACE FUNCTION _notify(
  p_kind text,
  p_operation text,
  p_threat_model_id uuid,
  p_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_schema text := current_schema()::text;
BEGIN
  PERFORM pg_notify(
    -- The name of a channel has at most 63 bytes, as that of a schema has.
    CASE WHEN octet_length(v_schema) <= 55 THEN v_schema ELSE md5(v_schema) END || '_changes',
    json_build_object('kind', p_kind, 'operation', p_operation, 'threat_model_id', p_threat_model_id, 'id', p_id)::text
  );
END
$$;
COMMENT ON FUNCTION _notify IS
'Announces a change when the transaction commits, once however often it is announced, on the channel <schema>_changes (for a schema of more than 55 bytes: the MD5 of its name instead).

p_kind: diagram, session or threat_model.
p_operation: insert, update or delete.
p_threat_model_id: the model.
p_id: the row.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _notify FROM PUBLIC;
ALTER FUNCTION _notify OWNER TO tmi_guard;
-- end functions/base/_notify.sql

-- begin functions/base/_row_freeze.sql
-- No row changes whose it is or who made it and when. The trigger's condition finds the change; this only words it, so
-- that an ordinary update pays nothing for it.
CREATE OR REPLACE FUNCTION _row_freeze() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_old jsonb := to_jsonb(OLD);
  v_new jsonb := to_jsonb(NEW);
  v_column text;
BEGIN
  FOREACH v_column IN ARRAY TG_ARGV LOOP
    IF v_old -> v_column IS DISTINCT FROM v_new -> v_column THEN
      RAISE EXCEPTION '% of % cannot be changed', v_column, TG_TABLE_NAME USING ERRCODE = 'TM422', TABLE = TG_TABLE_NAME, COLUMN = v_column, DETAIL = 'field: ' || v_column;
    END IF;
  END LOOP;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_freeze IS
'Trigger: refuses to change a column that is fixed once the row is there; the trigger''s arguments name the columns.

Returns the row.
Raises TM422 that names the column.';
REVOKE ALL ON FUNCTION _row_freeze FROM PUBLIC;
-- end functions/base/_row_freeze.sql

-- begin functions/base/_row_notify.sql
-- Those who draw together learn of changes at once, and read them again through the API. SECURITY DEFINER: nobody else
-- may announce anything in the schema's name.
CREATE OR REPLACE FUNCTION _row_notify() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_id uuid := coalesce(NEW.id, OLD.id);
  v_threat_model_id uuid;
BEGIN
  IF TG_ARGV[0] = 'threat_model' THEN
    v_threat_model_id := v_id;
  ELSE
    v_threat_model_id := coalesce(NEW.threat_model_id, OLD.threat_model_id);
  END IF;
  PERFORM _notify(TG_ARGV[0], lower(TG_OP), v_threat_model_id, v_id);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _row_notify IS
'Trigger: announces that a row came, changed or went; the trigger''s argument says what it is.

Returns nothing.';
REVOKE ALL ON FUNCTION _row_notify FROM PUBLIC;
ALTER FUNCTION _row_notify OWNER TO tmi_guard;
-- end functions/base/_row_notify.sql

-- begin functions/base/_row_touch.sql
-- modified_at is what concurrent editors compare: it moves with every change, never backwards, and nobody sets it. The
-- trigger's condition compares the rows as stored, so that a long value that did not change is not written anew here.
CREATE OR REPLACE FUNCTION _row_touch() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF NEW.modified_at <> OLD.modified_at THEN
    NEW.modified_at := OLD.modified_at;
    IF NEW OPERATOR(pg_catalog.*=) OLD THEN
      RETURN OLD;
    END IF;
  END IF;
  NEW.modified_at := greatest(now(), OLD.modified_at + interval '1 microsecond');
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _row_touch IS
'Trigger: sets modified_at to the present, or a microsecond on when the present is not later; keeps it when nothing else changes.

Returns the row.';
REVOKE ALL ON FUNCTION _row_touch FROM PUBLIC;
-- end functions/base/_row_touch.sql

-- begin functions/base/_session_participants_notify.sql
-- Who is in a session is a part of it. SECURITY DEFINER: nobody else may announce anything in the schema's name.
CREATE OR REPLACE FUNCTION _session_participants_notify() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _notify('session', 'update', s.threat_model_id, s.id)
  FROM collaboration_sessions s
  WHERE s.id = NEW.session_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _session_participants_notify IS
'Trigger: announces that somebody joined or left a session.

Returns nothing.';
REVOKE ALL ON FUNCTION _session_participants_notify FROM PUBLIC;
ALTER FUNCTION _session_participants_notify OWNER TO tmi_guard;
-- end functions/base/_session_participants_notify.sql

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

-- begin functions/base/_sources_metadata_delete.sql
-- Rendered from templates/_metadata_delete.sql.j2 by tools/render_sql.py.
-- Metadata of a source goes with it; one column that refers to six tables can't be a foreign key. SECURITY DEFINER: it
-- goes, whatever else the caller may delete.
CREATE OR REPLACE FUNCTION _sources_metadata_delete() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM metadata x
    WHERE x.entity_type = 'source';
    RETURN NULL;
  END IF;
  -- An array, so that rows are found by the index whatever their number was when the plan was made.
  DELETE FROM metadata x
  WHERE x.entity_type = 'source'
    AND x.entity_id = ANY (ARRAY(SELECT c.id FROM changed c));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _sources_metadata_delete IS
'Trigger: deletes the metadata of sources that a statement deleted.

Returns nothing.';
REVOKE ALL ON FUNCTION _sources_metadata_delete FROM PUBLIC;
ALTER FUNCTION _sources_metadata_delete OWNER TO tmi_guard;
-- end functions/base/_sources_metadata_delete.sql

-- begin functions/base/_sources_parameters.sql
-- What pins a branch, a tag, a commit or a path is read by machines: a misspelt key would pin nothing, in silence. A
-- trigger and not a CHECK, so that the error can say where in the JSON it is.
CREATE OR REPLACE FUNCTION _sources_parameters() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_is_known boolean;
BEGIN
  -- A row that was there before this was asked for can still get another name.
  IF TG_OP = 'UPDATE' AND NEW.parameters = OLD.parameters THEN
    RETURN NEW;
  END IF;
  IF jsonb_typeof(NEW.parameters) <> 'object' THEN
    RAISE EXCEPTION 'parameters must be a JSON object' USING ERRCODE = 'TM422', TABLE = 'sources', COLUMN = 'parameters', DETAIL = 'field: parameters';
  END IF;
  SELECT e.key, e.key IN ('refType', 'refValue', 'subPath')
  INTO v_key, v_is_known
  FROM jsonb_each(NEW.parameters) e
  WHERE e.key NOT IN ('refType', 'refValue', 'subPath')
    OR jsonb_typeof(e.value) NOT IN ('string', 'null')
    OR length(e.value #>> '{}') > 1024
    OR (e.key = 'refType' AND e.value #>> '{}' NOT IN ('branch', 'tag', 'commit'))
  ORDER BY e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%', CASE
        WHEN NOT v_is_known THEN format('parameters have no field %s', to_json(v_key))
        WHEN v_key = 'refType' THEN 'refType must be branch, tag or commit'
        ELSE format('%s must be a text of up to 1,024 characters', v_key)
      END
      USING ERRCODE = 'TM422', TABLE = 'sources', COLUMN = 'parameters',
        DETAIL = 'path: /parameters/' || replace(replace(v_key, '~', '~0'), '/', '~1'), HINT = 'the fields are refType, refValue and subPath';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _sources_parameters IS
'Trigger: checks that parameters of a source are an object of refType (branch, tag or commit), refValue and subPath.

Returns the row.
Raises TM422 that names the JSON path.';
REVOKE ALL ON FUNCTION _sources_parameters FROM PUBLIC;
-- end functions/base/_sources_parameters.sql

-- begin functions/base/_threat_model_access_follow_email.sql
-- A grant is not handed from person to person; its address changes only with the person's own. SECURITY DEFINER: the
-- caller may not see whether an address has a user.
CREATE OR REPLACE FUNCTION _threat_model_access_follow_email() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF EXISTS (SELECT FROM users u WHERE u.email = OLD.user_email) THEN
    RAISE EXCEPTION 'user_email of threat_model_access cannot be changed' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: user_email',
      HINT = 'grant access to the other person, and revoke this one''s';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_model_access_follow_email IS
'Trigger: lets the address of an access row change only when the user''s own address has.

Returns the row.
Raises TM422 while the old address has a user.';
REVOKE ALL ON FUNCTION _threat_model_access_follow_email FROM PUBLIC;
ALTER FUNCTION _threat_model_access_follow_email OWNER TO tmi_guard;
-- end functions/base/_threat_model_access_follow_email.sql

-- begin functions/base/_threat_model_access_keep_owner.sql
-- A model without its owner of record among its owners would be closed to the one who answers for it. SECURITY DEFINER:
-- the answer must not depend on what the caller may see.
CREATE OR REPLACE FUNCTION _threat_model_access_keep_owner() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.role = 'owner' THEN
    RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT
    FROM threat_models m
    WHERE m.id = OLD.threat_model_id
      AND m.owner_email = OLD.user_email
  ) THEN
    RAISE EXCEPTION 'the owner of record stays an owner' USING ERRCODE = 'TM409', TABLE = 'threat_model_access', COLUMN = 'role', DETAIL = 'field: role',
      HINT = 'transfer the model first';
  END IF;
  RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END
$$;
COMMENT ON FUNCTION _threat_model_access_keep_owner IS
'Trigger: keeps the access row of the owner of record from being removed or lowered while the model exists.

Returns the row.
Raises TM409 for the owner of record.';
REVOKE ALL ON FUNCTION _threat_model_access_keep_owner FROM PUBLIC;
ALTER FUNCTION _threat_model_access_keep_owner OWNER TO tmi_guard;
-- end functions/base/_threat_model_access_keep_owner.sql

-- begin functions/base/_threat_model_access_leave_sessions.sql
-- Access can go in several ways; in each of them the person also leaves the sessions of the model. SECURITY DEFINER:
-- whoever takes the access away may not end other people's participations.
CREATE OR REPLACE FUNCTION _threat_model_access_leave_sessions() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_session record;
BEGIN
  FOR v_session IN
    SELECT s.id, array_agg(u.id) AS user_ids
    FROM changed c
    -- A model or user that is being deleted is not there any more: foreign keys see to its sessions.
    JOIN threat_models m ON m.id = c.threat_model_id
    JOIN users u ON u.email = c.user_email
    JOIN collaboration_sessions s ON s.threat_model_id = c.threat_model_id
    WHERE s.ended_at IS NULL
      AND (
        s.host_user_id = u.id
        OR EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id AND p.user_id = u.id AND p.left_at IS NULL)
      )
    GROUP BY s.id
    ORDER BY s.id
  LOOP
    -- The session before its participants, as everywhere.
    PERFORM
    FROM collaboration_sessions s
    WHERE s.id = v_session.id
    FOR NO KEY UPDATE;
    UPDATE session_participants p
    SET left_at = now()
    WHERE p.session_id = v_session.id
      AND p.user_id = ANY (v_session.user_ids)
      AND p.left_at IS NULL;
    IF EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = v_session.id AND s.host_user_id = ANY (v_session.user_ids)) THEN
      PERFORM _session_hand_over(v_session.id);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threat_model_access_leave_sessions IS
'Trigger: ends the participations of those who lose access to a model in its sessions, and hands over or ends the sessions that they host.

Returns nothing.';
REVOKE ALL ON FUNCTION _threat_model_access_leave_sessions FROM PUBLIC;
ALTER FUNCTION _threat_model_access_leave_sessions OWNER TO tmi_guard;
-- end functions/base/_threat_model_access_leave_sessions.sql

-- begin functions/base/_threat_model_access_model_created_at.sql
-- The model's creation time is a copy that lists are sorted by; a copy is made here or not at all. SECURITY DEFINER: the
-- copy must be right whatever the caller may see.
CREATE OR REPLACE FUNCTION _threat_model_access_model_created_at() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- Without a model the foreign key refuses the row in its own words.
  NEW.model_created_at := coalesce((SELECT m.created_at FROM threat_models m WHERE m.id = NEW.threat_model_id), now());
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_model_access_model_created_at IS
'Trigger: copies the creation time of the model into the access row.

Returns the row.';
REVOKE ALL ON FUNCTION _threat_model_access_model_created_at FROM PUBLIC;
ALTER FUNCTION _threat_model_access_model_created_at OWNER TO tmi_guard;
-- end functions/base/_threat_model_access_model_created_at.sql

-- begin functions/base/_threat_models_count_guard.sql
-- A count that anyone can write is a count that nobody can trust. The trigger's condition lets the guard pass.
CREATE OR REPLACE FUNCTION _threat_models_count_guard() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_column text := CASE
    WHEN NEW.document_count <> OLD.document_count THEN 'document_count'
    WHEN NEW.source_count <> OLD.source_count THEN 'source_count'
    WHEN NEW.diagram_count <> OLD.diagram_count THEN 'diagram_count'
    WHEN NEW.threat_count <> OLD.threat_count THEN 'threat_count'
  END;
BEGIN
  IF v_column IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is counted, not written', v_column USING ERRCODE = 'TM422', TABLE = 'threat_models', COLUMN = v_column, DETAIL = 'field: ' || v_column,
    HINT = 'the maintenance functions verify and repair counts';
END
$$;
COMMENT ON FUNCTION _threat_models_count_guard IS
'Trigger: refuses to change a cached count by hand.

Returns the row.
Raises TM422 that names the count.';
REVOKE ALL ON FUNCTION _threat_models_count_guard FROM PUBLIC;
-- end functions/base/_threat_models_count_guard.sql

-- begin functions/base/_threat_models_count_reset.sql
-- A new model holds nothing, whatever the row that arrives says.
CREATE OR REPLACE FUNCTION _threat_models_count_reset() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.document_count := 0;
  NEW.source_count := 0;
  NEW.diagram_count := 0;
  NEW.threat_count := 0;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threat_models_count_reset IS
'Trigger: sets the four cached counts of a new model to 0.

Returns the row.';
REVOKE ALL ON FUNCTION _threat_models_count_reset FROM PUBLIC;
-- end functions/base/_threat_models_count_reset.sql

-- begin functions/base/_threat_models_mirror_owner.sql
-- One table answers who may do what, so the owner of record must always stand in it. SECURITY DEFINER: whoever makes or
-- hands over a model may not write other people's access rows.
CREATE OR REPLACE FUNCTION _threat_models_mirror_owner() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by, granted_at)
    VALUES (NEW.id, NEW.owner_email, 'owner', NEW.created_by, NEW.created_at)
    ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
    SET role = excluded.role,
      granted_by = excluded.granted_by,
      granted_at = excluded.granted_at
    WHERE a.role <> excluded.role;
  ELSIF NEW.owner_email <> OLD.owner_email THEN
    -- A row that is an owner's already is locked and stays, so that it can't be lowered beside this. After a change of
    -- address it is there: access follows by its own foreign key before any trigger of a followed row runs.
    INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by)
    VALUES (NEW.id, NEW.owner_email, 'owner', OLD.owner_email)
    ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
    SET role = excluded.role,
      granted_by = excluded.granted_by,
      granted_at = now()
    WHERE a.role <> excluded.role;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threat_models_mirror_owner IS
'Trigger: gives the owner of record an access row of role owner; after a transfer the old owner keeps his.

Returns nothing.';
REVOKE ALL ON FUNCTION _threat_models_mirror_owner FROM PUBLIC;
ALTER FUNCTION _threat_models_mirror_owner OWNER TO tmi_guard;
-- end functions/base/_threat_models_mirror_owner.sql

-- begin functions/base/_threats_cell.sql
-- The foreign key can null the diagram of a threat, but not the cell beside it.
CREATE OR REPLACE FUNCTION _threats_cell() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.cell_id := NULL;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threats_cell IS
'Trigger: unbinds a threat from its cell.

Returns the row, without a cell.';
REVOKE ALL ON FUNCTION _threats_cell FROM PUBLIC;
-- end functions/base/_threats_cell.sql

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

-- begin functions/base/_threats_metadata_delete.sql
-- Rendered from templates/_metadata_delete.sql.j2 by tools/render_sql.py.
-- Metadata of a threat goes with it; one column that refers to six tables can't be a foreign key. SECURITY DEFINER: it
-- goes, whatever else the caller may delete.
CREATE OR REPLACE FUNCTION _threats_metadata_delete() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM metadata x
    WHERE x.entity_type = 'threat';
    RETURN NULL;
  END IF;
  -- An array, so that rows are found by the index whatever their number was when the plan was made.
  DELETE FROM metadata x
  WHERE x.entity_type = 'threat'
    AND x.entity_id = ANY (ARRAY(SELECT c.id FROM changed c));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threats_metadata_delete IS
'Trigger: deletes the metadata of threats that a statement deleted.

Returns nothing.';
REVOKE ALL ON FUNCTION _threats_metadata_delete FROM PUBLIC;
ALTER FUNCTION _threats_metadata_delete OWNER TO tmi_guard;
-- end functions/base/_threats_metadata_delete.sql

-- begin functions/base/uuid_generate_v4.sql
-- The name that uuid-ossp made customary, without the extension and twice as fast. No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid
LANGUAGE sql
VOLATILE
PARALLEL SAFE
AS $$ SELECT pg_catalog.gen_random_uuid() $$;
COMMENT ON FUNCTION uuid_generate_v4 IS
'Makes a random id, the default of every id column.

Returns a version 4 UUID.';
REVOKE ALL ON FUNCTION uuid_generate_v4 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION uuid_generate_v4 TO tmi_api, tmi_guard, tmi_identity;
-- end functions/base/uuid_generate_v4.sql

-- Structure
DROP INDEX IF EXISTS collaboration_sessions_unique_open;
ALTER TABLE collaboration_sessions ADD COLUMN ttl interval;
CREATE INDEX idx_diagrams_words ON diagrams USING gin (to_tsvector('simple'::regconfig, "left"(((name || ' '::text) || COALESCE(description, ''::text)), 100000)));
CREATE INDEX idx_documents_words ON documents USING gin (to_tsvector('simple'::regconfig, "left"(((name || ' '::text) || COALESCE(description, ''::text)), 100000)));
CREATE INDEX idx_metadata_key_value ON metadata USING btree (key, md5(value), id);
CREATE INDEX idx_metadata_words ON metadata USING gin (to_tsvector('simple'::regconfig, "left"(value, 65535)));
CREATE INDEX idx_sources_words ON sources USING gin (to_tsvector('simple'::regconfig, "left"(((name || ' '::text) || COALESCE(description, ''::text)), 100000)));
CREATE INDEX idx_threat_models_words ON threat_models USING gin (to_tsvector('simple'::regconfig, "left"(((name || ' '::text) || COALESCE(description, ''::text)), 100000)));
CREATE INDEX idx_threats_words ON threats USING gin (to_tsvector('simple'::regconfig, "left"(((((name || ' '::text) || COALESCE(description, ''::text)) || ' '::text) || COALESCE(mitigation, ''::text)), 100000)));
CREATE UNIQUE INDEX collaboration_sessions_unique_open ON collaboration_sessions USING btree (threat_model_id, diagram_id) NULLS NOT DISTINCT WHERE (ended_at IS NULL);

-- Structure
ALTER TABLE collaboration_sessions ADD CONSTRAINT collaboration_sessions_ttl_check CHECK (ttl >= CAST('00:01:00' AS interval)
                                                                                      AND ttl <= CAST('24:00:00' AS interval));

-- begin functions/access/_access_put.sql
-- Creating, granting, replacing and transferring share one statement, so that they cannot come to differ.
CREATE OR REPLACE FUNCTION _access_put(
  p_threat_model_id uuid,
  p_entries jsonb,
  p_granted_by text DEFAULT NULL,
  p_owner_email text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_granted_by text := coalesce(p_granted_by, _actor());
BEGIN
  PERFORM _check_items(p_entries, '{"email": "string", "role": "string"}');
  PERFORM
  FROM jsonb_to_recordset(p_entries) AS e (email text)
  GROUP BY _email(e.email)
  HAVING count(*) > 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an address is named twice' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: email';
  END IF;
  INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by)
  SELECT p_threat_model_id, _email(e.email), e.role, v_granted_by
  FROM jsonb_to_recordset(p_entries) AS e (email text, role text)
  WHERE p_owner_email IS NULL
    OR _email(e.email) IS DISTINCT FROM p_owner_email
  ORDER BY _email(e.email)
  ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
  SET role = excluded.role,
    granted_by = excluded.granted_by,
    granted_at = now()
  WHERE a.role <> excluded.role;
EXCEPTION
  WHEN foreign_key_violation THEN
    RAISE EXCEPTION 'there is no user with this address' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: email',
      HINT = 'a person has to log in once before being granted access';
END
$$;
COMMENT ON FUNCTION _access_put IS
'Grants access to several people; a row that holds the role already is left as it is.

p_threat_model_id: the model, entered as owner.
p_entries: an array of 1 to 1,000 objects {email, role}.
p_granted_by: who grants; the actor if left out.
p_owner_email: an address whose entry is passed over; NULL for none.
Returns nothing.
Raises TM409 when the owner of record would be lowered; TM413 and TM422 for bad entries.';
REVOKE ALL ON FUNCTION _access_put FROM PUBLIC;
ALTER FUNCTION _access_put OWNER TO tmi_api;
-- end functions/access/_access_put.sql

-- begin functions/identity/_actor.sql
-- The one way to learn who is asking; a definer because it reads keys and users that the caller may not.
CREATE OR REPLACE FUNCTION _actor() RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _context();
BEGIN
  PERFORM
  FROM users u
  WHERE u.email = v_email;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no valid identity' USING ERRCODE = 'TM401',
      HINT = 'sign a context for an existing user, with a live key, at most 60 seconds before the transaction begins';
  END IF;
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _actor IS
'Returns the e-mail of the user whose signed context is in force.

Returns the e-mail as it stands in users.
Raises TM401 when there is no context, a forged, altered or expired one, or no such user any more.';
REVOKE ALL ON FUNCTION _actor FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _actor TO tmi_api, tmi_report;
ALTER FUNCTION _actor OWNER TO tmi_guard;
-- end functions/identity/_actor.sql

-- begin functions/identity/_as.sql
-- Sets the caller's signed identity for this transaction, in the same statement as the call that needs it; it is checked where
-- it is used, never here. No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _as(
  p_context text
) RETURNS boolean
LANGUAGE sql
VOLATILE
PARALLEL UNSAFE
AS $$
  SELECT pg_catalog.set_config('tmi.context', COALESCE(p_context, ''), true) IS NOT NULL
$$;
COMMENT ON FUNCTION _as IS
'Sets the signed context of the present transaction.

p_context: v1.<key id>.<e-mail, base64url>.<expiry, seconds since 1970>.<hmac-sha256, hex>, as the service signs it.
Returns true, so that the arguments of the call that follows can depend on it.
Raises nothing: a context that does not hold is refused with TM401 by the first function that needs it.';
REVOKE ALL ON FUNCTION _as FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _as TO tmi_app, tmi_report;
ALTER FUNCTION _as OWNER TO tmi_guard;
-- end functions/identity/_as.sql

-- begin functions/shared/_blame_field.sql
-- A value that its column's type does not take is refused by PostgreSQL without a word on which it was; only then is each tried by itself.
CREATE OR REPLACE FUNCTION _blame_field(
  p_table text,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_value jsonb;
BEGIN
  FOR v_key, v_value IN
    SELECT e.key, e.value
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
    CROSS JOIN LATERAL jsonb_each(i.item) e
    ORDER BY i.n, e.key
  LOOP
    BEGIN
      EXECUTE format('SELECT jsonb_populate_record(NULL::%I, $1)', p_table)
        USING jsonb_build_object(CASE v_key WHEN 'if_modified_at' THEN 'modified_at' ELSE v_key END, v_value);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION '% cannot take this value', v_key USING ERRCODE = 'TM422', TABLE = p_table, COLUMN = v_key, DETAIL = 'field: ' || v_key;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION _blame_field IS
'Finds the field whose value its column''s type does not take, and names it.

p_table: the table.
p_items: an array of objects whose keys are columns, or if_modified_at.
Returns nothing when each value is taken, so that the caller raises its own error again.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _blame_field FROM PUBLIC;
ALTER FUNCTION _blame_field OWNER TO tmi_api;
-- end functions/shared/_blame_field.sql

-- begin functions/shared/_blame_item.sql
-- A bulk call fails as one statement; only then are its items tried one by one, to say which it was.
CREATE OR REPLACE FUNCTION _blame_item(
  p_function text,
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_item jsonb;
  v_index bigint;
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
  v_table text;
  v_column text;
  v_constraint text;
BEGIN
  FOR v_item, v_index IN
    SELECT i.item, i.index - 1
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, index)
    ORDER BY i.index
  LOOP
    BEGIN
      EXECUTE format('SELECT FROM %I($1, $2)', p_function) USING p_threat_model_id, jsonb_build_array(v_item);
    EXCEPTION
      -- TM000 is the class of all our own.
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
        GET STACKED DIAGNOSTICS
          v_state = RETURNED_SQLSTATE,
          v_message = MESSAGE_TEXT,
          v_detail = PG_EXCEPTION_DETAIL,
          v_hint = PG_EXCEPTION_HINT,
          v_table = TABLE_NAME,
          v_column = COLUMN_NAME,
          v_constraint = CONSTRAINT_NAME;
        IF v_state = '23505' THEN
          -- In words that do not tell whose row it is.
          v_state := 'TM409';
          v_message := 'the id is in use';
          v_column := 'id';
          v_constraint := '';
        END IF;
        RAISE EXCEPTION '%', v_message USING ERRCODE = v_state, HINT = coalesce(nullif(v_hint, ''), 'nothing was written: correct the item and send all of them again'), TABLE = v_table, COLUMN = v_column, CONSTRAINT = v_constraint,
          -- A detail that PostgreSQL wrote shows the row's values, which may be large; our own names the place.
          DETAIL = format('item %s', v_index) || CASE
            WHEN v_detail ~ '^(field|path): ' THEN ': ' || substr(v_detail, strpos(v_detail, ' ') + 1)
            WHEN v_column <> '' THEN ': ' || v_column
            ELSE ''
          END;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION _blame_item IS
'Finds the item that a failed bulk call failed for, and raises its error with the item''s index.

p_function: the helper that takes a model and an array of items.
p_threat_model_id: the model.
p_items: the items of the failed call.
Returns nothing when each item alone is right, so that the caller raises the first error again.
Raises what the offending item raises, with DETAIL ''item <index, counted from 0>: <field or JSON Pointer>''.';
REVOKE ALL ON FUNCTION _blame_item FROM PUBLIC;
ALTER FUNCTION _blame_item OWNER TO tmi_api;
-- end functions/shared/_blame_item.sql

-- begin functions/diagrams/_cell_fault.sql
-- Editors know these shapes, and draw them only where and as large as they are said to be.
CREATE OR REPLACE FUNCTION _cell_fault(
  p_cell jsonb
) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_position text := CASE WHEN p_cell ? 'position' THEN '.position' ELSE '' END;
  v_size text := CASE WHEN p_cell ? 'size' THEN '.size' ELSE '' END;
  v_x jsonb := coalesce(p_cell #> '{position,x}', p_cell -> 'x');
  v_y jsonb := coalesce(p_cell #> '{position,y}', p_cell -> 'y');
  v_width jsonb := coalesce(p_cell #> '{size,width}', p_cell -> 'width');
  v_height jsonb := coalesce(p_cell #> '{size,height}', p_cell -> 'height');
BEGIN
  IF jsonb_typeof(p_cell) <> 'object' THEN
    RETURN '';
  ELSIF jsonb_typeof(p_cell -> 'id') IS DISTINCT FROM 'string' OR length(p_cell ->> 'id') NOT BETWEEN 1 AND 256 THEN
    RETURN '.id';
  ELSIF jsonb_typeof(p_cell -> 'shape') IS DISTINCT FROM 'string' OR p_cell ->> 'shape' = '' THEN
    RETURN '.shape';
  ELSIF p_cell ->> 'shape' NOT IN ('actor', 'process', 'store', 'security-boundary', 'text-box') THEN
    RETURN NULL;
  END IF;
  RETURN CASE
    WHEN jsonb_typeof(v_x) IS DISTINCT FROM 'number' THEN v_position || '.x'
    WHEN jsonb_typeof(v_y) IS DISTINCT FROM 'number' THEN v_position || '.y'
    WHEN jsonb_typeof(v_width) IS DISTINCT FROM 'number' THEN v_size || '.width'
    WHEN jsonb_typeof(v_height) IS DISTINCT FROM 'number' THEN v_size || '.height'
    WHEN v_width::numeric < 40 THEN v_size || '.width'
    WHEN v_height::numeric < 30 THEN v_size || '.height'
  END;
END
$$;
COMMENT ON FUNCTION _cell_fault IS
'Finds what is wrong with one cell: an id of 1 to 256 characters and a shape must be there; actor, process, store, security-boundary and
text-box have x, y, width >= 40 and height >= 30, flat or as position and size. Other shapes are kept as they are.

p_cell: the cell.
Returns the JSON path, within the cell, of what is missing or wrong; NULL when nothing is.';
REVOKE ALL ON FUNCTION _cell_fault FROM PUBLIC;
ALTER FUNCTION _cell_fault OWNER TO tmi_api;
-- end functions/diagrams/_cell_fault.sql

-- begin functions/threats/_check_cell.sql
-- A threat points at something that can be seen in its drawing; a reference to nothing is refused where it is written.
CREATE OR REPLACE FUNCTION _check_cell(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_cell_id text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_cell_id IS NULL THEN
    RETURN;
  ELSIF p_diagram_id IS NULL THEN
    RAISE EXCEPTION 'a cell is named without its diagram' USING ERRCODE = 'TM422', TABLE = 'threats', COLUMN = 'cell_id', DETAIL = 'field: cell_id';
  END IF;
  PERFORM
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND d.cells @> jsonb_build_array(jsonb_build_object('id', p_cell_id));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the diagram has no such cell' USING ERRCODE = 'TM422', TABLE = 'threats', COLUMN = 'cell_id', DETAIL = 'field: cell_id';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_cell IS
'Checks that a cell that a threat names is in the diagram that it names.

p_threat_model_id: the model, entered by the caller.
p_diagram_id: the diagram.
p_cell_id: the cell; NULL is right.
Returns nothing.
Raises TM422 for a cell without diagram, or one that the diagram does not have.';
REVOKE ALL ON FUNCTION _check_cell FROM PUBLIC;
ALTER FUNCTION _check_cell OWNER TO tmi_api;
-- end functions/threats/_check_cell.sql

-- begin functions/diagrams/_check_cells.sql
-- A drawing is what an editor sends: only what would break others is refused, everything else is kept as it is.
CREATE OR REPLACE FUNCTION _check_cells(
  p_cells jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_path text;
BEGIN
  IF p_cells IS NULL OR jsonb_typeof(p_cells) <> 'array' THEN
    RAISE EXCEPTION 'cells must be a JSON array' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  END IF;
  PERFORM _check_size(p_cells);
  PERFORM _check_depth(p_cells, 'cells');
  SELECT format('cells[%s]%s', c.n - 1, f.fault)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL _cell_fault(c.cell) AS f (fault)
  WHERE f.fault IS NOT NULL
  ORDER BY c.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a cell has a text id and a shape, and the shapes of a data flow diagram have a place and a size: % is missing or wrong', v_path
      USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
  SELECT format('cells[%s].id', max(c.n) - 1)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  GROUP BY c.cell ->> 'id'
  HAVING count(*) > 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two cells have the same id' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
  SELECT format('cells[%s].%s', c.n - 1, e.name)
  INTO v_path
  FROM jsonb_array_elements(p_cells) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL (
    VALUES
      ('source', c.cell #>> '{source,cell}'),
      ('target', c.cell #>> '{target,cell}')
  ) AS e (name, cell_id)
  WHERE c.cell ->> 'shape' = 'edge'
    AND e.cell_id IS NOT NULL
    AND e.cell_id NOT IN (
      SELECT o.cell ->> 'id'
      FROM jsonb_array_elements(p_cells) AS o (cell)
    )
  ORDER BY c.n, e.name
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an edge names a cell that the diagram does not have' USING ERRCODE = 'TM422', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: ' || v_path;
  END IF;
END
$$;
COMMENT ON FUNCTION _check_cells IS
'Checks the cells of a diagram.

p_cells: the array.
Returns nothing.
Raises TM413 above 10,000 cells, 8 MB or 100 levels of JSON; TM422 that names the JSON path of a cell without id, shape or geometry, with another cell''s id, or of an edge to a cell that is not there.';
REVOKE ALL ON FUNCTION _check_cells FROM PUBLIC;
ALTER FUNCTION _check_cells OWNER TO tmi_api;
-- end functions/diagrams/_check_cells.sql

-- begin functions/shared/_check_depth.sql
-- The limit of every JSON document that is kept, stated once: what is nested deeper is a mistake or an attack.
CREATE OR REPLACE FUNCTION _check_depth(
  p_document jsonb,
  p_field text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF jsonb_path_exists(p_document, 'strict $.**{100} ? (@.type() == "object" || @.type() == "array")') THEN
    RAISE EXCEPTION 'JSON is nested at most 100 deep' USING ERRCODE = 'TM413', DETAIL = 'field: ' || p_field;
  END IF;
END
$$;
COMMENT ON FUNCTION _check_depth IS
'Checks how deeply a JSON document is nested.

p_document: the document.
p_field: what it is called in messages.
Returns nothing.
Raises TM413 above 100 objects and arrays in each other.';
REVOKE ALL ON FUNCTION _check_depth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_depth TO tmi_api;
ALTER FUNCTION _check_depth OWNER TO tmi_guard;
-- end functions/shared/_check_depth.sql

-- begin functions/shared/_check_ids.sql
-- Bulk calls on rows that exist name each row once: twice would make the answer depend on the order.
CREATE OR REPLACE FUNCTION _check_ids(
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
BEGIN
  SELECT i.n - 1
  INTO v_index
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  WHERE coalesce(i.item ->> 'id', '') !~* '^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
  ORDER BY i.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an item names its row by an id, which is a uuid' USING ERRCODE = 'TM422', COLUMN = 'id', DETAIL = format('item %s: id', v_index);
  END IF;
  SELECT i.n - 1
  INTO v_index
  FROM (
    SELECT e.n, row_number() OVER (PARTITION BY (e.item ->> 'id')::uuid ORDER BY e.n) AS occurrence
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS e (item, n)
  ) i
  WHERE i.occurrence > 1
  ORDER BY i.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row is named twice' USING ERRCODE = 'TM422', COLUMN = 'id', DETAIL = format('item %s: id', v_index);
  END IF;
END
$$;
COMMENT ON FUNCTION _check_ids IS
'Checks that each item of a bulk call names a row by its id, and no other item the same.

p_items: the array, whose items are objects.
Returns nothing.
Raises TM422 that names the item, counted from 0.';
REVOKE ALL ON FUNCTION _check_ids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_ids TO tmi_api;
ALTER FUNCTION _check_ids OWNER TO tmi_guard;
-- end functions/shared/_check_ids.sql

-- begin functions/shared/_check_items.sql
-- The array of every bulk call is checked in one statement, before anything is written.
CREATE OR REPLACE FUNCTION _check_items(
  p_items jsonb,
  p_types jsonb
) RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_count integer;
  v_keys text[] := ARRAY(SELECT k.key FROM jsonb_object_keys(p_types) AS k (key));
  v_others integer;
  v_found jsonb;
  v_index bigint;
  v_key text;
  v_type text;
BEGIN
  IF p_items IS NULL OR jsonb_typeof(p_items) <> 'array' THEN
    RAISE EXCEPTION 'items must be a JSON array' USING ERRCODE = 'TM422', DETAIL = 'field: items';
  END IF;
  v_count := jsonb_array_length(p_items);
  IF v_count > 1000 THEN
    RAISE EXCEPTION 'a bulk call takes at most 1,000 items' USING ERRCODE = 'TM413', DETAIL = 'field: items', HINT = 'split it into several calls';
  ELSIF v_count = 0 THEN
    RAISE EXCEPTION 'a bulk call takes at least 1 item' USING ERRCODE = 'TM422', DETAIL = 'field: items';
  END IF;

  -- Items are nearly always right, and that is seen in a third of the time that it takes to find what is wrong: no other
  -- keys, and as many values that are neither text nor null as stand under the keys that take such.
  PERFORM
  FROM jsonb_array_elements(p_items) AS i (item)
  WHERE jsonb_typeof(i.item) <> 'object'
    OR i.item - v_keys <> '{}';
  IF NOT FOUND THEN
    v_others := jsonb_array_length(jsonb_path_query_array(p_items, 'strict $[*].* ? ((@ starts with "") is unknown && @ != null)'));
    FOR v_key, v_type IN
      SELECT e.key, e.value
      FROM jsonb_each_text(p_types) e
      WHERE e.value <> 'string'
    LOOP
      v_found := jsonb_path_query_array(p_items, format('$[*].%s.type()', to_json(v_key))::jsonpath);
      IF v_found <@ jsonb_build_array(v_type, 'null') THEN
        v_others := v_others - jsonb_array_length(v_found) + jsonb_array_length(jsonb_path_query_array(v_found, '$[*] ? (@ == "null")'));
      ELSE
        v_others := -1;
        EXIT;
      END IF;
    END LOOP;
    IF v_others = 0 THEN
      RETURN v_count;
    END IF;
  END IF;

  SELECT i.index, e.key, p_types ->> e.key
  INTO v_index, v_key, v_type
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, index)
  LEFT JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(i.item) = 'object' THEN i.item END) e ON true
  WHERE jsonb_typeof(i.item) <> 'object'
    OR (e.key IS NOT NULL AND (p_types ->> e.key IS NULL OR jsonb_typeof(e.value) NOT IN (p_types ->> e.key, 'null')))
  ORDER BY i.index, e.key
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN v_count;
  ELSIF v_key IS NULL THEN
    RAISE EXCEPTION 'item % must be a JSON object', v_index - 1 USING ERRCODE = 'TM422', DETAIL = 'item ' || v_index - 1;
  ELSIF v_type IS NULL THEN
    RAISE EXCEPTION 'an item has no field %', to_json(v_key) USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index - 1, v_key),
      HINT = 'the fields are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;
  RAISE EXCEPTION '% of an item must be a JSON %', v_key, v_type USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index - 1, v_key);
END
$$;
COMMENT ON FUNCTION _check_items IS
'Checks the array of a bulk call: 1 to 1,000 objects that have no other keys than expected, and values of the expected JSON types; null always passes.

p_items: the array.
p_types: each key that may be there, with the JSON type of its value.
Returns how many items there are.
Raises TM413 above 1,000 items; TM422 that names the item, counted from 0, and the field.';
REVOKE ALL ON FUNCTION _check_items FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_items TO tmi_api;
ALTER FUNCTION _check_items OWNER TO tmi_guard;
-- end functions/shared/_check_items.sql

-- begin functions/shared/_check_object.sql
-- A misspelt key must not be lost in silence, nor a number be stored as a text.
CREATE OR REPLACE FUNCTION _check_object(
  p_object jsonb,
  p_types jsonb,
  p_what text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_type text;
BEGIN
  IF p_object IS NULL OR jsonb_typeof(p_object) <> 'object' THEN
    RAISE EXCEPTION '% must be a JSON object', p_what USING ERRCODE = 'TM422', DETAIL = 'field: ' || p_what;
  END IF;
  SELECT e.key, p_types ->> e.key
  INTO v_key, v_type
  FROM jsonb_each(p_object) e
  WHERE p_types ->> e.key IS NULL
    OR jsonb_typeof(e.value) NOT IN (p_types ->> e.key, 'null')
  ORDER BY e.key
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  ELSIF v_type IS NULL THEN
    RAISE EXCEPTION '% has no field %', p_what, to_json(v_key) USING ERRCODE = 'TM422', DETAIL = 'field: ' || v_key,
      HINT = 'the fields are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;
  RAISE EXCEPTION '% of % must be a JSON %', v_key, p_what, v_type USING ERRCODE = 'TM422', DETAIL = 'field: ' || v_key;
END
$$;
COMMENT ON FUNCTION _check_object IS
'Checks that a JSON object has no other keys than expected, and values of the expected JSON types; null always passes.

p_object: the object.
p_types: each key that may be there, with the JSON type of its value.
p_what: what the object is called in messages.
Returns nothing.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _check_object FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_object TO tmi_api, tmi_identity;
ALTER FUNCTION _check_object OWNER TO tmi_guard;
-- end functions/shared/_check_object.sql

-- begin functions/shared/_check_parts.sql
-- What several functions take as p_include is checked here, so that all refuse in the same words.
CREATE OR REPLACE FUNCTION _check_parts(
  p_include text[],
  p_parts text[]
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_unknown text;
BEGIN
  -- <@ is never true of an array that holds a NULL.
  IF NOT p_include <@ p_parts THEN
    SELECT i.part
    INTO v_unknown
    FROM unnest(p_include) AS i (part)
    WHERE i.part IS NULL OR i.part <> ALL (p_parts)
    LIMIT 1;
    RAISE EXCEPTION 'there is no part %', coalesce(to_json(v_unknown)::text, 'null') USING ERRCODE = 'TM422', DETAIL = 'field: include',
      HINT = 'the parts are ' || array_to_string(p_parts, ', ');
  END IF;
END
$$;
COMMENT ON FUNCTION _check_parts IS
'Checks which parts of a model a call asks for.

p_include: the parts; NULL for all.
p_parts: the parts there are.
Returns nothing.
Raises TM422 for a part that there is not.';
REVOKE ALL ON FUNCTION _check_parts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_parts TO tmi_api;
ALTER FUNCTION _check_parts OWNER TO tmi_guard;
-- end functions/shared/_check_parts.sql

-- begin functions/diagrams/_check_size.sql
-- The limits of a drawing, stated once.
CREATE OR REPLACE FUNCTION _check_size(
  p_cells jsonb
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF jsonb_array_length(p_cells) > 10000 THEN
    RAISE EXCEPTION 'a diagram has at most 10,000 cells' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  ELSIF pg_column_size(p_cells) > 8388608 THEN
    RAISE EXCEPTION 'the cells of a diagram take at most 8 MB' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'cells', DETAIL = 'field: cells';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_size IS
'Checks how many cells a diagram has, and how much room they take.

p_cells: an array.
Returns nothing.
Raises TM413 above 10,000 cells or 8 MB.';
REVOKE ALL ON FUNCTION _check_size FROM PUBLIC;
ALTER FUNCTION _check_size OWNER TO tmi_api;
-- end functions/diagrams/_check_size.sql

-- begin functions/shared/_check_unchanged.sql
-- Two people who edit the same row must not overwrite each other unseen.
CREATE OR REPLACE FUNCTION _check_unchanged(
  p_modified_at timestamptz,
  p_if_modified_at timestamptz,
  p_table text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_if_modified_at IS DISTINCT FROM p_modified_at AND p_if_modified_at IS NOT NULL THEN
    RAISE EXCEPTION 'the row has changed since it was read' USING ERRCODE = 'TM412', TABLE = p_table, COLUMN = 'modified_at',
      DETAIL = 'field: if_modified_at', HINT = 'read the row again and repeat the change on what it holds now';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_unchanged IS
'Refuses a change of a row that somebody else has changed since the caller read it.

p_modified_at: when the row was last changed.
p_if_modified_at: the modified_at that the caller read; NULL to change it whatever happened.
p_table: the row''s table, for the error.
Returns nothing.
Raises TM412 when the two differ.';
REVOKE ALL ON FUNCTION _check_unchanged FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_unchanged TO tmi_api, tmi_identity;
ALTER FUNCTION _check_unchanged OWNER TO tmi_guard;
-- end functions/shared/_check_unchanged.sql

-- begin functions/identity/_context.sql
-- Reads keys that nobody but the guard may see. Called by the guard's own functions alone, whose rights and settings it shares:
-- setting them once more would take a third of the time that it has.
CREATE OR REPLACE FUNCTION _context() RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
AS $$
DECLARE
  v_context text := current_setting('tmi.context', true);
  v_inner_pad bytea;
  v_outer_pad bytea;
BEGIN
  SELECT k.inner_pad, k.outer_pad
  INTO v_inner_pad, v_outer_pad
  FROM context_keys k
  WHERE k.id = split_part(v_context, '.', 2)
    AND k.retired_at IS NULL;

  -- One expression: statement by statement this takes four times as long. CASE keeps the order, so that nothing unsigned is ever cast.
  BEGIN
    RETURN CASE
      WHEN v_inner_pad IS NOT NULL
        AND split_part(v_context, '.', 1) = 'v1'
        AND split_part(v_context, '.', 5) = encode(sha256(v_outer_pad || sha256(v_inner_pad || convert_to(left(v_context, -65), 'UTF8'))), 'hex')
      THEN CASE
        -- Against the transaction's start, so that a long transaction lives.
        WHEN split_part(v_context, '.', 4)::bigint > extract(epoch FROM now())
        THEN convert_from(
          decode(translate(split_part(v_context, '.', 3), '-_', '+/') || repeat('=', -length(split_part(v_context, '.', 3)) & 3), 'base64'),
          'UTF8'
        )
      END
    END;
  EXCEPTION
    -- Signed with the key, and no address or time all the same: half a microsecond, and no identity.
    WHEN data_exception THEN
      RETURN NULL;
  END;
END
$$;
COMMENT ON FUNCTION _context IS
'Checks signature, key and expiry of the present transaction''s context (HMAC of RFC 2104 over SHA-256).

Returns the e-mail it was signed for; NULL when there is no context, or a forged, altered, malformed or expired one.
Raises nothing.';
REVOKE ALL ON FUNCTION _context FROM PUBLIC;
ALTER FUNCTION _context OWNER TO tmi_guard;
-- end functions/identity/_context.sql

-- begin functions/maintenance/_counts_wrong.sql
-- Verifying and repairing share one query, so that what is reported is what is repaired. A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION _counts_wrong(
  p_threat_model_id uuid DEFAULT NULL
) RETURNS TABLE (
  threat_model_id uuid,
  cached_document_count integer,
  cached_source_count integer,
  cached_diagram_count integer,
  cached_threat_count integer,
  document_count bigint,
  source_count bigint,
  diagram_count bigint,
  threat_count bigint
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT m.id, m.document_count, m.source_count, m.diagram_count, m.threat_count, c.documents, c.sources, c.diagrams, c.threats
  FROM threat_models m
  CROSS JOIN LATERAL (
    SELECT
      (SELECT count(*) FROM documents d WHERE d.threat_model_id = m.id) AS documents,
      (SELECT count(*) FROM sources s WHERE s.threat_model_id = m.id) AS sources,
      (SELECT count(*) FROM diagrams d WHERE d.threat_model_id = m.id) AS diagrams,
      (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id) AS threats
  ) c
  WHERE (p_threat_model_id IS NULL OR m.id = p_threat_model_id)
    AND (m.document_count, m.source_count, m.diagram_count, m.threat_count) <> (c.documents, c.sources, c.diagrams, c.threats)
  ORDER BY m.id;
END
$$;
COMMENT ON FUNCTION _counts_wrong IS
'Finds models whose cached counts are wrong.

p_threat_model_id: the model to look at; NULL for all.
Returns rows, by the models'' ids: what stands there (cached_...) and what is right.
Raises nothing.';
REVOKE ALL ON FUNCTION _counts_wrong FROM PUBLIC;
ALTER FUNCTION _counts_wrong OWNER TO tmi_guard;
-- end functions/maintenance/_counts_wrong.sql

-- begin functions/diagrams/_diagram_change.sql
-- Updates and patches of a diagram share how it is written; cells that are not among the changes are not even read.
CREATE OR REPLACE FUNCTION _diagram_change(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_changes jsonb
) RETURNS SETOF diagrams
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  PERFORM _check_depth(p_changes -> 'metadata', 'metadata');
  IF pg_column_size(p_changes -> 'metadata') > 8388608 THEN
    RAISE EXCEPTION 'what is attached to a diagram takes at most 8 MB' USING ERRCODE = 'TM413', TABLE = 'diagrams', COLUMN = 'metadata', DETAIL = 'field: metadata';
  END IF;
  IF p_changes ? 'cells' THEN
    PERFORM _check_cells(p_changes -> 'cells');
    RETURN QUERY
    UPDATE diagrams d
    SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE d.name END,
      description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE d.description END,
      metadata = CASE WHEN p_changes ? 'metadata' THEN coalesce(nullif(p_changes -> 'metadata', 'null'), '[]') ELSE d.metadata END,
      cells = p_changes -> 'cells'
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.*;
  ELSE
    RETURN QUERY
    UPDATE diagrams d
    SET name = CASE WHEN p_changes ? 'name' THEN p_changes ->> 'name' ELSE d.name END,
      description = CASE WHEN p_changes ? 'description' THEN p_changes ->> 'description' ELSE d.description END,
      metadata = CASE WHEN p_changes ? 'metadata' THEN coalesce(nullif(p_changes -> 'metadata', 'null'), '[]') ELSE d.metadata END
    WHERE d.threat_model_id = p_threat_model_id
      AND d.id = p_diagram_id
    RETURNING d.*;
  END IF;
END
$$;
COMMENT ON FUNCTION _diagram_change IS
'Changes fields of a diagram.

p_threat_model_id: the model, entered as writer.
p_diagram_id: the diagram, which exists.
p_changes: an object of name, description, metadata and cells, as far as they change.
Returns the row.
Raises TM413 for an attachment of more than 8 MB; TM413 and TM422 for bad cells; whatever the constraints refuse.';
REVOKE ALL ON FUNCTION _diagram_change FROM PUBLIC;
ALTER FUNCTION _diagram_change OWNER TO tmi_api;
-- end functions/diagrams/_diagram_change.sql

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

-- begin functions/documents/_document_patch.sql
-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one document and of many share what a patch is.
CREATE OR REPLACE FUNCTION _document_patch(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF documents
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_document documents;
BEGIN
  SELECT t.*
  INTO v_document
  FROM documents t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_document_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
  PERFORM _check_unchanged(v_document.modified_at, p_if_modified_at, 'documents');
  RETURN QUERY
  SELECT t.*
  FROM _documents_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_document), p_operations, '{
        "name": "string", "url": "string", "description": "string"
      }') || jsonb_build_object('id', p_document_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _document_patch IS
'Changes a document by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_document_id: the document.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the document is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _document_patch FROM PUBLIC;
ALTER FUNCTION _document_patch OWNER TO tmi_api;
-- end functions/documents/_document_patch.sql

-- begin functions/documents/_documents_delete.sql
-- Rendered from templates/_delete.sql.j2 by tools/render_sql.py.
-- Deletes many documents in one statement; a bulk call tries its items by it, too. Rows are always looked up by their ids,
-- so one plan serves one row and a thousand.
CREATE OR REPLACE FUNCTION _documents_delete(
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
  v_count bigint;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere.
  -- A join, since ids in an array would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR UPDATE OF t;
  BEGIN
    PERFORM _check_unchanged(t.modified_at, (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz, 'documents')
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    JOIN documents t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
    WHERE p_items -> (i.n - 1)::integer ? 'if_modified_at';
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('documents', p_items);
      RAISE;
  END;
  RETURN QUERY
  WITH gone AS (
    DELETE FROM documents t
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
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
END
$$;
COMMENT ON FUNCTION _documents_delete IS
'Deletes documents of a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at}, each id once.
Returns the deleted rows, in the order of the array.
Raises TM404 when a document is not of the model; TM412 when one has changed since; TM422 for an if_modified_at that is no time.';
REVOKE ALL ON FUNCTION _documents_delete FROM PUBLIC;
ALTER FUNCTION _documents_delete OWNER TO tmi_api;
-- end functions/documents/_documents_delete.sql

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

-- begin functions/shared/_email.sql
-- Addresses are matched without regard to case or surrounding blanks: this is the spelling that is stored.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _email(
  p_email text
) RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  SELECT pg_catalog.lower(pg_catalog.btrim(p_email))
$$;
COMMENT ON FUNCTION _email IS
'Spells an e-mail address as it is stored: trimmed, in lower case.

p_email: the address.
Returns the spelling; NULL for NULL.';
REVOKE ALL ON FUNCTION _email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _email TO tmi_api, tmi_identity;
ALTER FUNCTION _email OWNER TO tmi_guard;
-- end functions/shared/_email.sql

-- begin functions/identity/_enter.sql
-- First statement of every API function about one model: checks the role once, then row-level security compares each row's model with the one checked here.
CREATE OR REPLACE FUNCTION _enter(
  p_threat_model_id uuid,
  p_role text
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _context();
  v_role text;
BEGIN
  IF p_role = 'reader' THEN
    SELECT a.role
    INTO v_role
    FROM threat_model_access a
    WHERE a.threat_model_id = p_threat_model_id
      AND a.user_email = v_email;
  ELSE
    -- Model before access row, everywhere: a revoke that has committed stops every later write, without deadlock.
    SELECT a.role
    INTO v_role
    FROM threat_models m
    JOIN threat_model_access a ON a.threat_model_id = m.id
    WHERE m.id = p_threat_model_id
      AND a.user_email = v_email
    FOR NO KEY UPDATE OF m
    FOR SHARE OF a;
  END IF;

  IF v_role IS NULL THEN
    -- The access row's foreign key proves that its user exists; only without one is there anything to look up.
    PERFORM _actor();
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  ELSIF p_role = 'reader' OR v_role = 'owner' OR (p_role = 'writer' AND v_role = 'writer') THEN
    -- Set by the expression that returns: a statement of its own would take four times as long.
    RETURN CASE WHEN set_config('tmi.scope', left(p_role, 1) || ':' || p_threat_model_id, true) <> '' THEN v_role END;
  END IF;
  RAISE EXCEPTION 'this needs the role % in the threat model, and yours is %', p_role, v_role
    USING ERRCODE = 'TM403', TABLE = 'threat_models', HINT = 'an owner of the model can grant the role';
END
$$;
COMMENT ON FUNCTION _enter IS
'Enters one model with the role that the work at hand needs, and makes it the scope that policies compare rows with.

p_threat_model_id: the model.
p_role: reader, writer or owner. For writer and owner the model and the caller''s access row are locked until the transaction ends.
Returns the role that the caller really has.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM403 when the caller''s role is too low.';
REVOKE ALL ON FUNCTION _enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter TO tmi_api;
ALTER FUNCTION _enter OWNER TO tmi_guard;
-- end functions/identity/_enter.sql

-- begin functions/identity/_enter_new.sql
-- A model that is about to be created has no members yet: its creator enters it as owner, once it is certain that nobody else's model has the id.
CREATE OR REPLACE FUNCTION _enter_new(
  p_threat_model_id uuid
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _context();
BEGIN
  IF NOT _user_hold(v_email) THEN
    PERFORM _actor();
  END IF;
  PERFORM
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  IF FOUND THEN
    RAISE EXCEPTION 'the id is in use' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'id', DETAIL = 'field: id',
      HINT = 'leave the id out, or make a new random one';
  END IF;
  PERFORM set_config('tmi.scope', 'o:' || p_threat_model_id, true);
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _enter_new IS
'Enters a model that the caller is about to insert. The caller cannot be deleted meanwhile.

p_threat_model_id: the id it will have.
Returns the actor''s e-mail.
Raises TM401 when the caller has just been deleted; TM409 when the id is in use.';
REVOKE ALL ON FUNCTION _enter_new FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_new TO tmi_api;
ALTER FUNCTION _enter_new OWNER TO tmi_guard;
-- end functions/identity/_enter_new.sql

-- begin functions/identity/_enter_page.sql
-- A page of one's own models comes from the access table alone, so that its cost does not depend on how many models there are.
CREATE OR REPLACE FUNCTION _enter_page(
  p_limit integer,
  p_after jsonb,
  p_descending boolean,
  OUT threat_model_ids uuid[],
  OUT roles text[]
) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_email text := coalesce(_context(), _actor());
  v_created_at timestamptz := CASE WHEN p_descending THEN timestamptz 'infinity' ELSE timestamptz '-infinity' END;
  v_id uuid := CASE WHEN p_descending THEN uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE uuid '00000000-0000-0000-0000-000000000000' END;
BEGIN
  IF p_after IS NOT NULL THEN
    SELECT s.created_at, s.id
    INTO v_created_at, v_id
    FROM _page_start(p_after) s;
  END IF;
  IF p_descending THEN
    SELECT array_agg(p.threat_model_id), array_agg(p.role)
    INTO threat_model_ids, roles
    FROM (
      SELECT a.threat_model_id, a.role
      FROM threat_model_access a
      WHERE a.user_email = v_email
        AND (a.model_created_at, a.threat_model_id) < (v_created_at, v_id)
      ORDER BY a.model_created_at DESC, a.threat_model_id DESC
      LIMIT p_limit
    ) p;
  ELSE
    SELECT array_agg(p.threat_model_id), array_agg(p.role)
    INTO threat_model_ids, roles
    FROM (
      SELECT a.threat_model_id, a.role
      FROM threat_model_access a
      WHERE a.user_email = v_email
        AND (a.model_created_at, a.threat_model_id) > (v_created_at, v_id)
      ORDER BY a.model_created_at, a.threat_model_id
      LIMIT p_limit
    ) p;
  END IF;
  IF set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true) = 'l:{}' THEN
    -- An access row's foreign key proves that its user exists; only without one is there anything to look up.
    PERFORM _actor();
  END IF;
END
$$;
COMMENT ON FUNCTION _enter_page IS
'Enters a page of the models that the caller may read, in the order of their creation, for reading the models'' own rows.

p_limit: how many at the most; NULL for all.
p_after: the last model of the page before, or just its id and created_at, as a JSON object; NULL for the first page.
p_descending: true for the newest first.
Returns two arrays, in that order: the models, and the caller''s role in each. Arrays, so that whoever reads the models
next has to wait for this function: in one query, a policy might be evaluated before it.
Raises TM401 without a valid identity; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION _enter_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_page TO tmi_api;
ALTER FUNCTION _enter_page OWNER TO tmi_guard;
-- end functions/identity/_enter_page.sql

-- begin functions/tokens/_family_revoke.sql
-- The tokens of one sign-in fall together, whichever of them is the reason.
CREATE OR REPLACE FUNCTION _family_revoke(
  p_family_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  UPDATE refresh_tokens t
  SET revoked_at = now()
  WHERE t.family_id = p_family_id
    AND t.revoked_at IS NULL;
END
$$;
COMMENT ON FUNCTION _family_revoke IS
'Revokes every token that descends from one sign-in.

p_family_id: the family; its user''s row is locked, so that no token joins it meanwhile.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _family_revoke FROM PUBLIC;
ALTER FUNCTION _family_revoke OWNER TO tmi_identity;
-- end functions/tokens/_family_revoke.sql

-- begin functions/shared/_filter_clause.sql
-- Filters of every list are turned into conditions here; values are quoted by format(), names come from the functions' own tables only.
CREATE OR REPLACE FUNCTION _filter_clause(
  p_filter jsonb,
  p_columns jsonb,
  p_conditions jsonb
) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_value jsonb;
  v_type text;
  v_values text[];
  v_clause text := '';
BEGIN
  IF p_filter IS NULL THEN
    RETURN '';
  ELSIF jsonb_typeof(p_filter) <> 'object' THEN
    RAISE EXCEPTION 'a filter must be a JSON object' USING ERRCODE = 'TM422', DETAIL = 'field: filter';
  END IF;
  FOR v_key, v_value IN
    SELECT e.key, e.value
    FROM jsonb_each(p_filter) e
  LOOP
    v_type := coalesce(p_columns ->> v_key, p_conditions -> v_key ->> 0);
    IF v_type IS NULL THEN
      RAISE EXCEPTION 'there is no filter %', to_json(v_key) USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key,
        HINT = 'the filters are ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_columns || p_conditions) AS k (key));
    ELSIF jsonb_typeof(v_value) = 'object' OR (jsonb_typeof(v_value) IN ('array', 'null') AND NOT p_columns ? v_key) THEN
      RAISE EXCEPTION 'the filter % takes one value', v_key USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key;
    END IF;
    v_values := ARRAY(
      SELECT e.value
      FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(v_value) = 'array' THEN v_value ELSE jsonb_build_array(v_value) END) AS e (value)
    );
    BEGIN
      EXECUTE format('SELECT %L::%s[]', v_values, v_type);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION 'the filter % takes a value of type %', v_key, v_type USING ERRCODE = 'TM422', DETAIL = 'field: filter.' || v_key;
    END;
    v_clause := v_clause || CASE
      WHEN NOT p_columns ? v_key THEN format(E'\n  AND ' || (p_conditions -> v_key ->> 1), v_values[1])
      WHEN jsonb_typeof(v_value) = 'null' THEN format(E'\n  AND t.%I IS NULL', v_key)
      ELSE format(E'\n  AND t.%I = ANY (%L::%s[])', v_key, v_values, v_type)
    END;
  END LOOP;
  RETURN v_clause;
END
$$;
COMMENT ON FUNCTION _filter_clause IS
'Turns a list''s filter into SQL conditions on the table aliased t.

p_filter: the filter; a value may be an array, which means any of these, or null, which means no value.
p_columns: columns that are compared for equality, each with its type.
p_conditions: other filters, each with the type of its value and a condition with one %L in it.
Returns conditions that begin with AND; an empty text for no filter.
Raises TM422 that names the filter.';
REVOKE ALL ON FUNCTION _filter_clause FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _filter_clause TO tmi_api;
ALTER FUNCTION _filter_clause OWNER TO tmi_guard;
-- end functions/shared/_filter_clause.sql

-- begin functions/providers/_identity_lock.sql
-- Logins and links of one provider's account take turns, so that two at once can't make two users of it.
CREATE OR REPLACE FUNCTION _identity_lock(
  p_provider text,
  p_provider_user_id text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  -- Before any row, and one at a time: nobody who holds it waits for another of its kind.
  PERFORM pg_advisory_xact_lock(hashtextextended(format('identity %I %L %L', current_schema(), p_provider, p_provider_user_id), 0));
END
$$;
COMMENT ON FUNCTION _identity_lock IS
'Waits until no other transaction logs in with, or links, this account of a provider, and keeps others waiting until this one ends.

p_provider: the provider.
p_provider_user_id: the provider''s own id of the person.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _identity_lock FROM PUBLIC;
ALTER FUNCTION _identity_lock OWNER TO tmi_identity;
-- end functions/providers/_identity_lock.sql

-- begin functions/exchange/_import_threat_dragon_v2.sql
-- The whole document in a handful of statements: the mapping lives here, so that any client has it.
CREATE OR REPLACE FUNCTION _import_threat_dragon_v2(
  p_threat_model_id uuid,
  p_document jsonb,
  p_name text
) RETURNS jsonb
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_diagrams jsonb := coalesce(p_document #> '{detail,diagrams}', '[]');
  v_path text;
  v_threats bigint;
BEGIN
  v_path := CASE
    WHEN jsonb_typeof(p_document -> 'summary') IS DISTINCT FROM 'object' THEN '$.summary'
    WHEN jsonb_typeof(p_document #> '{summary,title}') NOT IN ('string', 'null') THEN '$.summary.title'
    WHEN jsonb_typeof(p_document -> 'detail') IS DISTINCT FROM 'object' THEN '$.detail'
    WHEN jsonb_typeof(coalesce(p_document #> '{detail,diagrams}', '[]')) <> 'array' THEN '$.detail.diagrams'
  END;
  IF v_path IS NULL THEN
    SELECT format('$.detail.diagrams[%s]', d.n - 1) || CASE WHEN jsonb_typeof(d.diagram) = 'object' THEN '.cells' ELSE '' END
    INTO v_path
    FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
    WHERE jsonb_typeof(d.diagram) <> 'object'
      OR jsonb_typeof(coalesce(d.diagram -> 'cells', '[]')) <> 'array'
    ORDER BY d.n
    LIMIT 1;
  END IF;
  IF v_path IS NULL THEN
    SELECT format('$.detail.diagrams[%s].cells[%s]', d.n - 1, c.n - 1)
    INTO v_path
    FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.diagram -> 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
    WHERE jsonb_typeof(c.cell) <> 'object'
      OR EXISTS (
        SELECT
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(c.cell #> '{data,threats}') = 'array' THEN c.cell #> '{data,threats}' ELSE '[]' END) AS t (threat)
        WHERE jsonb_typeof(t.threat) <> 'object'
      )
    ORDER BY d.n, c.n
    LIMIT 1;
  END IF;
  IF v_path IS NOT NULL THEN
    RAISE EXCEPTION 'this is no Threat Dragon document: % is missing or of the wrong type', v_path USING ERRCODE = 'TM422', DETAIL = 'path: ' || v_path;
  END IF;

  INSERT INTO threat_models (id, name, description, owner_email, created_by, threat_model_framework)
  VALUES (
    p_threat_model_id,
    coalesce(p_name, nullif(p_document #>> '{summary,title}', ''), 'Untitled model'),
    p_document #>> '{summary,description}',
    _actor(),
    _actor(),
    (
      SELECT d.diagram ->> 'diagramType'
      FROM jsonb_array_elements(v_diagrams) AS d (diagram)
      WHERE d.diagram ->> 'diagramType' IN ('CIA', 'STRIDE', 'LINDDUN', 'DIE', 'PLOT4ai')
      GROUP BY 1
      ORDER BY count(*) DESC, 1
      LIMIT 1
    )
  );

  INSERT INTO diagrams (id, threat_model_id, name, type, description, metadata, cells)
  SELECT
    _named_uuid(p_threat_model_id, 'diagram/' || d.n - 1),
    p_threat_model_id,
    coalesce(nullif(d.diagram ->> 'title', ''), 'Untitled diagram'),
    'DFD-1.0.0',
    d.diagram ->> 'description',
    CASE WHEN d.diagram ? 'diagramType' THEN jsonb_build_array(jsonb_build_object('key', 'td-diagram-type', 'value', d.diagram -> 'diagramType')) ELSE '[]' END
      || jsonb_build_array(jsonb_build_object('key', 'td-extra', 'value', d.diagram - ARRAY['title', 'description', 'diagramType', 'cells'])),
    coalesce(
      (
        -- Threats become rows; their ids stay in their place, which keeps their order.
        SELECT jsonb_agg(
          CASE
            WHEN jsonb_typeof(c.cell #> '{data,threats}') = 'array' THEN jsonb_set(
              c.cell,
              '{data,threats}',
              coalesce(
                (
                  SELECT jsonb_agg(_named_uuid(p_threat_model_id, format('threat/%s/%s/%s', d.n - 1, c.n - 1, t.n - 1)) ORDER BY t.n)
                  FROM jsonb_array_elements(c.cell #> '{data,threats}') WITH ORDINALITY AS t (threat, n)
                ),
                '[]'
              )
            )
            ELSE c.cell
          END
          ORDER BY c.n
        )
        FROM jsonb_array_elements(d.diagram -> 'cells') WITH ORDINALITY AS c (cell, n)
      ),
      '[]'
    )
  FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
  ORDER BY d.n;

  INSERT INTO threats (id, threat_model_id, diagram_id, cell_id, name, description, risk_rating, score, mitigated, status, threat_type, mitigation)
  SELECT
    _named_uuid(p_threat_model_id, t.place),
    p_threat_model_id,
    _named_uuid(p_threat_model_id, t.diagram_place),
    t.cell_id,
    left(coalesce(nullif(t.threat ->> 'title', ''), 'Untitled threat'), 256),
    t.threat ->> 'description',
    CASE WHEN _severity(t.threat ->> 'severity') IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical') THEN _severity(t.threat ->> 'severity') ELSE 'Unknown' END,
    -- The scale of free text is not known: whole numbers from 0 to 100 are taken as they are, the rest stays in td-extra.
    CASE WHEN t.threat ->> 'score' ~ '^(\d|[1-9]\d|100)$' THEN (t.threat ->> 'score')::integer END,
    t.threat ->> 'status' IS NOT DISTINCT FROM 'Mitigated',
    t.threat ->> 'status',
    t.threat ->> 'type',
    t.threat ->> 'mitigation'
  FROM _threat_dragon_threats(v_diagrams) t
  ORDER BY t.number;
  GET DIAGNOSTICS v_threats = ROW_COUNT;

  -- What no column holds is kept whole, so that an export can give it back.
  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, 'threat', _named_uuid(p_threat_model_id, t.place), 'td-extra', e.extra::text
  FROM _threat_dragon_threats(v_diagrams) t
  CROSS JOIN LATERAL (
    SELECT t.threat - ARRAY['description', 'status', 'type', 'mitigation']
      - CASE WHEN length(t.threat ->> 'title') BETWEEN 1 AND 256 THEN 'title' ELSE '' END
      - CASE WHEN t.threat ->> 'severity' IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical') THEN 'severity' ELSE '' END
  ) AS e (extra)
  WHERE e.extra <> '{}';

  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, 'threat_model', p_threat_model_id, x.key, x.value
  FROM (
    VALUES
      ('source-format', 'threat-dragon-v2'),
      ('diagram-order', (
        SELECT jsonb_agg(_named_uuid(p_threat_model_id, 'diagram/' || d.n - 1) ORDER BY d.n)::text
        FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
      )),
      ('td-owner', nullif(p_document #>> '{summary,owner}', '')),
      ('td-reviewer', nullif(p_document #>> '{detail,reviewer}', '')),
      ('td-contributors', p_document #>> '{detail,contributors}'),
      ('td-extra', jsonb_build_object(
        'top', p_document - ARRAY['summary', 'detail'],
        'summary', (p_document -> 'summary') - ARRAY['title', 'description', 'owner'],
        'detail', (p_document -> 'detail') - ARRAY['diagrams', 'reviewer', 'contributors']
      )::text)
  ) AS x (key, value)
  WHERE x.value IS NOT NULL;

  RETURN jsonb_build_object(
    'threat_model_id', p_threat_model_id,
    'created', jsonb_build_object(
      'diagrams', jsonb_array_length(v_diagrams),
      'cells', (SELECT coalesce(sum(jsonb_array_length(coalesce(d.diagram -> 'cells', '[]'))), 0) FROM jsonb_array_elements(v_diagrams) AS d (diagram)),
      'threats', v_threats
    ),
    'warnings', coalesce(
      (
        SELECT jsonb_agg(jsonb_build_object('path', w.path, 'code', w.code, 'message', w.message) ORDER BY w.path, w.code)
        FROM (
          SELECT t.path || '.severity', 'unknown_severity', 'kept in td-extra, stored as Unknown'
          FROM _threat_dragon_threats(v_diagrams) t
          WHERE t.threat ->> 'severity' <> ''
            AND _severity(t.threat ->> 'severity') NOT IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')
          UNION ALL
          SELECT t.path || '.title', 'name_too_long', 'cut to 256 characters, whole in td-extra'
          FROM _threat_dragon_threats(v_diagrams) t
          WHERE length(t.threat ->> 'title') > 256
          UNION ALL
          SELECT format('$.detail.diagrams[%s].cells[%s].id', d.n - 1, max(c.n) - 1), 'duplicate_cell_id', 'two cells of the diagram have the same id'
          FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
          CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.diagram -> 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
          WHERE c.cell ? 'id'
          GROUP BY d.n, c.cell ->> 'id'
          HAVING count(*) > 1
        ) AS w (path, code, message)
      ),
      '[]'
    )
  );
END
$$;
COMMENT ON FUNCTION _import_threat_dragon_v2 IS
'Writes a Threat Dragon document of version 2 into a new model: diagrams with their cells, threats, and what no column holds as metadata.

p_threat_model_id: the id of the model, entered as new.
p_document: the document.
p_name: the model''s name; the document''s title by default.
Returns what threat_model_import returns, without dry_run.
Raises TM422 that names the JSON path of what is missing or of the wrong type; whatever the tables'' constraints refuse.';
REVOKE ALL ON FUNCTION _import_threat_dragon_v2 FROM PUBLIC;
ALTER FUNCTION _import_threat_dragon_v2 OWNER TO tmi_api;
-- end functions/exchange/_import_threat_dragon_v2.sql

-- begin functions/shared/_limit.sql
-- One place for the size of a page.
CREATE OR REPLACE FUNCTION _limit(
  p_limit integer
) RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_limit BETWEEN 1 AND 200 THEN
    RETURN p_limit;
  ELSIF p_limit IS NULL THEN
    RETURN 50;
  ELSIF p_limit > 200 THEN
    RAISE EXCEPTION 'a page has at most 200 rows' USING ERRCODE = 'TM413', DETAIL = 'field: limit', HINT = 'ask for the next page with the last row of this one';
  END IF;
  RAISE EXCEPTION 'a page has at least 1 row' USING ERRCODE = 'TM422', DETAIL = 'field: limit';
END
$$;
COMMENT ON FUNCTION _limit IS
'Checks the size of a page.

p_limit: 1 to 200; NULL for the default of 50.
Returns the size.
Raises TM413 above 200; TM422 below 1.';
REVOKE ALL ON FUNCTION _limit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _limit TO tmi_api, tmi_identity;
ALTER FUNCTION _limit OWNER TO tmi_guard;
-- end functions/shared/_limit.sql

-- begin functions/identity/_member.sql
-- What policies for reports compare with: membership alone, never the scope; a definer because a policy on the access table would recurse.
CREATE OR REPLACE FUNCTION _member() RETURNS SETOF uuid
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY
  SELECT a.threat_model_id
  FROM threat_model_access a
  WHERE a.user_email = v_email;
END
$$;
COMMENT ON FUNCTION _member IS
'Returns the models that the caller may read.

Returns their ids.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _member FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _member TO tmi_report;
ALTER FUNCTION _member OWNER TO tmi_guard;
-- end functions/identity/_member.sql

-- begin functions/metadata/_metadata_entity.sql
-- Metadata is reached through what it describes, and that through its model: another model's entity is not found, with metadata or without.
CREATE OR REPLACE FUNCTION _metadata_entity(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text
)
LANGUAGE plpgsql
STABLE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  -- By a column of the row: an index of the whole model would otherwise seem to be enough, however much is in it.
  CASE p_entity_type
    WHEN 'threat_model' THEN
      PERFORM FROM threat_models e WHERE e.id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'threat' THEN
      PERFORM e.name FROM threats e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'diagram' THEN
      PERFORM e.name FROM diagrams e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'document' THEN
      PERFORM e.name FROM documents e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'source' THEN
      PERFORM e.name FROM sources e WHERE e.threat_model_id = p_threat_model_id AND e.id = p_entity_id;
    WHEN 'cell' THEN
      -- The id is a hash, which only its metadata, or a look at every drawing, leads back from.
      SELECT d.diagram_id, d.cell_id
      INTO diagram_id, cell_id
      FROM metadata d
      WHERE d.threat_model_id = p_threat_model_id
        AND d.entity_type = 'cell'
        AND d.entity_id = p_entity_id
      LIMIT 1;
      IF NOT FOUND THEN
        SELECT d.id, c.cell ->> 'id'
        INTO diagram_id, cell_id
        FROM diagrams d
        CROSS JOIN LATERAL jsonb_array_elements(d.cells) AS c (cell)
        WHERE d.threat_model_id = p_threat_model_id
          AND jsonb_typeof(c.cell -> 'id') = 'string'
          AND _named_uuid(d.id, c.cell ->> 'id') = p_entity_id
        LIMIT 1;
      END IF;
    ELSE
      RAISE EXCEPTION 'metadata describes a threat_model, threat, diagram, document, source or cell' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'entity_type', DETAIL = 'field: entity_type';
  END CASE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% not found', replace(p_entity_type, '_', ' ') USING ERRCODE = 'TM404', TABLE = CASE p_entity_type WHEN 'cell' THEN 'diagrams' ELSE p_entity_type || 's' END;
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _metadata_entity IS
'Finds what metadata describes.

p_threat_model_id: the model, entered by the caller.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity.
Returns the row of diagram and cell of a cell; NULLs for other entities.
Raises TM404 when the model has no such entity; TM422 for another type.';
REVOKE ALL ON FUNCTION _metadata_entity FROM PUBLIC;
ALTER FUNCTION _metadata_entity OWNER TO tmi_api;
-- end functions/metadata/_metadata_entity.sql

-- begin functions/metadata/_metadata_find.sql
-- Planned anew each time: whether the key or the actor's models are fewer depends on both. A definer because membership is compared here, beside the index.
CREATE OR REPLACE FUNCTION _metadata_find(
  p_key text,
  p_value text,
  p_limit integer,
  p_after_id uuid
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY EXECUTE
    'SELECT d.*
     FROM metadata d
     JOIN threat_model_access a ON a.threat_model_id = d.threat_model_id
     WHERE a.user_email = $1
       AND d.key = $2
       AND ($4 IS NULL OR d.id > $4)'
    -- By its hash, since a value may be larger than an index can hold.
    || CASE WHEN p_value IS NULL THEN '' ELSE ' AND md5(d.value) = md5($3) AND d.value = $3' END
    || ' ORDER BY d.id LIMIT $5'
    USING v_email, p_key, p_value, p_after_id, p_limit;
END
$$;
COMMENT ON FUNCTION _metadata_find IS
'Finds metadata of the models that the caller may read.

p_key, p_value: what to find; a NULL value stands for any.
p_limit: how many at the most.
p_after_id: the id of the last row before.
Returns rows, by id.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _metadata_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _metadata_find TO tmi_api;
ALTER FUNCTION _metadata_find OWNER TO tmi_guard;
-- end functions/metadata/_metadata_find.sql

-- begin functions/metadata/_metadata_insert.sql
-- One statement for any number of pairs; a row that holds the value already is not touched.
CREATE OR REPLACE FUNCTION _metadata_insert(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value, diagram_id, cell_id)
  SELECT p_threat_model_id, i.entity_type, i.entity_id, i.key, i.value, i.diagram_id, i.cell_id
  FROM jsonb_to_recordset(p_items) AS i (entity_type text, entity_id uuid, key text, value text, diagram_id uuid, cell_id text)
  ORDER BY i.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _metadata_insert IS
'Sets metadata; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer, which has the entities.
p_items: an array of objects as _metadata_items returns it.
Returns nothing.
Raises what the constraints of metadata refuse.';
REVOKE ALL ON FUNCTION _metadata_insert FROM PUBLIC;
ALTER FUNCTION _metadata_insert OWNER TO tmi_api;
-- end functions/metadata/_metadata_insert.sql

-- begin functions/metadata/_metadata_items.sql
-- Callers send pairs in an order, which errors refer to.
CREATE OR REPLACE FUNCTION _metadata_items(
  p_items jsonb,
  p_entity jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
BEGIN
  PERFORM _check_items(p_items, '{"key": "string", "value": "string"}');
  SELECT max(i.n) - 1
  INTO v_index
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  WHERE i.item ->> 'key' IS NOT NULL
  GROUP BY i.item ->> 'key'
  HAVING count(*) > 1
  ORDER BY 1
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two pairs have the same key' USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'key', DETAIL = format('item %s: key', v_index);
  END IF;
  RETURN (
    SELECT jsonb_agg(i.item || p_entity ORDER BY i.n)
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  );
END
$$;
COMMENT ON FUNCTION _metadata_items IS
'Checks an array of pairs, and adds to each what it describes.

p_items: an array of 1 to 1,000 objects {key, value}.
p_entity: an object of entity_type, entity_id, and for a cell diagram_id and cell_id.
Returns the array.
Raises TM413 above 1,000 pairs; TM422 that names the pair, counted from 0, for other fields than these, values that are no texts, and a key that comes twice.';
REVOKE ALL ON FUNCTION _metadata_items FROM PUBLIC;
ALTER FUNCTION _metadata_items OWNER TO tmi_api;
-- end functions/metadata/_metadata_items.sql

-- begin functions/metadata/_metadata_put.sql
-- Metadata that comes with what it describes.
CREATE OR REPLACE FUNCTION _metadata_put(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_pairs jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
BEGIN
  IF jsonb_typeof(p_pairs) <> 'object' THEN
    RAISE EXCEPTION 'metadata must be a JSON object of keys and texts' USING ERRCODE = 'TM422', DETAIL = 'field: metadata';
  END IF;
  SELECT e.key
  INTO v_key
  FROM jsonb_each(p_pairs) e
  WHERE jsonb_typeof(e.value) <> 'string'
  ORDER BY e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the metadata value of % must be a text', v_key USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'value', DETAIL = 'field: metadata.' || v_key;
  END IF;
  IF (SELECT count(*) FROM jsonb_object_keys(p_pairs)) > 1000 THEN
    RAISE EXCEPTION 'a call takes at most 1,000 pairs of metadata' USING ERRCODE = 'TM413', DETAIL = 'field: metadata', HINT = 'send the others by metadata_bulk_set';
  END IF;
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, p_entity_type, p_entity_id, e.key, e.value
  FROM jsonb_each_text(p_pairs) e
  ORDER BY e.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _metadata_put IS
'Sets metadata of one entity; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer.
p_entity_type: threat_model, threat, diagram, document or source.
p_entity_id: the entity, which the caller has just made.
p_pairs: an object of keys and text values.
Returns nothing.
Raises TM413 above 1,000 pairs; TM422 when a value is no text; a bad key or value violates the table''s checks.';
REVOKE ALL ON FUNCTION _metadata_put FROM PUBLIC;
ALTER FUNCTION _metadata_put OWNER TO tmi_api;
-- end functions/metadata/_metadata_put.sql

-- begin functions/identity/_open.sql
-- First statement of every API function that spans models: whatever scope the caller forged is gone before a row is read.
CREATE OR REPLACE FUNCTION _open() RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN CASE WHEN set_config('tmi.scope', '', true) = '' THEN _actor() END;
END
$$;
COMMENT ON FUNCTION _open IS
'Clears the scope and says who is asking.

Returns the actor''s e-mail.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _open TO tmi_api;
ALTER FUNCTION _open OWNER TO tmi_guard;
-- end functions/identity/_open.sql

-- begin functions/shared/_page_clause.sql
-- Keyset pages in any order: their cost does not grow with the page's number, and rows that come or go meanwhile neither repeat nor hide others.
CREATE OR REPLACE FUNCTION _page_clause(
  p_limit integer,
  p_after jsonb,
  p_sort text,
  p_columns jsonb
) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_limit integer := _limit(p_limit);
  v_column text := CASE WHEN left(p_sort, 1) = '-' THEN substr(p_sort, 2) ELSE p_sort END;
  v_type text;
  v_nullable boolean;
  v_order text := CASE WHEN left(p_sort, 1) = '-' THEN 'DESC' ELSE 'ASC' END;
  v_compare text := CASE WHEN left(p_sort, 1) = '-' THEN '<' ELSE '>' END;
  v_value text;
  v_id uuid;
  v_clause text := '';
BEGIN
  v_type := p_columns ->> v_column;
  IF v_type IS NULL THEN
    RAISE EXCEPTION 'rows cannot be sorted by %', coalesce(to_json(p_sort)::text, 'nothing') USING ERRCODE = 'TM422', DETAIL = 'field: sort',
      HINT = 'sort by ' || (SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_columns) AS k (key)) || '; a minus in front turns the order';
  END IF;
  v_nullable := v_type LIKE '% NULL';
  v_type := regexp_replace(v_type, ' NULL$', '');
  IF p_after IS NOT NULL THEN
    IF jsonb_typeof(p_after) <> 'object' OR NOT p_after ?& ARRAY[v_column, 'id'] THEN
      RAISE EXCEPTION 'a page begins after a row: an object with id and %', v_column USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END IF;
    v_value := p_after ->> v_column;
    BEGIN
      v_id := (p_after ->> 'id')::uuid;
      EXECUTE format('SELECT %L::%s', v_value, v_type);
    EXCEPTION
      WHEN data_exception THEN
        RAISE EXCEPTION 'a page begins after a row: id is a uuid, % of type %', v_column, v_type USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END;
    IF v_id IS NULL OR (v_value IS NULL AND NOT v_nullable) THEN
      RAISE EXCEPTION 'a page begins after a row: no row is without id or %', v_column USING ERRCODE = 'TM422', DETAIL = 'field: after';
    END IF;
    v_clause := CASE
      -- One comparison of rows, which an index that begins with the column can begin at.
      WHEN NOT v_nullable THEN format(E'\n  AND (t.%1$I, t.id) %2$s (%3$L::%4$s, %5$L::uuid)', v_column, v_compare, v_value, v_type, v_id)
      -- Rows without a value stand last in either direction.
      WHEN v_value IS NULL THEN format(E'\n  AND t.%1$I IS NULL AND t.id %2$s %3$L::uuid', v_column, v_compare, v_id)
      ELSE format(E'\n  AND (t.%1$I %2$s %3$L::%4$s OR (t.%1$I = %3$L::%4$s AND t.id %2$s %5$L::uuid) OR t.%1$I IS NULL)', v_column, v_compare, v_value, v_type, v_id)
    END;
  END IF;
  RETURN v_clause || format(E'\nORDER BY t.%1$I %2$s%4$s, t.id %2$s\nLIMIT %3$s', v_column, v_order, v_limit, CASE WHEN v_nullable THEN ' NULLS LAST' ELSE '' END);
END
$$;
COMMENT ON FUNCTION _page_clause IS
'Turns a list''s order, cursor and size into the end of an SQL query on the table aliased t.

p_limit: 1 to 200; NULL for 50.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object; NULL for the first page.
p_sort: the column to sort by; a minus in front for the greatest first.
p_columns: the columns that can be sorted by, each with its type, and NULL behind it where a row may have no value.
Returns a condition that begins with AND, ORDER BY and LIMIT.
Raises TM413 for a page that is too large; TM422 that names the field.';
REVOKE ALL ON FUNCTION _page_clause FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _page_clause TO tmi_api;
ALTER FUNCTION _page_clause OWNER TO tmi_guard;
-- end functions/shared/_page_clause.sql

-- begin functions/shared/_page_start.sql
-- The cursor of the default order, read without building a query: that would take longer than the page does.
CREATE OR REPLACE FUNCTION _page_start(
  p_after jsonb,
  OUT created_at timestamptz,
  OUT id uuid
) RETURNS record
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  created_at := (p_after ->> 'created_at')::timestamptz;
  id := (p_after ->> 'id')::uuid;
  IF created_at IS NULL OR id IS NULL THEN
    RAISE data_exception;
  END IF;
EXCEPTION
  WHEN data_exception THEN
    -- Which says what is wrong.
    PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
    RAISE;
END
$$;
COMMENT ON FUNCTION _page_start IS
'Reads the cursor of a list that is sorted by creation time.

p_after: the last row of the page before, or just its id and created_at, as a JSON object.
Returns creation time and id.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _page_start FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _page_start TO tmi_api;
ALTER FUNCTION _page_start OWNER TO tmi_guard;
-- end functions/shared/_page_start.sql

-- begin functions/patch/_patch_apply.sql
-- One operation of a patch on one document, which may be an element of the one that is patched.
CREATE OR REPLACE FUNCTION _patch_apply(
  p_document jsonb,
  p_operation jsonb,
  p_index bigint,
  p_path text[],
  p_from text[]
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_op text := p_operation ->> 'op';
  v_value jsonb := p_operation -> 'value';
  v_document jsonb := p_document;
  v_state text := 'TM422';
  v_place text := p_operation ->> 'path';
  v_fault text;
BEGIN
  IF v_op = 'test' THEN
    -- A place that is not there holds no value either.
    IF _pointer_value(p_document, p_path) IS DISTINCT FROM v_value THEN
      v_state := 'TM409';
      v_fault := 'the document does not hold the value that the patch was made for';
    END IF;
  ELSIF v_op = 'add' THEN
    v_document := _pointer_add(p_document, p_path, v_value);
  ELSIF v_op IN ('move', 'copy') THEN
    v_value := _pointer_value(p_document, p_from);
    IF v_value IS NULL THEN
      v_fault := 'from leads nowhere in the document';
      v_place := p_operation ->> 'from';
    ELSIF v_op = 'copy' AND pg_column_size(p_document) + pg_column_size(v_value) > 67108864 THEN
      -- Copies can double a document with every operation: it is not made first and measured then.
      v_state := 'TM413';
      v_fault := 'a document takes at most 64 MB';
    ELSIF v_op = 'copy' THEN
      v_document := _pointer_add(p_document, p_path, v_value);
    ELSIF p_path[:cardinality(p_from)] <> p_from THEN
      v_document := _pointer_add(p_document #- p_from, p_path, v_value);
    ELSIF p_path <> p_from THEN
      v_fault := 'a value cannot be moved into itself';
    END IF;
  ELSIF _pointer_value(p_document, p_path) IS NULL THEN
    v_fault := 'path leads nowhere in the document';
  ELSIF p_path = '{}' THEN
    v_document := v_value;
    IF v_op = 'remove' THEN
      v_fault := 'a document cannot be removed from itself';
    END IF;
  ELSIF v_op = 'remove' THEN
    v_document := p_document #- p_path;
  ELSE
    v_document := jsonb_set(p_document, p_path, v_value);
  END IF;

  IF v_fault IS NULL AND v_document IS NULL THEN
    v_fault := 'path leads nowhere that a value can be added: its parent is missing, or the index is beyond the end';
  END IF;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = v_state, DETAIL = format('item %s', p_index) || coalesce(': ' || nullif(left(v_place, 1000), ''), '');
  END IF;
  RETURN v_document;
END
$$;
COMMENT ON FUNCTION _patch_apply IS
'Applies one operation of a JSON Patch.

p_document: the document.
p_operation: the operation, which is not malformed.
p_index: its place in the patch, counted from 0.
p_path, p_from: its pointers, taken apart, from the document on.
Returns the document with the operation applied.
Raises TM409 when a test fails; TM413 for a copy that would make more than 64 MB; TM422 for an operation that leads nowhere; DETAIL names the operation and the pointer.';
REVOKE ALL ON FUNCTION _patch_apply FROM PUBLIC;
ALTER FUNCTION _patch_apply OWNER TO tmi_guard;
-- end functions/patch/_patch_apply.sql

-- begin functions/patch/_patch_changes.sql
-- Rows are patched as documents of the fields that may be written: nothing else of a row can be reached by a pointer.
CREATE OR REPLACE FUNCTION _patch_changes(
  p_row jsonb,
  p_operations jsonb,
  p_types jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_index bigint;
  v_pointer text;
  v_old jsonb;
  v_new jsonb;
BEGIN
  SELECT o.n - 1, p.pointer
  INTO v_index, v_pointer
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_operations) = 'array' AND jsonb_array_length(p_operations) <= 1000 THEN p_operations ELSE '[]' END)
    WITH ORDINALITY AS o (operation, n)
  CROSS JOIN LATERAL (
    VALUES
      (o.operation ->> 'path'),
      (CASE WHEN o.operation ->> 'op' IN ('move', 'copy') THEN o.operation ->> 'from' END)
  ) AS p (pointer)
  WHERE NOT coalesce(p_types ? (_pointer_tokens(p.pointer))[1], p.pointer IS DISTINCT FROM '')
  ORDER BY o.n
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a patch does not reach this place' USING ERRCODE = 'TM422', DETAIL = format('item %s: %s', v_index, coalesce(nullif(left(v_pointer, 1000), ''), 'path')),
      HINT = 'the places are ' || (SELECT string_agg('/' || k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_types) AS k (key));
  END IF;

  SELECT jsonb_object_agg(k.key, p_row -> k.key)
  INTO v_old
  FROM jsonb_object_keys(p_types) AS k (key);
  v_new := jsonb_patch(v_old, p_operations);
  PERFORM _check_object(v_new, p_types, 'the patched row');
  RETURN coalesce(
    (
      -- What was removed is cleared.
      SELECT jsonb_object_agg(k.key, coalesce(v_new -> k.key, 'null'))
      FROM jsonb_object_keys(p_types) AS k (key)
      WHERE v_new -> k.key IS DISTINCT FROM v_old -> k.key
    ),
    '{}'
  );
END
$$;
COMMENT ON FUNCTION _patch_changes IS
'Turns a JSON Patch of a row into the changes that an update takes.

p_row: the row as a JSON object.
p_operations: the operations, as jsonb_patch takes them.
p_types: each field that may be patched, with the JSON type of its value.
Returns an object of the fields that change; a field that was removed is null.
Raises what jsonb_patch raises; TM422 for a pointer to anything but these fields, and for a value of another JSON type.';
REVOKE ALL ON FUNCTION _patch_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _patch_changes TO tmi_api;
ALTER FUNCTION _patch_changes OWNER TO tmi_guard;
-- end functions/patch/_patch_changes.sql

-- begin functions/patch/_pointer_add.sql
-- What add, copy and move have in common: a member is set, an element is pushed in, and no place is made up.
CREATE OR REPLACE FUNCTION _pointer_add(
  p_document jsonb,
  p_tokens text[],
  p_value jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_parent jsonb;
  v_depth integer := cardinality(p_tokens);
  v_last text := p_tokens[cardinality(p_tokens)];
BEGIN
  IF v_depth = 0 THEN
    RETURN p_value;
  END IF;
  v_parent := _pointer_value(p_document, p_tokens[:v_depth - 1]);
  CASE jsonb_typeof(v_parent)
    WHEN 'object' THEN
      RETURN jsonb_set(p_document, p_tokens, p_value);
    WHEN 'array' THEN
      IF v_last = '-' THEN
        RETURN jsonb_insert(p_document, p_tokens[:v_depth - 1] || jsonb_array_length(v_parent)::text, p_value);
      ELSIF v_last ~ '^(0|[1-9][0-9]{0,8})$' AND v_last::integer <= jsonb_array_length(v_parent) THEN
        RETURN jsonb_insert(p_document, p_tokens, p_value);
      END IF;
      RETURN NULL;
    ELSE
      RETURN NULL;
  END CASE;
END
$$;
COMMENT ON FUNCTION _pointer_add IS
'Adds a value where a JSON Pointer leads, as the operation add of RFC 6902 does.

p_document: the document.
p_tokens: the pointer, taken apart; the last token may be - for the end of an array.
p_value: the value.
Returns the document with it; NULL where the place does not exist: no parent, or an index beyond the end.';
REVOKE ALL ON FUNCTION _pointer_add FROM PUBLIC;
ALTER FUNCTION _pointer_add OWNER TO tmi_guard;
-- end functions/patch/_pointer_add.sql

-- begin functions/patch/_pointer_tokens.sql
-- RFC 6901 in one place: operations of a patch name locations by pointers, which escape two characters.
CREATE OR REPLACE FUNCTION _pointer_tokens(
  p_pointer text
) RETURNS text[]
LANGUAGE plpgsql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_pointer = '' THEN
    RETURN ARRAY[]::text[];
  ELSIF left(p_pointer, 1) <> '/' THEN
    RETURN NULL;
  ELSIF strpos(p_pointer, '~') = 0 THEN
    RETURN (string_to_array(p_pointer, '/'))[2:];
  ELSIF p_pointer ~ '~([^01]|$)' THEN
    RETURN NULL;
  END IF;
  -- ~1 before ~0, so that ~01 becomes ~1 and not a slash.
  RETURN ARRAY(
    SELECT replace(replace(u.token, '~1', '/'), '~0', '~')
    FROM unnest((string_to_array(p_pointer, '/'))[2:]) WITH ORDINALITY AS u (token, n)
    ORDER BY u.n
  );
END
$$;
COMMENT ON FUNCTION _pointer_tokens IS
'Takes a JSON Pointer (RFC 6901) apart.

p_pointer: an empty text for the whole document, else tokens, each after a slash; ~1 stands for a slash and ~0 for a tilde.
Returns the tokens, unescaped; NULL for NULL and for a text that is no pointer.';
REVOKE ALL ON FUNCTION _pointer_tokens FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _pointer_tokens TO tmi_api;
ALTER FUNCTION _pointer_tokens OWNER TO tmi_guard;
-- end functions/patch/_pointer_tokens.sql

-- begin functions/patch/_pointer_value.sql
-- PostgreSQL's own paths take -1, 01 and blanks for indexes of an array, which RFC 6901 does not: those are walked step by step.
CREATE OR REPLACE FUNCTION _pointer_value(
  p_document jsonb,
  p_tokens text[]
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_value jsonb := p_document;
  v_token text;
BEGIN
  IF array_to_string(p_tokens, '/') !~ '(^|/)([[:space:]+-]|0[0-9])' THEN
    RETURN p_document #> p_tokens;
  END IF;
  FOREACH v_token IN ARRAY p_tokens LOOP
    v_value := CASE jsonb_typeof(v_value)
      WHEN 'object' THEN v_value -> v_token
      WHEN 'array' THEN CASE WHEN v_token ~ '^(0|[1-9][0-9]{0,8})$' THEN v_value -> v_token::integer END
    END;
  END LOOP;
  RETURN v_value;
END
$$;
COMMENT ON FUNCTION _pointer_value IS
'Finds what a JSON Pointer leads to.

p_document: the document.
p_tokens: the pointer, taken apart.
Returns the value; NULL where the pointer leads nowhere.';
REVOKE ALL ON FUNCTION _pointer_value FROM PUBLIC;
ALTER FUNCTION _pointer_value OWNER TO tmi_guard;
-- end functions/patch/_pointer_value.sql

-- begin functions/providers/_provider_add.sql
-- Logging in and linking share one statement, so that they cannot come to differ on what may be linked.
CREATE OR REPLACE FUNCTION _provider_add(
  p_user_id uuid,
  p_provider text,
  p_provider_user_id text,
  p_email text,
  p_name text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO user_providers (user_id, provider, provider_user_id, provider_email, provider_name, is_primary)
  VALUES (
    p_user_id, p_provider, p_provider_user_id, p_email, p_name,
    NOT EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id AND p.is_primary)
  )
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN;
  ELSIF EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id AND p.provider = p_provider) THEN
    RAISE EXCEPTION 'the account is linked to another identity of this provider' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider', DETAIL = 'field: provider',
      CONSTRAINT = 'user_providers_user_id_provider_key', HINT = 'unlink the other identity first';
  END IF;
  -- In words that do not tell whose it is.
  RAISE EXCEPTION 'the identity is linked to another account' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider_user_id', DETAIL = 'field: provider_user_id',
    CONSTRAINT = 'user_providers_provider_provider_user_id_key', HINT = 'unlink it there first';
END
$$;
COMMENT ON FUNCTION _provider_add IS
'Links an account at a provider to a user, as the primary one if there is none yet.

p_user_id: the user, whose row is locked.
p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person.
p_email: the address as the provider gives it.
p_name: the name as the provider gives it.
Returns nothing.
Raises TM409 when the user has another account at the provider, or another user has this one.';
REVOKE ALL ON FUNCTION _provider_add FROM PUBLIC;
ALTER FUNCTION _provider_add OWNER TO tmi_identity;
-- end functions/providers/_provider_add.sql

-- begin functions/shared/_put_items_metadata.sql
-- Bulk calls may carry metadata inline: all of it is one statement, after the rows that it describes.
CREATE OR REPLACE FUNCTION _put_items_metadata(
  p_threat_model_id uuid,
  p_entity_type text,
  p_items jsonb
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
BEGIN
  SELECT e.key
  INTO v_key
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  CROSS JOIN LATERAL jsonb_each(nullif(i.item -> 'metadata', 'null')) e
  WHERE jsonb_typeof(e.value) <> 'string'
  ORDER BY i.n, e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the metadata value of % must be a text', v_key USING ERRCODE = 'TM422', TABLE = 'metadata', COLUMN = 'value', DETAIL = 'field: metadata.' || v_key;
  END IF;
  INSERT INTO metadata AS d (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, p_entity_type, (i.item ->> 'id')::uuid, e.key, e.value
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  CROSS JOIN LATERAL jsonb_each_text(nullif(i.item -> 'metadata', 'null')) e
  ORDER BY i.n, e.key
  ON CONFLICT ON CONSTRAINT metadata_entity_type_entity_id_key_key DO UPDATE
  SET value = excluded.value
  WHERE d.value <> excluded.value;
END
$$;
COMMENT ON FUNCTION _put_items_metadata IS
'Writes the metadata that the items of a bulk call carry, for rows that are there; a key that is there already gets the new value.

p_threat_model_id: the model, entered as writer.
p_entity_type: threat, diagram, document or source.
p_items: an array of objects with the id of the row, and metadata: an object of keys and text values, or none.
Returns nothing.
Raises TM422 when a value is no text; a bad key or value violates the table''s checks.';
REVOKE ALL ON FUNCTION _put_items_metadata FROM PUBLIC;
ALTER FUNCTION _put_items_metadata OWNER TO tmi_api;
-- end functions/shared/_put_items_metadata.sql

-- begin functions/identity/_scope_list.sql
-- Lists and searches across models enter several at once; only the models' own rows are read by it.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_list() RETURNS uuid[]
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) 'l:'
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid[]
  END
$$;
COMMENT ON FUNCTION _scope_list IS
'Returns the models that the running API function entered together.

Returns NULL when it entered one, or none.';
REVOKE ALL ON FUNCTION _scope_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_list TO tmi_api;
ALTER FUNCTION _scope_list OWNER TO tmi_guard;
-- end functions/identity/_scope_list.sql

-- begin functions/identity/_scope_own.sql
-- Policies for access, transfer and deletion compare a row's model with this.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_own() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) 'o:'
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid
  END
$$;
COMMENT ON FUNCTION _scope_own IS
'Returns the model that the running API function entered as owner.

Returns NULL outside one, or when it entered with a lower role.';
REVOKE ALL ON FUNCTION _scope_own FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_own TO tmi_api;
ALTER FUNCTION _scope_own OWNER TO tmi_guard;
-- end functions/identity/_scope_own.sql

-- begin functions/identity/_scope_read.sql
-- Policies for reading compare a row's model with this.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_read() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) ANY ('{r:,w:,o:}')
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid
  END
$$;
COMMENT ON FUNCTION _scope_read IS
'Returns the model that the running API function entered as reader, writer or owner.

Returns NULL outside one, or when it entered with a lower role.';
REVOKE ALL ON FUNCTION _scope_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_read TO tmi_api;
ALTER FUNCTION _scope_read OWNER TO tmi_guard;
-- end functions/identity/_scope_read.sql

-- begin functions/identity/_scope_write.sql
-- Policies for writing compare a row's model with this: a function that entered as reader finds nothing to write.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _scope_write() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.left(pg_catalog.current_setting('tmi.scope', true), 2) OPERATOR(pg_catalog.=) ANY ('{w:,o:}')
    THEN pg_catalog.substr(pg_catalog.current_setting('tmi.scope', true), 3)::pg_catalog.uuid
  END
$$;
COMMENT ON FUNCTION _scope_write IS
'Returns the model that the running API function entered as writer or owner.

Returns NULL outside one, or when it entered with a lower role.';
REVOKE ALL ON FUNCTION _scope_write FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _scope_write TO tmi_api;
ALTER FUNCTION _scope_write OWNER TO tmi_guard;
-- end functions/identity/_scope_write.sql

-- begin functions/threat_models/_search.sql
-- Full-text operators are not leakproof, so under a policy no index serves them: the guard searches, and compares membership itself.
CREATE OR REPLACE FUNCTION _search(
  p_query text,
  p_limit integer,
  p_after_created_at timestamptz,
  p_after_id uuid
) RETURNS TABLE (
  threat_model_ids uuid[],
  roles text[],
  matched text[]
)
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET max_parallel_workers_per_gather TO 0
AS $$
DECLARE
  v_email text := _actor();
  v_query tsquery := plainto_tsquery('simple', p_query);
  v_hits text;
  v_probes text;
  v_plan json;
  v_rows float8;
BEGIN
  IF v_query IS NULL OR numnode(v_query) = 0 THEN
    RAISE EXCEPTION 'there is no word to search for' USING ERRCODE = 'TM422', DETAIL = 'field: query';
  END IF;
  -- What is searched is what the words-indexes hold.
  SELECT
    string_agg(format('SELECT x.%I AS id, %L AS kind FROM %I x WHERE to_tsvector(''simple'', %s) @@ $1', p.model, p.kind, p.place, p.words), ' UNION ALL '),
    -- A scalar: of an EXISTS the planner may make one pass over the whole table.
    string_agg(format('CASE WHEN (SELECT true FROM %I x WHERE x.%I = a.threat_model_id AND to_tsvector(''simple'', %s) @@ $1 LIMIT 1) THEN %L END', p.place, p.model, p.words, p.kind), ', ' ORDER BY p.kind),
    sum((SELECT c.reltuples::float8 FROM pg_class c WHERE c.oid = p.place::regclass))
  INTO v_hits, v_probes, v_rows
  FROM (
    VALUES
      ('threat_model', 'threat_models', 'id', 'left(x.name || '' '' || coalesce(x.description, ''''), 100000)'),
      ('threat', 'threats', 'threat_model_id', 'left(x.name || '' '' || coalesce(x.description, '''') || '' '' || coalesce(x.mitigation, ''''), 100000)'),
      ('diagram', 'diagrams', 'threat_model_id', 'left(x.name || '' '' || coalesce(x.description, ''''), 100000)'),
      ('document', 'documents', 'threat_model_id', 'left(x.name || '' '' || coalesce(x.description, ''''), 100000)'),
      ('source', 'sources', 'threat_model_id', 'left(x.name || '' '' || coalesce(x.description, ''''), 100000)'),
      ('metadata', 'metadata', 'threat_model_id', 'left(x.value, 65535)')
  ) AS p (kind, place, model, words);
  -- Words that stand in few places are looked up, and the models found are compared with the caller's. For words that stand
  -- everywhere that reads them all, for everybody: then the caller's models are asked in turn until the page is full. A word
  -- that ANALYZE has not met is taken for one in 200, so the line is well above that.
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || v_hits INTO v_plan USING v_query;
  EXECUTE
    'SELECT array_agg(p.id), array_agg(p.role), array_agg(p.matched) FROM (SELECT h.* FROM ('
    || CASE
      WHEN (v_plan #>> '{0,Plan,Plan Rows}')::float8 <= greatest(5000, v_rows / 50) THEN
        'SELECT a.threat_model_id AS id, a.role, a.model_created_at AS created_at, string_agg(DISTINCT x.kind, '','' ORDER BY x.kind) AS matched
         FROM threat_model_access a
         JOIN (' || v_hits || ') x ON x.id = a.threat_model_id
         WHERE a.user_email = $2
         GROUP BY a.threat_model_id, a.role, a.model_created_at'
      ELSE
        'SELECT a.threat_model_id AS id, a.role, a.model_created_at AS created_at, concat_ws('','', ' || v_probes || ') AS matched
         FROM threat_model_access a
         WHERE a.user_email = $2
           AND (a.model_created_at, a.threat_model_id) < ($3, $4)
         ORDER BY a.model_created_at DESC, a.threat_model_id DESC
         OFFSET 0'
    END
    || ') h WHERE h.matched <> '''' AND (h.created_at, h.id) < ($3, $4) ORDER BY h.created_at DESC, h.id DESC LIMIT $5) p'
    INTO threat_model_ids, roles, matched
    USING v_query, v_email, coalesce(p_after_created_at, 'infinity'), coalesce(p_after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), p_limit;
  PERFORM set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _search IS
'Enters a page of the models that the caller may read and in which all words of a query occur together in one place.

p_query: words, in any case.
p_limit: how many at the most.
p_after_created_at, p_after_id: creation time and id of the last model of the page before; NULL for the first page.
Returns the row of three arrays, the newest model first: the models, the caller''s role in each, and where the words were found.
Raises TM401 without a valid identity; TM422 for a query without a word.';
REVOKE ALL ON FUNCTION _search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _search TO tmi_api;
ALTER FUNCTION _search OWNER TO tmi_guard;
-- end functions/threat_models/_search.sql

-- begin functions/sessions/_session_close.sql
-- Ending a session ends everybody's participation in it, whoever ends it and why. A definer because others are put out.
CREATE OR REPLACE FUNCTION _session_close(
  p_session_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- The session before its participants, as everywhere.
  UPDATE collaboration_sessions s
  SET ended_at = now()
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL;
  UPDATE session_participants p
  SET left_at = now()
  WHERE p.session_id = p_session_id
    AND p.left_at IS NULL;
END
$$;
COMMENT ON FUNCTION _session_close IS
'Ends a session and every participation in it; one that has ended stays as it is.

p_session_id: the session.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_close FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_close TO tmi_api;
ALTER FUNCTION _session_close OWNER TO tmi_guard;
-- end functions/sessions/_session_close.sql

-- begin functions/sessions/_session_hand_over.sql
-- A session whose host has gone is led by whoever can still change the model, or is over. A definer because a host may be
-- named, and people be put out, who are not the caller.
CREATE OR REPLACE FUNCTION _session_hand_over(
  p_session_id uuid
) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_host_user_id uuid;
BEGIN
  PERFORM
  FROM collaboration_sessions s
  WHERE s.id = p_session_id
  FOR NO KEY UPDATE;
  SELECT p.user_id
  INTO v_host_user_id
  FROM collaboration_sessions s
  JOIN session_participants p ON p.session_id = s.id
  JOIN users u ON u.id = p.user_id
  JOIN threat_model_access a ON a.threat_model_id = s.threat_model_id AND a.user_email = u.email
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL
    AND p.left_at IS NULL
    AND a.role IN ('owner', 'writer')
  ORDER BY p.joined_at, p.id
  LIMIT 1;
  IF FOUND THEN
    UPDATE collaboration_sessions s
    SET host_user_id = v_host_user_id
    WHERE s.id = p_session_id;
  ELSE
    PERFORM _session_close(p_session_id);
  END IF;
  RETURN v_host_user_id;
END
$$;
COMMENT ON FUNCTION _session_hand_over IS
'Makes the writer or owner who has been in a session longest its host, or ends the session when there is none. The host who leaves has left before.

p_session_id: the session, whose row is locked until the transaction ends.
Returns the new host; NULL when the session has ended.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_hand_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_hand_over TO tmi_api;
ALTER FUNCTION _session_hand_over OWNER TO tmi_guard;
-- end functions/sessions/_session_hand_over.sql

-- begin functions/sessions/_session_hold.sql
-- Whoever opens, joins or ends a session writes into the model, even as a reader: a revoke that has committed stops it.
-- A definer because it locks the model and the caller's access row, in the order of every write.
CREATE OR REPLACE FUNCTION _session_hold(
  p_threat_model_id uuid
) RETURNS TABLE (
  user_id uuid,
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
  v_email text := _actor();
BEGIN
  SELECT u.id, a.role
  INTO user_id, role
  FROM threat_models m
  JOIN threat_model_access a ON a.threat_model_id = m.id
  JOIN users u ON u.email = a.user_email
  WHERE m.id = p_threat_model_id
    AND a.user_email = v_email
  FOR NO KEY UPDATE OF m
  FOR SHARE OF a;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _session_hold IS
'Locks a model, and the caller''s access to it, until the transaction ends.

p_threat_model_id: the model, entered by the caller.
Returns the row of the caller''s user id, and the role that is now held.
Raises TM401 without a valid identity; TM404 when the access has gone meanwhile.';
REVOKE ALL ON FUNCTION _session_hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_hold TO tmi_api;
ALTER FUNCTION _session_hold OWNER TO tmi_guard;
-- end functions/sessions/_session_hold.sql

-- begin functions/sessions/_session_list.sql
-- Planned anew each time: whether the open sessions or the actor's models are fewer depends on both. A definer because it compares with membership itself.
CREATE OR REPLACE FUNCTION _session_list() RETURNS TABLE (
  id uuid,
  threat_model_id uuid,
  threat_model_name text,
  diagram_id uuid,
  diagram_name text,
  websocket_url text,
  host_user_id uuid,
  host_email text,
  participant_count bigint,
  role text,
  created_at timestamptz,
  expires_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY EXECUTE
    'SELECT s.id, s.threat_model_id, m.name, s.diagram_id, d.name, s.websocket_url, s.host_user_id, h.email,
       (
         SELECT count(*)
         FROM session_participants p
         WHERE p.session_id = s.id
           AND p.left_at IS NULL
       ),
       a.role, s.created_at, s.expires_at
     FROM threat_model_access a
     JOIN collaboration_sessions s ON s.threat_model_id = a.threat_model_id
     JOIN threat_models m ON m.id = s.threat_model_id
     LEFT JOIN diagrams d ON d.id = s.diagram_id
     LEFT JOIN users h ON h.id = s.host_user_id
     WHERE a.user_email = $1
       AND s.ended_at IS NULL
       AND (s.expires_at IS NULL OR s.expires_at > now())
     ORDER BY s.created_at DESC, s.id DESC'
    USING v_email;
END
$$;
COMMENT ON FUNCTION _session_list IS
'Lists the open sessions of the models that the caller may read.

Returns rows, the newest first.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _session_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_list TO tmi_api;
ALTER FUNCTION _session_list OWNER TO tmi_guard;
-- end functions/sessions/_session_list.sql

-- begin functions/sessions/_session_lock.sql
-- Whatever happens to a session takes turns on its row, and finds it as the one before has left it.
CREATE OR REPLACE FUNCTION _session_lock(
  p_threat_model_id uuid,
  p_session_id uuid,
  p_must_be_open boolean
) RETURNS collaboration_sessions
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_session collaboration_sessions;
BEGIN
  SELECT s.*
  INTO v_session
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  ELSIF p_must_be_open AND (v_session.ended_at IS NOT NULL OR v_session.expires_at <= now()) THEN
    RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions', HINT = 'look for an open one, or create one';
  END IF;
  RETURN v_session;
END
$$;
COMMENT ON FUNCTION _session_lock IS
'Locks a session until the transaction ends.

p_threat_model_id: the model, entered by the caller.
p_session_id: the session, which must be of that model.
p_must_be_open: true to refuse a session that has ended or expired.
Returns the session.
Raises TM404 when the model has no such session; TM409 when it has ended and must not have.';
REVOKE ALL ON FUNCTION _session_lock FROM PUBLIC;
ALTER FUNCTION _session_lock OWNER TO tmi_api;
-- end functions/sessions/_session_lock.sql

-- begin functions/sessions/_session_people.sql
-- Who takes part is known by name to everybody who may join. A definer because nobody else sees users beside himself.
CREATE OR REPLACE FUNCTION _session_people(
  p_session_id uuid
) RETURNS TABLE (
  user_id uuid,
  email text,
  name text,
  role text,
  is_host boolean,
  joined_at timestamptz,
  last_seen_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT p.user_id, u.email, u.name,
    -- No join: it would be planned to read all that a person may use, because most may use little.
    (
      SELECT a.role
      FROM threat_model_access a
      WHERE a.threat_model_id = s.threat_model_id
        AND a.user_email = u.email
    ),
    p.user_id IS NOT DISTINCT FROM s.host_user_id, p.joined_at, p.last_seen_at
  FROM collaboration_sessions s
  JOIN session_participants p ON p.session_id = s.id
  JOIN users u ON u.id = p.user_id
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL
    AND (s.expires_at IS NULL OR s.expires_at > now())
    AND p.left_at IS NULL
  ORDER BY p.joined_at, p.id;
END
$$;
COMMENT ON FUNCTION _session_people IS
'Lists who is in a session.

p_session_id: the session, of a model that the caller has entered.
Returns rows, the first to come first; none for a session that has ended.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_people TO tmi_api;
ALTER FUNCTION _session_people OWNER TO tmi_guard;
-- end functions/sessions/_session_people.sql

-- begin functions/shared/_severity.sql
-- Severity words are taken in any case and stored in the schema's spelling; the table's CHECK judges the result.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _severity(
  p_word text
) RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  -- By the rules of no language: in Turkish a capital I is not the one of Critical. Words that are right already cost least.
  SELECT CASE
    WHEN p_word IN ('High', 'Medium', 'Low', 'Critical', 'Unknown', 'None') THEN p_word
    ELSE pg_catalog.initcap(pg_catalog.btrim(p_word) COLLATE pg_catalog."C")
  END
$$;
COMMENT ON FUNCTION _severity IS
'Spells a severity word as the schema does: Unknown, None, Low, Medium, High, Critical.

p_word: the word in any case.
Returns the word with a capital first letter; NULL for NULL.';
REVOKE ALL ON FUNCTION _severity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _severity TO tmi_api;
ALTER FUNCTION _severity OWNER TO tmi_guard;
-- end functions/shared/_severity.sql

-- begin functions/sources/_source_patch.sql
-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one source and of many share what a patch is.
CREATE OR REPLACE FUNCTION _source_patch(
  p_threat_model_id uuid,
  p_source_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF sources
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_source sources;
BEGIN
  SELECT t.*
  INTO v_source
  FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_source_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
  PERFORM _check_unchanged(v_source.modified_at, p_if_modified_at, 'sources');
  RETURN QUERY
  SELECT t.*
  FROM _sources_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_source), p_operations, '{
        "name": "string", "url": "string", "description": "string", "type": "string", "parameters": "object"
      }') || jsonb_build_object('id', p_source_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _source_patch IS
'Changes a source by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_source_id: the source.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the source is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _source_patch FROM PUBLIC;
ALTER FUNCTION _source_patch OWNER TO tmi_api;
-- end functions/sources/_source_patch.sql

-- begin functions/sources/_sources_delete.sql
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
-- end functions/sources/_sources_delete.sql

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

-- begin functions/exchange/_threat_dragon_threats.sql
-- Threats lie three levels deep in the document, and several statements ask for them. No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _threat_dragon_threats(
  p_diagrams jsonb
) RETURNS TABLE (
  number bigint[],
  path text,
  place text,
  diagram_place text,
  cell_id text,
  threat jsonb
)
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT
    ARRAY[d.n, c.n, t.n],
    pg_catalog.format('$.detail.diagrams[%s].cells[%s].data.threats[%s]', d.n OPERATOR(pg_catalog.-) 1, c.n OPERATOR(pg_catalog.-) 1, t.n OPERATOR(pg_catalog.-) 1),
    pg_catalog.format('threat/%s/%s/%s', d.n OPERATOR(pg_catalog.-) 1, c.n OPERATOR(pg_catalog.-) 1, t.n OPERATOR(pg_catalog.-) 1),
    pg_catalog.format('diagram/%s', d.n OPERATOR(pg_catalog.-) 1),
    c.cell OPERATOR(pg_catalog.->>) 'id',
    t.threat
  FROM pg_catalog.jsonb_array_elements(p_diagrams) WITH ORDINALITY AS d (diagram, n)
  CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(coalesce(d.diagram OPERATOR(pg_catalog.->) 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(
    CASE WHEN pg_catalog.jsonb_typeof(c.cell OPERATOR(pg_catalog.#>) '{data,threats}') OPERATOR(pg_catalog.=) 'array' THEN c.cell OPERATOR(pg_catalog.#>) '{data,threats}' ELSE '[]' END
  ) WITH ORDINALITY AS t (threat, n)
$$;
COMMENT ON FUNCTION _threat_dragon_threats IS
'Takes the threats out of the diagrams of a Threat Dragon document of version 2.

p_diagrams: the document''s array of diagrams.
Returns rows: the numbers of diagram, cell and threat, for sorting; the threat''s JSON path; the places that its id and its diagram''s are made from; its cell''s id; the threat as it is written.';
REVOKE ALL ON FUNCTION _threat_dragon_threats FROM PUBLIC;
ALTER FUNCTION _threat_dragon_threats OWNER TO tmi_api;
-- end functions/exchange/_threat_dragon_threats.sql

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

-- begin functions/threat_models/_threat_model_own.sql
-- A definer because the API has no right to write who owns a model: that could not be told from stealing it.
CREATE OR REPLACE FUNCTION _threat_model_own(
  p_threat_model_id uuid,
  p_owner_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  UPDATE threat_models m
  SET owner_email = p_owner_email
  WHERE m.id = p_threat_model_id
    -- Whoever calls it must have entered the model as owner.
    AND m.id = _scope_own()
    AND m.owner_email <> p_owner_email;
END
$$;
COMMENT ON FUNCTION _threat_model_own IS
'Writes who owns a model, if the running function entered it as owner.

p_threat_model_id: the model.
p_owner_email: the address of an owner of it.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _threat_model_own FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _threat_model_own TO tmi_api;
ALTER FUNCTION _threat_model_own OWNER TO tmi_guard;
-- end functions/threat_models/_threat_model_own.sql

-- begin functions/threats/_threat_patch.sql
-- Rendered from templates/_patch.sql.j2 by tools/render_sql.py.
-- Patches of one threat and of many share what a patch is.
CREATE OR REPLACE FUNCTION _threat_patch(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
ROWS 1
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_threat threats;
BEGIN
  SELECT t.*
  INTO v_threat
  FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
  PERFORM _check_unchanged(v_threat.modified_at, p_if_modified_at, 'threats');
  RETURN QUERY
  SELECT t.*
  FROM _threats_update(
    p_threat_model_id,
    jsonb_build_array(
      _patch_changes(to_jsonb(v_threat), p_operations, '{
        "name": "string", "description": "string", "impact": "string", "likelihood": "string", "risk_rating": "string", "score": "number",
        "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string", "mitigation": "string", "issue_url": "string",
        "diagram_id": "string", "cell_id": "string"
      }') || jsonb_build_object('id', p_threat_id)
    )
  ) t;
END
$$;
COMMENT ON FUNCTION _threat_patch IS
'Changes a threat by a JSON Patch.

p_threat_model_id: the model, entered as writer.
p_threat_id: the threat.
p_operations: the operations.
p_if_modified_at: the modified_at that the caller read, or NULL.
Returns the row.
Raises TM404 when the threat is not of the model; TM409 when a test fails; TM412 when the row has changed since; TM413 and TM422 for bad operations or values.';
REVOKE ALL ON FUNCTION _threat_patch FROM PUBLIC;
ALTER FUNCTION _threat_patch OWNER TO tmi_api;
-- end functions/threats/_threat_patch.sql

-- begin functions/threats/_threats_delete.sql
-- Rendered from templates/_delete.sql.j2 by tools/render_sql.py.
-- Deletes many threats in one statement; a bulk call tries its items by it, too. Rows are always looked up by their ids,
-- so one plan serves one row and a thousand.
CREATE OR REPLACE FUNCTION _threats_delete(
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
  v_count bigint;
BEGIN
  -- The model is locked already; its rows are locked in the order of their ids, as everywhere.
  -- A join, since ids in an array would be looked for in an index of the whole model.
  PERFORM
  FROM unnest(v_ids) AS i (id)
  JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR UPDATE OF t;
  BEGIN
    PERFORM _check_unchanged(t.modified_at, (p_items -> (i.n - 1)::integer ->> 'if_modified_at')::timestamptz, 'threats')
    FROM unnest(v_ids) WITH ORDINALITY AS i (id, n)
    JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
    WHERE p_items -> (i.n - 1)::integer ? 'if_modified_at';
  EXCEPTION
    WHEN data_exception THEN
      PERFORM _blame_field('threats', p_items);
      RAISE;
  END;
  RETURN QUERY
  WITH gone AS (
    DELETE FROM threats t
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
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
END
$$;
COMMENT ON FUNCTION _threats_delete IS
'Deletes threats of a model, with their metadata.

p_threat_model_id: the model, entered as writer.
p_items: an array of objects {id, if_modified_at}, each id once.
Returns the deleted rows, in the order of the array.
Raises TM404 when a threat is not of the model; TM412 when one has changed since; TM422 for an if_modified_at that is no time.';
REVOKE ALL ON FUNCTION _threats_delete FROM PUBLIC;
ALTER FUNCTION _threats_delete OWNER TO tmi_api;
-- end functions/threats/_threats_delete.sql

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

-- begin functions/tokens/_token_hash.sql
-- A token itself must never be stored by mistake: what comes in has to look like its sha256.
CREATE OR REPLACE FUNCTION _token_hash(
  p_hash text,
  p_field text
) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_hash IS NULL OR p_hash !~ '^[0-9a-fA-F]{64}$' THEN
    RAISE EXCEPTION 'a token''s hash has 64 hexadecimal digits' USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'token_hash', DETAIL = 'field: ' || p_field,
      HINT = 'hand over the sha256 of the token, never the token';
  END IF;
  RETURN lower(p_hash);
END
$$;
COMMENT ON FUNCTION _token_hash IS
'Checks that a text is a sha256 in hexadecimal digits.

p_hash: the text, in any case.
p_field: what the argument is called in DETAIL.
Returns the hash in lower case, as it is stored.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _token_hash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _token_hash TO tmi_identity;
ALTER FUNCTION _token_hash OWNER TO tmi_guard;
-- end functions/tokens/_token_hash.sql

-- begin functions/tokens/_token_lock.sql
-- Everything that happens to a user's tokens takes turns on the user's row: a successor can't slip through a revocation.
CREATE OR REPLACE FUNCTION _token_lock(
  p_hash text
) RETURNS refresh_tokens
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_token refresh_tokens;
BEGIN
  PERFORM
  FROM users u
  WHERE u.id = (SELECT t.user_id FROM refresh_tokens t WHERE t.token_hash = p_hash)
  FOR NO KEY UPDATE;
  -- Read once it is certain that nobody is about to change it.
  SELECT t.*
  INTO v_token
  FROM refresh_tokens t
  WHERE t.token_hash = p_hash;
  RETURN v_token;
END
$$;
COMMENT ON FUNCTION _token_lock IS
'Locks the user of a token until the transaction ends, and reads the token.

p_hash: the sha256 of the token.
Returns the token as it stands now; NULL when there is none.
Raises nothing.';
REVOKE ALL ON FUNCTION _token_lock FROM PUBLIC;
ALTER FUNCTION _token_lock OWNER TO tmi_identity;
-- end functions/tokens/_token_lock.sql

-- begin functions/tokens/_token_ttl.sql
-- One place for how long tokens and families may live.
CREATE OR REPLACE FUNCTION _token_ttl(
  p_ttl interval,
  p_limit interval,
  p_field text
) RETURNS interval
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_ttl BETWEEN '1 second' AND p_limit THEN
    RETURN p_ttl;
  END IF;
  RAISE EXCEPTION 'it can last from 1 second to %', p_limit USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'expires_at', DETAIL = 'field: ' || p_field;
END
$$;
COMMENT ON FUNCTION _token_ttl IS
'Checks how long a token or a family of tokens is to live.

p_ttl: how long.
p_limit: how long at the most.
p_field: what the argument is called in DETAIL.
Returns p_ttl.
Raises TM422 that names the field.';
REVOKE ALL ON FUNCTION _token_ttl FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _token_ttl TO tmi_identity;
ALTER FUNCTION _token_ttl OWNER TO tmi_guard;
-- end functions/tokens/_token_ttl.sql

-- begin functions/users/_user_hold.sql
-- Whoever makes something of their own is there until it is made; a definer because only the login service's functions lock users.
CREATE OR REPLACE FUNCTION _user_hold(
  p_email text
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- The lock that a foreign key takes, only sooner: it waits for a deletion or a change of address, and for nothing else.
  PERFORM
  FROM users u
  WHERE u.email = p_email
  FOR KEY SHARE;
  RETURN FOUND;
END
$$;
COMMENT ON FUNCTION _user_hold IS
'Keeps a user from being deleted, and from getting another address, until the transaction ends.

p_email: the user''s address.
Returns whether there is such a user, after waiting for whoever deletes it.
Raises nothing.';
REVOKE ALL ON FUNCTION _user_hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_hold TO tmi_guard;
ALTER FUNCTION _user_hold OWNER TO tmi_identity;
-- end functions/users/_user_hold.sql

-- begin functions/users/_user_lock.sql
-- Everything about one user's links, tokens and address takes turns on the user's row, which is always locked first.
CREATE OR REPLACE FUNCTION _user_lock(
  p_user_id uuid
) RETURNS text
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_email text;
BEGIN
  SELECT u.email
  INTO v_email
  FROM users u
  WHERE u.id = p_user_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _user_lock IS
'Locks a user''s row until the transaction ends; rows that refer to the user can still be added meanwhile.

p_user_id: the user.
Returns the user''s address.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION _user_lock FROM PUBLIC;
ALTER FUNCTION _user_lock OWNER TO tmi_identity;
-- end functions/users/_user_lock.sql

-- begin functions/users/_user_models_lock.sql
-- A definer because only the guard sees who may use which model.
CREATE OR REPLACE FUNCTION _user_models_lock(
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM
  FROM threat_models m
  WHERE m.id IN (SELECT a.threat_model_id FROM threat_model_access a WHERE a.user_email = p_email)
  ORDER BY m.id
  FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION _user_models_lock IS
'Locks every model that a user may use, in the order of their ids, until the transaction ends.

p_email: the user''s address.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _user_models_lock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_models_lock TO tmi_identity;
ALTER FUNCTION _user_models_lock OWNER TO tmi_guard;
-- end functions/users/_user_models_lock.sql

-- begin functions/users/_user_models_release.sql
-- Nothing that a user owned is left without an owner. A definer because only the guard writes owners and other people's access.
CREATE OR REPLACE FUNCTION _user_models_release(
  p_email text,
  p_transfer_to text,
  p_delete_models boolean
) RETURNS TABLE (
  threat_model_id uuid,
  name text,
  action text,
  new_owner_email text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_ids text;
BEGIN
  PERFORM _user_models_lock(p_email);
  IF p_transfer_to IS NULL AND NOT p_delete_models THEN
    SELECT string_agg(m.id::text, ', ' ORDER BY m.id)
    INTO v_ids
    FROM threat_models m
    WHERE m.owner_email = p_email
      AND NOT EXISTS (
        SELECT
        FROM threat_model_access a
        WHERE a.threat_model_id = m.id
          AND a.role = 'owner'
          AND a.user_email <> p_email
      );
    IF v_ids IS NOT NULL THEN
      RAISE EXCEPTION 'the user owns threat models that have no other owner' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'owner_email', DETAIL = 'models: ' || v_ids,
        HINT = 'name somebody to transfer them to, or have them deleted';
    END IF;
  END IF;
  RETURN QUERY
  WITH owned AS (
    SELECT m.id, m.name, coalesce(
      p_transfer_to,
      (
        SELECT a.user_email
        FROM threat_model_access a
        WHERE a.threat_model_id = m.id
          AND a.role = 'owner'
          AND a.user_email <> p_email
        ORDER BY a.granted_at, a.user_email
        LIMIT 1
      )
    ) AS heir
    FROM threat_models m
    WHERE m.owner_email = p_email
  ),
  transferred AS (
    UPDATE threat_models m
    SET owner_email = o.heir
    FROM owned o
    WHERE m.id = o.id
      AND o.heir IS NOT NULL
  ),
  deleted AS (
    DELETE FROM threat_models m
    USING owned o
    WHERE m.id = o.id
      AND o.heir IS NULL
  )
  SELECT o.id, o.name, CASE WHEN o.heir IS NULL THEN 'deleted' ELSE 'transferred' END, o.heir
  FROM owned o
  ORDER BY o.name, o.id;
  -- While the user is still there, so that sessions are left and handed over.
  DELETE FROM threat_model_access a
  WHERE a.user_email = p_email;
END
$$;
COMMENT ON FUNCTION _user_models_release IS
'Gives away or deletes the models that a user owns, and ends the user''s access to all others.

p_email: the user''s address.
p_transfer_to: the address of an existing user who gets the models; NULL for the other owner of each who has been one longest.
p_delete_models: true to delete those that have no other owner.
Returns rows: each model that the user owned, what became of it, and its new owner.
Raises TM409 when models have no other owner and may not be deleted; DETAIL lists their ids.';
REVOKE ALL ON FUNCTION _user_models_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_models_release TO tmi_identity;
ALTER FUNCTION _user_models_release OWNER TO tmi_guard;
-- end functions/users/_user_models_release.sql

-- begin functions/access/access_grant.sql
-- Granting twice is harmless, and granting another role changes it.
CREATE OR REPLACE FUNCTION access_grant(
  p_threat_model_id uuid,
  p_email text,
  p_role text
) RETURNS SETOF threat_model_access
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
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  PERFORM _access_put(p_threat_model_id, jsonb_build_array(jsonb_build_object('email', p_email, 'role', p_role)));
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email = _email(p_email);
END
$$;
COMMENT ON FUNCTION access_grant IS
'Grants somebody a role in a threat model, or changes the role he has.

p_threat_model_id: the model, of which the caller must be an owner.
p_email: the address of an existing user.
p_role: owner, writer or reader.
Returns the row.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 when the owner of record would be lowered; TM422 when nobody has the address or the role is none of the three.';
REVOKE ALL ON FUNCTION access_grant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_grant TO tmi_app;
ALTER FUNCTION access_grant OWNER TO tmi_api;
-- end functions/access/access_grant.sql

-- begin functions/access/access_list.sql
-- Whoever may read a model may know who else does.
CREATE OR REPLACE FUNCTION access_list(
  p_threat_model_id uuid
) RETURNS SETOF threat_model_access
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
  ORDER BY a.granted_at, a.user_email;
END
$$;
COMMENT ON FUNCTION access_list IS
'Lists who may use a threat model, with the role of each, who granted it and when.

p_threat_model_id: the model, of which the caller must be a reader at least.
Returns rows, the first granted first.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION access_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_list TO tmi_app;
ALTER FUNCTION access_list OWNER TO tmi_api;
-- end functions/access/access_list.sql

-- begin functions/access/access_replace.sql
-- A sharing dialog sends the whole list: who is on it already keeps his row, who is not on it loses access, the owner of record stays.
CREATE OR REPLACE FUNCTION access_replace(
  p_threat_model_id uuid,
  p_entries jsonb
) RETURNS SETOF threat_model_access
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  IF p_entries IS DISTINCT FROM '[]' THEN
    PERFORM _check_items(p_entries, '{"email": "string", "role": "string"}');
    BEGIN
      PERFORM _access_put(p_threat_model_id, p_entries);
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM409' OR SQLSTATE 'TM422' THEN
        PERFORM _blame_item('_access_put', p_threat_model_id, p_entries);
        RAISE;
    END;
  END IF;
  DELETE FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email NOT IN (
      SELECT _email(e.email)
      FROM jsonb_to_recordset(p_entries) AS e (email text)
    )
    AND a.user_email <> (
      SELECT m.owner_email
      FROM threat_models m
      WHERE m.id = p_threat_model_id
    );
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
  ORDER BY a.granted_at, a.user_email;
END
$$;
COMMENT ON FUNCTION access_replace IS
'Replaces the list of those who may use a threat model; rows that stay as they are keep who granted them and when.

p_threat_model_id: the model, of which the caller must be an owner.
p_entries: an array of up to 1,000 objects {email, role}; everybody who is not named loses access, but for the owner of record.
Returns rows, the first granted first.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 when the owner of record would be lowered; TM413 above 1,000 entries; TM422 when nobody has an address, one is named twice, or a role is none of the three; DETAIL names the entry, counted from 0.';
REVOKE ALL ON FUNCTION access_replace FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_replace TO tmi_app;
ALTER FUNCTION access_replace OWNER TO tmi_api;
-- end functions/access/access_replace.sql

-- begin functions/access/access_revoke.sql
-- Whoever loses access also leaves the sessions of the model; a revoke that has committed stops every later write.
CREATE OR REPLACE FUNCTION access_revoke(
  p_threat_model_id uuid,
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  DELETE FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email = _email(p_email);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'access not found' USING ERRCODE = 'TM404', TABLE = 'threat_model_access', COLUMN = 'user_email';
  END IF;
END
$$;
COMMENT ON FUNCTION access_revoke IS
'Takes somebody''s access to a threat model away, and ends his participation in its sessions.

p_threat_model_id: the model, of which the caller must be an owner.
p_email: whose access.
Returns nothing.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen, or that person has no access; TM409 for the owner of record.';
REVOKE ALL ON FUNCTION access_revoke FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_revoke TO tmi_app;
ALTER FUNCTION access_revoke OWNER TO tmi_api;
-- end functions/access/access_revoke.sql

-- begin functions/access/access_role.sql
-- Services ask this before they offer a button; the answer for oneself and for others is the same row.
CREATE OR REPLACE FUNCTION access_role(
  p_threat_model_id uuid,
  p_email text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  IF p_email IS NOT NULL THEN
    SELECT a.role
    INTO v_role
    FROM threat_model_access a
    WHERE a.threat_model_id = p_threat_model_id
      AND a.user_email = _email(p_email);
    IF NOT FOUND THEN
      RETURN NULL;
    END IF;
  END IF;
  RETURN v_role;
END
$$;
COMMENT ON FUNCTION access_role IS
'Returns somebody''s effective role in a threat model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_email: whose role; the caller''s by default.
Returns owner, writer or reader; NULL for somebody without access.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION access_role FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_role TO tmi_app;
ALTER FUNCTION access_role OWNER TO tmi_api;
-- end functions/access/access_role.sql

-- begin functions/identity/act_as.sql
-- For a DBA at a psql prompt: lets BEGIN; SELECT act_as('alice@example.com'); show what Alice sees. A definer because it signs with keys that only the guard reads.
CREATE OR REPLACE FUNCTION act_as(
  p_email text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_key context_keys;
  v_email text;
  v_signed text;
BEGIN
  SELECT u.email
  INTO v_email
  FROM users u
  WHERE u.email = lower(btrim(p_email));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
  SELECT k.*
  INTO v_key
  FROM context_keys k
  WHERE k.retired_at IS NULL
  ORDER BY k.created_at DESC, k.id
  LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no live context key' USING ERRCODE = 'TM404', TABLE = 'context_keys', HINT = 'make one with tmi-db key new';
  END IF;
  v_signed := concat_ws('.',
    'v1',
    v_key.id,
    rtrim(translate(encode(convert_to(v_email, 'UTF8'), 'base64'), E'+/\n', '-_'), '='),
    (extract(epoch FROM now())::bigint + 60)::text
  );
  PERFORM set_config(
    'tmi.context',
    v_signed || '.' || encode(sha256(v_key.outer_pad || sha256(v_key.inner_pad || convert_to(v_signed, 'UTF8'))), 'hex'),
    true
  );
END
$$;
COMMENT ON FUNCTION act_as IS
'Acts as a user until the transaction ends; for members of tmi_owner, within BEGIN.

p_email: an existing user''s address.
Returns nothing.
Raises TM404 when there is no such user or no live key.';
REVOKE ALL ON FUNCTION act_as FROM PUBLIC;
ALTER FUNCTION act_as OWNER TO tmi_guard;
-- After the change of owner, which moves what the former owner held to the new one.
GRANT EXECUTE ON FUNCTION act_as TO tmi_owner;
-- end functions/identity/act_as.sql

-- begin functions/cells/cell_apply_ops.sql
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
-- end functions/cells/cell_apply_ops.sql

-- begin functions/metadata/cell_entity_id.sql
-- Cells have text ids that are unique in one drawing only; their metadata hangs on this one.
CREATE OR REPLACE FUNCTION cell_entity_id(
  p_diagram_id uuid,
  p_cell_id text
) RETURNS uuid
LANGUAGE plpgsql
IMMUTABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN _named_uuid(p_diagram_id, p_cell_id);
END
$$;
COMMENT ON FUNCTION cell_entity_id IS
'Makes the id under which a cell has metadata: a UUID of version 8 from the SHA-256 of diagram and cell.

p_diagram_id: the diagram.
p_cell_id: the cell.
Returns the id, whether there is such a cell or not.
Raises nothing.';
REVOKE ALL ON FUNCTION cell_entity_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_entity_id TO tmi_app;
ALTER FUNCTION cell_entity_id OWNER TO tmi_guard;
-- end functions/metadata/cell_entity_id.sql

-- begin functions/cells/cell_find.sql
-- Within one model there are few drawings: the model's index finds them, and no operator of JSON has to be trusted with rows of others.
CREATE OR REPLACE FUNCTION cell_find(
  p_threat_model_id uuid,
  p_query jsonb
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  IF p_query IS NULL OR jsonb_typeof(p_query) <> 'object' THEN
    RAISE EXCEPTION 'cells are found by a JSON object that they contain' USING ERRCODE = 'TM422', DETAIL = 'field: query';
  END IF;
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.cells @> jsonb_build_array(p_query)
    AND c.cell @> p_query
  ORDER BY d.created_at, d.id, c.n;
END
$$;
COMMENT ON FUNCTION cell_find IS
'Finds cells of a model''s diagrams by what they contain.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_query: a JSON object that a cell must contain, such as {"shape": "store", "data": {"isEncrypted": false}}.
Returns rows, by diagram, in the order of the drawing.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM422 for a query that is no object.';
REVOKE ALL ON FUNCTION cell_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_find TO tmi_app;
ALTER FUNCTION cell_find OWNER TO tmi_api;
-- end functions/cells/cell_find.sql

-- begin functions/cells/cell_get.sql
-- One cell, without fetching the drawing.
CREATE OR REPLACE FUNCTION cell_get(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_cell_id text
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND c.cell ->> 'id' = p_cell_id
  ORDER BY c.n
  LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'cell not found' USING ERRCODE = 'TM404', TABLE = 'diagrams', COLUMN = 'cells';
  END IF;
END
$$;
COMMENT ON FUNCTION cell_get IS
'Returns one cell of a diagram.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
p_cell_id: the cell.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model, the diagram or the cell does not exist or may not be seen.';
REVOKE ALL ON FUNCTION cell_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_get TO tmi_app;
ALTER FUNCTION cell_get OWNER TO tmi_api;
-- end functions/cells/cell_get.sql

-- begin functions/cells/cell_list.sql
-- A drawing's cells as rows, for those who do not draw.
CREATE OR REPLACE FUNCTION cell_list(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_shape text DEFAULT NULL
) RETURNS TABLE (
  diagram_id uuid,
  cell_id text,
  shape text,
  cell jsonb
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  RETURN QUERY
  SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
    AND (p_shape IS NULL OR c.cell ->> 'shape' = p_shape)
  ORDER BY c.n;
END
$$;
COMMENT ON FUNCTION cell_list IS
'Lists the cells of a diagram, in the order of the drawing.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
p_shape: only cells of this shape.
Returns rows.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen.';
REVOKE ALL ON FUNCTION cell_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cell_list TO tmi_app;
ALTER FUNCTION cell_list OWNER TO tmi_api;
-- end functions/cells/cell_list.sql

-- begin functions/maintenance/counts_repair.sql
-- Repairs under load: each model is counted again once nobody else can change what is counted. A definer because the guard alone writes counts.
CREATE OR REPLACE FUNCTION counts_repair(
  p_threat_model_id uuid DEFAULT NULL
) RETURNS TABLE (
  threat_model_id uuid,
  cached_document_count integer,
  cached_source_count integer,
  cached_diagram_count integer,
  cached_threat_count integer,
  document_count bigint,
  source_count bigint,
  diagram_count bigint,
  threat_count bigint
)
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
BEGIN
  IF p_threat_model_id IS NOT NULL AND NOT EXISTS (SELECT FROM threat_models m WHERE m.id = p_threat_model_id) THEN
    RAISE EXCEPTION 'threat model not found' USING ERRCODE = 'TM404', TABLE = 'threat_models';
  END IF;
  FOR v_id IN
    SELECT w.threat_model_id
    FROM _counts_wrong(p_threat_model_id) w
    ORDER BY w.threat_model_id
  LOOP
    PERFORM
    FROM threat_models m
    WHERE m.id = v_id
    FOR NO KEY UPDATE;
    -- What was wrong in the middle of somebody's work may be right by now.
    FOR
      threat_model_id,
      cached_document_count, cached_source_count, cached_diagram_count, cached_threat_count,
      document_count, source_count, diagram_count, threat_count
    IN
      SELECT w.*
      FROM _counts_wrong(v_id) w
    LOOP
      UPDATE threat_models m
      SET document_count = counts_repair.document_count,
        source_count = counts_repair.source_count,
        diagram_count = counts_repair.diagram_count,
        threat_count = counts_repair.threat_count
      WHERE m.id = v_id;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION counts_repair IS
'Puts wrong cached counts right; modified_at stays.

p_threat_model_id: the model to repair; all of them if left out.
Returns rows: each model that was repaired, what stood there (cached_...) and what stands there now.
Raises TM404 when there is no such model.';
REVOKE ALL ON FUNCTION counts_repair FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counts_repair TO tmi_maintenance;
ALTER FUNCTION counts_repair OWNER TO tmi_guard;
-- end functions/maintenance/counts_repair.sql

-- begin functions/maintenance/counts_verify.sql
-- Triggers keep the counts true; this proves it, after a restore for instance. A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION counts_verify() RETURNS TABLE (
  threat_model_id uuid,
  cached_document_count integer,
  cached_source_count integer,
  cached_diagram_count integer,
  cached_threat_count integer,
  document_count bigint,
  source_count bigint,
  diagram_count bigint,
  threat_count bigint
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT w.*
  FROM _counts_wrong() w;
END
$$;
COMMENT ON FUNCTION counts_verify IS
'Lists the threat models whose cached counts are wrong.

Returns rows: the model, what stands there (cached_...) and what is right; none when all is well.
Raises nothing.';
REVOKE ALL ON FUNCTION counts_verify FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counts_verify TO tmi_maintenance;
ALTER FUNCTION counts_verify OWNER TO tmi_guard;
-- end functions/maintenance/counts_verify.sql

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

-- begin functions/diagrams/diagram_delete.sql
-- Threats that were drawn in it stay, and point nowhere.
CREATE OR REPLACE FUNCTION diagram_delete(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  DELETE FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  RETURNING d.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
END
$$;
COMMENT ON FUNCTION diagram_delete IS
'Deletes a diagram with its metadata and that of its cells; threats in it are kept without diagram and cell.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION diagram_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_delete TO tmi_app;
ALTER FUNCTION diagram_delete OWNER TO tmi_api;
-- end functions/diagrams/diagram_delete.sql

-- begin functions/diagrams/diagram_get.sql
-- The one way to fetch a whole drawing.
CREATE OR REPLACE FUNCTION diagram_get(
  p_threat_model_id uuid,
  p_diagram_id uuid
) RETURNS SETOF diagrams
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT d.*
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
END
$$;
COMMENT ON FUNCTION diagram_get IS
'Returns one diagram of a model, cells included.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the diagram does not exist or may not be seen.';
REVOKE ALL ON FUNCTION diagram_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_get TO tmi_app;
ALTER FUNCTION diagram_get OWNER TO tmi_api;
-- end functions/diagrams/diagram_get.sql

-- begin functions/diagrams/diagram_list.sql
-- Rendered from templates/list.sql.j2 by tools/render_sql.py.
-- Drawings are large: a list counts their cells and leaves them where they are.
-- The default order, unfiltered, is planned once and costs the same at any depth; the others stay within one model.
CREATE OR REPLACE FUNCTION diagram_list(
  p_threat_model_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_sort text DEFAULT '-created_at',
  p_filter jsonb DEFAULT NULL
) RETURNS TABLE (
  id uuid,
  threat_model_id uuid,
  name text,
  type text,
  description text,
  metadata jsonb,
  cell_count integer,
  created_at timestamptz,
  modified_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_created_at timestamptz := timestamptz 'infinity';
  v_id uuid := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      SELECT s.created_at, s.id
      INTO v_created_at, v_id
      FROM _page_start(p_after) s;
    END IF;
    RETURN QUERY
    SELECT t.id, t.threat_model_id, t.name, t.type, t.description, t.metadata, jsonb_array_length(t.cells), t.created_at, t.modified_at
    FROM diagrams t
    WHERE t.threat_model_id = p_threat_model_id
      AND (t.created_at, t.id) < (v_created_at, v_id)
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT _limit(p_limit);
  ELSE
    RETURN QUERY EXECUTE
      'SELECT t.id, t.threat_model_id, t.name, t.type, t.description, t.metadata, jsonb_array_length(t.cells), t.created_at, t.modified_at
       FROM diagrams t
       WHERE t.threat_model_id = $1'
      || _filter_clause(
        p_filter,
        '{"type": "text"}',
        '{
          "name": ["text", "strpos(lower(t.name), lower(%L)) > 0"]
        }'
      )
      || _page_clause(p_limit, p_after, p_sort, '{"created_at": "timestamptz", "modified_at": "timestamptz", "name": "text"}')
      USING p_threat_model_id;
  END IF;
END
$$;
COMMENT ON FUNCTION diagram_list IS
'Lists the diagrams of a model, without their cells.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_limit: 1 to 200 diagrams; 50 by default.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
p_sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by default.
p_filter: an object of type (a value, an array of values) and name (a part of it, in any case).
Returns rows with the number of cells in each.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown order, filter or cursor.';
REVOKE ALL ON FUNCTION diagram_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_list TO tmi_app;
ALTER FUNCTION diagram_list OWNER TO tmi_api;
-- end functions/diagrams/diagram_list.sql

-- begin functions/diagrams/diagram_patch.sql
-- Name and description alone: what is drawn is changed by cell_apply_ops, which editors can replay and announce.
CREATE OR REPLACE FUNCTION diagram_patch(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_modified_at timestamptz;
  v_row jsonb;
BEGIN
  SELECT d.modified_at, jsonb_build_object('name', d.name, 'description', d.description)
  INTO v_modified_at, v_row
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
  RETURN QUERY
  SELECT d.*
  FROM _diagram_change(
    p_threat_model_id,
    p_diagram_id,
    _patch_changes(v_row, p_operations, '{"name": "string", "description": "string"}')
  ) d;
END
$$;
COMMENT ON FUNCTION diagram_patch IS
'Changes name and description of a diagram by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name and /description; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION diagram_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_patch TO tmi_app;
ALTER FUNCTION diagram_patch OWNER TO tmi_api;
-- end functions/diagrams/diagram_patch.sql

-- begin functions/diagrams/diagram_update.sql
-- Editors that work cell by cell use cell_apply_ops; this is for those that save a drawing whole, and for its name.
CREATE OR REPLACE FUNCTION diagram_update(
  p_threat_model_id uuid,
  p_diagram_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_modified_at timestamptz;
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string", "description": "string", "metadata": "array", "cells": "array"}', 'changes');
  SELECT d.modified_at
  INTO v_modified_at
  FROM diagrams d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.id = p_diagram_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'diagram not found' USING ERRCODE = 'TM404', TABLE = 'diagrams';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'diagrams');
  RETURN QUERY
  SELECT d.*
  FROM _diagram_change(p_threat_model_id, p_diagram_id, p_changes) d;
END
$$;
COMMENT ON FUNCTION diagram_update IS
'Changes fields of a diagram, or the whole drawing.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_diagram_id: the diagram, which must be of that model.
p_changes: an object of name, description, metadata (an array: what tools attach to the drawing) and cells (all of them, as diagram_create takes them); a key that is there is set (null clears, but for name and cells), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row; threats and metadata of cells that are gone are let go.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the diagram does not exist or may not be seen; TM412 when the row has changed since; TM413 for too many or too large cells; TM422 for an unknown field, a bad cell or a bad value.';
REVOKE ALL ON FUNCTION diagram_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION diagram_update TO tmi_app;
ALTER FUNCTION diagram_update OWNER TO tmi_api;
-- end functions/diagrams/diagram_update.sql

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

-- begin functions/documents/document_bulk_delete.sql
-- Rendered from templates/bulk_delete.sql.j2 by tools/render_sql.py.
-- All or none; the answer is what was deleted, so that it can be undone.
CREATE OR REPLACE FUNCTION document_bulk_delete(
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
BEGIN
  IF jsonb_typeof(p_items) = 'array' THEN
    SELECT coalesce(jsonb_agg(CASE jsonb_typeof(i.item) WHEN 'string' THEN jsonb_build_object('id', i.item) ELSE i.item END ORDER BY i.n), '[]')
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  PERFORM _check_items(v_items, '{"id": "string", "if_modified_at": "string"}');
  PERFORM _check_ids(v_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _documents_delete(p_threat_model_id, v_items) t;
  EXCEPTION
    WHEN data_exception OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_documents_delete', p_threat_model_id, v_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION document_bulk_delete IS
'Deletes up to 1,000 documents and their metadata in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the row has moved on.
Returns rows as they were, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a document does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION document_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_bulk_delete TO tmi_app;
ALTER FUNCTION document_bulk_delete OWNER TO tmi_api;
-- end functions/documents/document_bulk_delete.sql

-- begin functions/documents/document_bulk_update.sql
-- Rendered from templates/bulk_update.sql.j2 by tools/render_sql.py.
-- All or none; rows are locked in the order of their ids whatever the order of the items, so that two such calls never wait in a ring.
CREATE OR REPLACE FUNCTION document_bulk_update(
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
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "if_modified_at": "string", "name": "string", "url": "string", "description": "string", "metadata": "object"
  }');
  PERFORM _check_ids(p_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _documents_update(p_threat_model_id, p_items) t;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_documents_update', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION document_bulk_update IS
'Changes up to 1,000 documents in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects: id; name, url, description as far as they change (null clears); if_modified_at to have the call refused if the row has moved on; metadata, an object of keys and text values to set.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a document does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION document_bulk_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_bulk_update TO tmi_app;
ALTER FUNCTION document_bulk_update OWNER TO tmi_api;
-- end functions/documents/document_bulk_update.sql

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

-- begin functions/documents/document_delete.sql
-- Rendered from templates/delete.sql.j2 by tools/render_sql.py.
-- Its metadata goes with it, and the model's count goes down, by trigger.
CREATE OR REPLACE FUNCTION document_delete(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  DELETE FROM documents t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_document_id
  RETURNING t.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'documents');
END
$$;
COMMENT ON FUNCTION document_delete IS
'Deletes a document and its metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_document_id: the document, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the document does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION document_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_delete TO tmi_app;
ALTER FUNCTION document_delete OWNER TO tmi_api;
-- end functions/documents/document_delete.sql

-- begin functions/documents/document_get.sql
-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A document is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION document_get(
  p_threat_model_id uuid,
  p_document_id uuid
) RETURNS SETOF documents
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM documents t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_document_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'document not found' USING ERRCODE = 'TM404', TABLE = 'documents';
  END IF;
END
$$;
COMMENT ON FUNCTION document_get IS
'Returns one document of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_document_id: the document, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the document does not exist or may not be seen.';
REVOKE ALL ON FUNCTION document_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_get TO tmi_app;
ALTER FUNCTION document_get OWNER TO tmi_api;
-- end functions/documents/document_get.sql

-- begin functions/documents/document_list.sql
-- Rendered from templates/list.sql.j2 by tools/render_sql.py.
-- The default order, unfiltered, is planned once and costs the same at any depth; the others stay within one model.
CREATE OR REPLACE FUNCTION document_list(
  p_threat_model_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_sort text DEFAULT '-created_at',
  p_filter jsonb DEFAULT NULL
) RETURNS SETOF documents
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_created_at timestamptz := timestamptz 'infinity';
  v_id uuid := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      SELECT s.created_at, s.id
      INTO v_created_at, v_id
      FROM _page_start(p_after) s;
    END IF;
    RETURN QUERY
    SELECT t.*
    FROM documents t
    WHERE t.threat_model_id = p_threat_model_id
      AND (t.created_at, t.id) < (v_created_at, v_id)
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT _limit(p_limit);
  ELSE
    RETURN QUERY EXECUTE
      'SELECT t.*
       FROM documents t
       WHERE t.threat_model_id = $1'
      || _filter_clause(
        p_filter,
        '{}',
        '{
          "name": ["text", "strpos(lower(t.name), lower(%L)) > 0"],
          "url": ["text", "strpos(lower(t.url), lower(%L)) > 0"]
        }'
      )
      || _page_clause(p_limit, p_after, p_sort, '{"created_at": "timestamptz", "modified_at": "timestamptz", "name": "text"}')
      USING p_threat_model_id;
  END IF;
END
$$;
COMMENT ON FUNCTION document_list IS
'Lists the documents of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_limit: 1 to 200 documents; 50 by default.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
p_sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by default.
p_filter: an object of name, url (a part of it, in any case).
Returns rows.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown order, filter or cursor.';
REVOKE ALL ON FUNCTION document_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_list TO tmi_app;
ALTER FUNCTION document_list OWNER TO tmi_api;
-- end functions/documents/document_list.sql

-- begin functions/documents/document_patch.sql
-- Rendered from templates/patch.sql.j2 by tools/render_sql.py.
-- A patch may say what it was made for: its tests and if_modified_at are both judged while the model is locked.
CREATE OR REPLACE FUNCTION document_patch(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM _document_patch(p_threat_model_id, p_document_id, p_operations, p_if_modified_at) t;
END
$$;
COMMENT ON FUNCTION document_patch IS
'Changes a document by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_document_id: the document, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with /name, /url, /description; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the document does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION document_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_patch TO tmi_app;
ALTER FUNCTION document_patch OWNER TO tmi_api;
-- end functions/documents/document_patch.sql

-- begin functions/documents/document_update.sql
-- Rendered from templates/update.sql.j2 by tools/render_sql.py.
-- Fields that are not named keep what they hold, so that two editors of different fields do not undo each other.
CREATE OR REPLACE FUNCTION document_update(
  p_threat_model_id uuid,
  p_document_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  PERFORM _check_object(p_changes, '{
    "name": "string", "url": "string", "description": "string"
  }', 'changes');
  RETURN QUERY
  SELECT t.*
  FROM _documents_update(
    p_threat_model_id,
    jsonb_build_array(p_changes || jsonb_build_object('id', p_document_id, 'if_modified_at', p_if_modified_at))
  ) t;
END
$$;
COMMENT ON FUNCTION document_update IS
'Changes fields of a document.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_document_id: the document, which must be of that model.
p_changes: an object of name, url, description; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the document does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION document_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_update TO tmi_app;
ALTER FUNCTION document_update OWNER TO tmi_api;
-- end functions/documents/document_update.sql

-- begin functions/maintenance/health.sql
-- What a monitor asks every minute, in rows, so that another check is another row and nothing else changes. No definer: a login that is
-- a member of pg_monitor sees more of replication than one that is not.
CREATE OR REPLACE FUNCTION health() RETURNS TABLE (
  name text,
  status text,
  detail text
)
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_schema regnamespace := current_schema()::regnamespace;
  v_version integer := current_setting('server_version_num')::integer;
  -- The embedded server, which nobody else reaches, need not be the newest.
  v_embedded boolean := current_setting('cluster_name') = 'tmi-db' AND current_setting('listen_addresses') = '';
BEGIN
  RETURN QUERY
  SELECT
    'schema_version',
    CASE WHEN m.version IS NULL THEN 'warning' WHEN m.dirty THEN 'error' ELSE 'ok' END,
    CASE WHEN m.version IS NULL THEN 'no migration was applied' WHEN m.dirty THEN format('%s, where a migration stopped in the middle', m.version) ELSE m.version::text END
  FROM (SELECT) AS o
  LEFT JOIN schema_migrations m ON true;

  RETURN QUERY
  SELECT
    'server_version',
    CASE WHEN v_version < 150000 THEN 'error' WHEN v_version < f.version AND NOT v_embedded THEN 'warning' ELSE 'ok' END,
    split_part(current_setting('server_version'), ' ', 1) || CASE
      WHEN v_version < 150000 THEN ' is older than 15'
      WHEN v_version < f.version THEN format(' lacks the security fixes of November 2026 (%s)', f.versions)
      ELSE ''
    END
  FROM (
    SELECT
      max(v.version) FILTER (WHERE v.version / 10000 = v_version / 10000) AS version,
      string_agg(format('%s.%s', v.version / 10000, v.version % 10000), ', ' ORDER BY v.version) AS versions
    -- The runner names them too, to warn where there is no function yet.
    FROM unnest(ARRAY[150020, 160016, 170012, 180007]) AS v (version)
  ) f;

  RETURN QUERY
  SELECT
    'invalid_indexes',
    CASE WHEN count(*) > 0 THEN 'error' ELSE 'ok' END,
    coalesce(string_agg(c.relname::text, ', ' ORDER BY c.relname), 'none')
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = v_schema
    AND NOT (i.indisvalid AND i.indisready);

  -- A small one costs nothing, and a unique one earns its place by refusing.
  RETURN QUERY
  SELECT
    'unused_indexes',
    CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
    coalesce(string_agg(format('%s (%s)', u.relname, pg_size_pretty(u.size)), ', ' ORDER BY u.size DESC, u.relname), 'none')
  FROM (
    SELECT c.relname, pg_relation_size(c.oid) AS size
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_stat_user_indexes s ON s.indexrelid = c.oid
    WHERE c.relnamespace = v_schema
      AND NOT i.indisunique
      AND s.idx_scan = 0
  ) u
  WHERE u.size >= 1048576;

  RETURN QUERY
  SELECT
    'cache_hit_rate',
    CASE WHEN d.blks_hit + d.blks_read >= 100000 AND d.blks_hit < 0.9 * (d.blks_hit + d.blks_read) THEN 'warning' ELSE 'ok' END,
    coalesce(round(100.0 * d.blks_hit / nullif(d.blks_hit + d.blks_read, 0), 1) || ' %', 'nothing was read yet')
  FROM pg_stat_database d
  WHERE d.datname = current_database();

  IF pg_is_in_recovery() THEN
    RETURN QUERY
    SELECT
      'replication_lag',
      CASE WHEN l.lag > '30 seconds' THEN 'warning' ELSE 'ok' END,
      format('%s behind the primary', coalesce(l.lag, '0'))
    FROM (
      SELECT CASE WHEN pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn() THEN now() - pg_last_xact_replay_timestamp() END AS lag
    ) l;
  ELSE
    RETURN QUERY
    SELECT
      'replication_lag',
      CASE WHEN max(r.replay_lag) > '30 seconds' THEN 'warning' ELSE 'ok' END,
      CASE
        WHEN count(*) = 0 THEN 'no standby'
        WHEN count(r.state) < count(*) THEN format('%s standbys, whose lag only members of pg_monitor see', count(*))
        ELSE format('%s standbys, at most %s behind', count(*), coalesce(max(r.replay_lag), '0'))
      END
    FROM pg_stat_replication r;
  END IF;
END
$$;
COMMENT ON FUNCTION health IS
'Says how the database is: schema_version, server_version and whether its security fixes are in, invalid_indexes, unused_indexes of a megabyte or more, cache_hit_rate, replication_lag.

Returns rows: the name of a check, its status (ok, warning or error), and what was found. Which migrations are pending only the tool knows, which has their files.
Raises nothing.';
REVOKE ALL ON FUNCTION health FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health TO tmi_maintenance;
ALTER FUNCTION health OWNER TO tmi_guard;
-- end functions/maintenance/health.sql

-- begin functions/patch/jsonb_patch.sql
-- RFC 6902 as a plain function of two documents, so that it works on any column, in any query, for any caller. A definer, so
-- that callers need no right to its parts.
CREATE OR REPLACE FUNCTION jsonb_patch(
  p_document jsonb,
  p_operations jsonb
) RETURNS jsonb
LANGUAGE plpgsql
IMMUTABLE
SECURITY DEFINER
PARALLEL SAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_document jsonb := p_document;
  v_operation jsonb;
  v_index bigint;
  v_op text;
  v_path text[];
  v_from text[];
  v_fault text;
  v_place text;
  -- An array of a large document that three operations or more go into is held element by element meanwhile.
  v_elements jsonb[];
  v_array text[];
  v_depth integer;
  v_element integer;
  v_size integer := pg_column_size(p_document);
BEGIN
  IF p_operations IS NULL OR jsonb_typeof(p_operations) <> 'array' THEN
    RAISE EXCEPTION 'a patch must be a JSON array of operations' USING ERRCODE = 'TM422', DETAIL = 'field: operations';
  ELSIF jsonb_array_length(p_operations) > 1000 THEN
    RAISE EXCEPTION 'a patch takes at most 1,000 operations' USING ERRCODE = 'TM413', DETAIL = 'field: operations', HINT = 'split it into several calls';
  ELSIF p_document IS NULL THEN
    RETURN NULL;
  END IF;

  FOR v_operation, v_index IN
    SELECT o.operation, o.n - 1
    FROM jsonb_array_elements(p_operations) WITH ORDINALITY AS o (operation, n)
    ORDER BY o.n
  LOOP
    v_op := v_operation ->> 'op';
    v_path := _pointer_tokens(v_operation ->> 'path');
    v_from := CASE WHEN v_op IN ('move', 'copy') THEN _pointer_tokens(v_operation ->> 'from') END;
    IF jsonb_typeof(v_operation) <> 'object' THEN
      v_fault := 'an operation must be a JSON object';
    ELSIF coalesce(v_op NOT IN ('add', 'remove', 'replace', 'move', 'copy', 'test'), true) THEN
      v_fault := 'op must be add, remove, replace, move, copy or test';
      v_place := ': op';
    ELSIF v_path IS NULL OR jsonb_typeof(v_operation -> 'path') <> 'string' THEN
      v_fault := 'path must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := ': path';
    ELSIF v_op IN ('move', 'copy') AND (v_from IS NULL OR jsonb_typeof(v_operation -> 'from') <> 'string') THEN
      v_fault := 'from must be a JSON Pointer: an empty text, or tokens that follow a slash each';
      v_place := ': from';
    ELSIF v_op IN ('add', 'replace', 'test') AND NOT v_operation ? 'value' THEN
      v_fault := format('%s needs a value, if only null', v_op);
      v_place := ': value';
    END IF;
    IF v_fault IS NOT NULL THEN
      RAISE EXCEPTION '%', v_fault USING ERRCODE = 'TM422', DETAIL = format('item %s', v_index) || coalesce(v_place, '');
    END IF;

    -- Any change of a document copies it whole, so one of a megabyte is not changed a thousand times over.
    IF v_elements IS NULL AND v_from IS NULL AND v_size > 32768 THEN
      FOR v_depth IN 0 .. cardinality(v_path) - 1 LOOP
        v_array := v_path[:v_depth];
        IF (_pointer_tokens(p_operations -> (v_index + 1)::integer ->> 'path'))[:v_depth] = v_array
          AND (_pointer_tokens(p_operations -> (v_index + 2)::integer ->> 'path'))[:v_depth] = v_array
          AND jsonb_typeof(_pointer_value(v_document, v_array)) = 'array'
        THEN
          v_elements := ARRAY(SELECT e.element FROM jsonb_array_elements(_pointer_value(v_document, v_array)) WITH ORDINALITY AS e (element, n) ORDER BY e.n);
          EXIT;
        END IF;
      END LOOP;
    END IF;
    IF v_elements IS NOT NULL THEN
      v_depth := cardinality(v_array) + 1;
      v_element := CASE
        WHEN v_path[:v_depth - 1] <> v_array THEN NULL
        WHEN v_path[v_depth] ~ '^(0|[1-9][0-9]{0,8})$' THEN v_path[v_depth]::integer + 1
        WHEN v_path[v_depth] = '-' THEN cardinality(v_elements) + 1
      END;
      IF v_element <= cardinality(v_elements)
        AND (cardinality(v_path) > v_depth OR v_op IN ('replace', 'test'))
        AND (v_from IS NULL OR v_from[:v_depth] = v_path[:v_depth])
      THEN
        v_size := v_size - pg_column_size(v_elements[v_element]);
        v_elements[v_element] := _patch_apply(v_elements[v_element], v_operation, v_index, v_path[v_depth + 1:], v_from[v_depth + 1:]);
        v_size := v_size + pg_column_size(v_elements[v_element]);
      ELSIF v_op = 'add' AND cardinality(v_path) = v_depth AND v_element = cardinality(v_elements) + 1 THEN
        v_elements := array_append(v_elements, v_operation -> 'value');
        v_size := v_size + pg_column_size(v_operation -> 'value');
      ELSIF v_op = 'add' AND cardinality(v_path) = v_depth AND v_element <= cardinality(v_elements) THEN
        v_elements := v_elements[:v_element - 1] || (v_operation -> 'value') || v_elements[v_element:];
        v_size := v_size + pg_column_size(v_operation -> 'value');
      ELSIF v_op = 'remove' AND cardinality(v_path) = v_depth AND v_element <= cardinality(v_elements) THEN
        v_elements := v_elements[:v_element - 1] || v_elements[v_element + 1:];
      ELSE
        v_document := CASE WHEN v_array = '{}' THEN to_jsonb(v_elements) ELSE jsonb_set(v_document, v_array, to_jsonb(v_elements)) END;
        v_elements := NULL;
      END IF;
    END IF;
    IF v_elements IS NULL THEN
      v_document := _patch_apply(v_document, v_operation, v_index, v_path, v_from);
      v_size := pg_column_size(v_document);
    END IF;
    IF v_size > 67108864 THEN
      RAISE EXCEPTION 'a document takes at most 64 MB' USING ERRCODE = 'TM413', DETAIL = format('item %s: %s', v_index, v_operation ->> 'path');
    END IF;
  END LOOP;

  IF v_elements IS NOT NULL THEN
    v_document := CASE WHEN v_array = '{}' THEN to_jsonb(v_elements) ELSE jsonb_set(v_document, v_array, to_jsonb(v_elements)) END;
  END IF;
  IF jsonb_path_exists(v_document, 'strict $.**{100} ? (@.type() == "object" || @.type() == "array")') THEN
    RAISE EXCEPTION 'a document is at most 100 levels deep' USING ERRCODE = 'TM413', DETAIL = 'field: operations';
  END IF;
  RETURN v_document;
END
$$;
COMMENT ON FUNCTION jsonb_patch IS
'Applies a JSON Patch (RFC 6902) to a document.

p_document: the document.
p_operations: an array of up to 1,000 operations {op, path, value} or {op, path, from}, of which op is add, remove, replace, move, copy or test, and path and from are JSON Pointers (RFC 6901); other members are passed over.
Returns the document with all operations applied, one after the other; NULL for no document.
Raises TM409 when a test fails; TM413 above 1,000 operations, for a result above 64 MB or more than 100 levels deep; TM422 for an operation that is malformed or leads nowhere; DETAIL names the operation, counted from 0, and the pointer or the member that is wrong.';
REVOKE ALL ON FUNCTION jsonb_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jsonb_patch TO tmi_api, tmi_app;
ALTER FUNCTION jsonb_patch OWNER TO tmi_guard;
-- end functions/patch/jsonb_patch.sql

-- begin functions/identity/key_list.sql
-- Shows which keys are live; never what they hold.
CREATE OR REPLACE FUNCTION key_list() RETURNS TABLE (
  id text,
  created_at timestamptz,
  retired_at timestamptz
)
LANGUAGE plpgsql
STABLE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  RETURN QUERY
  SELECT k.id, k.created_at, k.retired_at
  FROM context_keys k
  ORDER BY k.created_at, k.id;
END
$$;
COMMENT ON FUNCTION key_list IS
'Lists the keys of the signed contexts, live and retired, without their secrets.

Returns rows of id, created_at and retired_at, the oldest first.
Raises nothing.';
REVOKE ALL ON FUNCTION key_list FROM PUBLIC;
-- end functions/identity/key_list.sql

-- begin functions/identity/key_new.sql
-- Keys rotate under load: the new one is live beside the old until the old is retired.
CREATE OR REPLACE FUNCTION key_new(
  p_id text,
  p_secret bytea
) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_inner_pad bytea := decode(repeat('36', 64), 'hex');
  v_outer_pad bytea := decode(repeat('5c', 64), 'hex');
  v_created_at timestamptz;
BEGIN
  IF p_secret IS NULL OR octet_length(p_secret) NOT BETWEEN 32 AND 64 THEN
    RAISE EXCEPTION 'a key''s secret has 32 to 64 bytes' USING ERRCODE = 'TM422', DETAIL = 'field: secret';
  END IF;
  -- Two that make keys at once must not both count one live key.
  LOCK TABLE context_keys IN SHARE ROW EXCLUSIVE MODE;
  IF (SELECT count(*) FROM context_keys k WHERE k.retired_at IS NULL) >= 2 THEN
    RAISE EXCEPTION 'two keys are live already' USING ERRCODE = 'TM409', TABLE = 'context_keys', HINT = 'retire one with tmi-db key retire';
  END IF;
  IF EXISTS (SELECT FROM context_keys k WHERE k.id = p_id) THEN
    RAISE EXCEPTION 'the key id is in use' USING ERRCODE = 'TM409', TABLE = 'context_keys', COLUMN = 'id', DETAIL = 'field: id';
  END IF;
  FOR i IN 0 .. octet_length(p_secret) - 1 LOOP
    v_inner_pad := set_byte(v_inner_pad, i, get_byte(v_inner_pad, i) # get_byte(p_secret, i));
    v_outer_pad := set_byte(v_outer_pad, i, get_byte(v_outer_pad, i) # get_byte(p_secret, i));
  END LOOP;
  INSERT INTO context_keys (id, inner_pad, outer_pad)
  VALUES (p_id, v_inner_pad, v_outer_pad)
  RETURNING created_at INTO v_created_at;
  RETURN v_created_at;
END
$$;
COMMENT ON FUNCTION key_new IS
'Stores a key that services sign contexts with, as the two pads of RFC 2104.

p_id: 1 to 32 letters, digits, dashes or underscores.
p_secret: 32 to 64 random bytes.
Returns the time it was made.
Raises TM409 when two keys are live already or the id is in use; TM422 when the secret is too short or too long.';
REVOKE ALL ON FUNCTION key_new FROM PUBLIC;
-- end functions/identity/key_new.sql

-- begin functions/identity/key_retire.sql
-- From the moment this commits, no context signed with the key is accepted.
CREATE OR REPLACE FUNCTION key_retire(
  p_id text
) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_retired_at timestamptz;
BEGIN
  -- Retiring twice keeps the first time.
  UPDATE context_keys k
  SET retired_at = coalesce(k.retired_at, now())
  WHERE k.id = p_id
  RETURNING k.retired_at INTO v_retired_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'key not found' USING ERRCODE = 'TM404', TABLE = 'context_keys';
  END IF;
  RETURN v_retired_at;
END
$$;
COMMENT ON FUNCTION key_retire IS
'Retires a key; contexts signed with it are refused from then on.

p_id: the key.
Returns the time it was retired.
Raises TM404 when there is no such key.';
REVOKE ALL ON FUNCTION key_retire FROM PUBLIC;
-- end functions/identity/key_retire.sql

-- begin functions/users/me.sql
-- The caller's own profile needs no id: the signed identity says whose it is.
CREATE OR REPLACE FUNCTION me() RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_actor text := _open();
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email = v_actor;
END
$$;
COMMENT ON FUNCTION me IS
'Returns the caller''s own profile.

Returns the row.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION me FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me TO tmi_app;
ALTER FUNCTION me OWNER TO tmi_api;
-- end functions/users/me.sql

-- begin functions/users/me_providers.sql
-- The caller's own ways to log in need no id: the signed identity says whose they are.
CREATE OR REPLACE FUNCTION me_providers() RETURNS SETOF user_providers
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_actor text := _open();
BEGIN
  RETURN QUERY
  SELECT p.*
  FROM user_providers p
  WHERE p.user_id = (SELECT u.id FROM users u WHERE u.email = v_actor)
  ORDER BY p.is_primary DESC NULLS LAST, p.created_at, p.provider;
END
$$;
COMMENT ON FUNCTION me_providers IS
'Lists the providers that the caller logs in by.

Returns rows, the primary one first, then the first linked.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION me_providers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me_providers TO tmi_app;
ALTER FUNCTION me_providers OWNER TO tmi_api;
-- end functions/users/me_providers.sql

-- begin functions/users/me_update.sql
-- People name themselves; their address is the login service's to change.
CREATE OR REPLACE FUNCTION me_update(
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF users
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
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string"}', 'changes');
  PERFORM
  FROM users u
  WHERE u.email = v_actor
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- Gone, or renamed, since the identity was checked.
    v_actor := _actor();
  END IF;
  PERFORM _check_unchanged(u.modified_at, p_if_modified_at, 'users')
  FROM users u
  WHERE u.email = v_actor;
  RETURN QUERY
  UPDATE users u
  SET name = c.name
  FROM users o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE u.email = v_actor
    AND o.email = v_actor
  RETURNING u.*;
END
$$;
COMMENT ON FUNCTION me_update IS
'Changes fields of the caller''s own profile.

p_changes: an object of name; a key that is there is set, one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on. A login moves it too.
Returns the row.
Raises TM401 without a valid identity; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION me_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me_update TO tmi_app;
ALTER FUNCTION me_update OWNER TO tmi_api;
-- end functions/users/me_update.sql

-- begin functions/metadata/metadata_bulk_delete.sql
-- Deletes many keys in one statement; those that are not there are passed over.
CREATE OR REPLACE FUNCTION metadata_bulk_delete(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_keys text[]
) RETURNS SETOF text
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
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  IF cardinality(p_keys) > 1000 THEN
    RAISE EXCEPTION 'a bulk call takes at most 1,000 items' USING ERRCODE = 'TM413', DETAIL = 'field: keys', HINT = 'split it into several calls';
  ELSIF coalesce(cardinality(p_keys), 0) = 0 THEN
    RAISE EXCEPTION 'a bulk call takes at least 1 item' USING ERRCODE = 'TM422', DETAIL = 'field: keys';
  END IF;
  RETURN QUERY
  WITH deleted AS (
    DELETE FROM metadata d
    WHERE d.threat_model_id = p_threat_model_id
      AND d.entity_type = p_entity_type
      AND d.entity_id = p_entity_id
      AND d.key = ANY (p_keys)
    RETURNING d.key
  )
  SELECT x.key
  FROM deleted x
  ORDER BY x.key;
END
$$;
COMMENT ON FUNCTION metadata_bulk_delete IS
'Deletes up to 1,000 keys of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_keys: 1 to 1,000 keys.
Returns rows of text: the keys that were there.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM413 above 1,000 keys; TM422 for an unknown type, or no key.';
REVOKE ALL ON FUNCTION metadata_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_bulk_delete TO tmi_app;
ALTER FUNCTION metadata_bulk_delete OWNER TO tmi_api;
-- end functions/metadata/metadata_bulk_delete.sql

-- begin functions/metadata/metadata_bulk_set.sql
-- Many keys of one entity in one statement, all or none.
CREATE OR REPLACE FUNCTION metadata_bulk_set(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_items jsonb
) RETURNS SETOF metadata
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
  v_items jsonb;
BEGIN
  v_items := _metadata_items(
    p_items,
    (
      SELECT to_jsonb(e) || jsonb_build_object('entity_type', p_entity_type, 'entity_id', p_entity_id)
      FROM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id) e
    )
  );
  BEGIN
    PERFORM _metadata_insert(p_threat_model_id, v_items);
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation THEN
      PERFORM _blame_item('_metadata_insert', p_threat_model_id, v_items);
      RAISE;
  END;
  RETURN QUERY
  SELECT d.*
  FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n)
  JOIN metadata d ON d.key = i.item ->> 'key'
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
  ORDER BY i.n;
END
$$;
COMMENT ON FUNCTION metadata_bulk_set IS
'Sets up to 1,000 keys of an entity''s metadata, all or none, whether they are there already or not.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_items: an array of 1 to 1,000 objects {key, value}.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM413 above 1,000 items; TM422 for an unknown type, a key that comes twice, or a bad key or value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION metadata_bulk_set FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_bulk_set TO tmi_app;
ALTER FUNCTION metadata_bulk_set OWNER TO tmi_api;
-- end functions/metadata/metadata_bulk_set.sql

-- begin functions/metadata/metadata_delete.sql
-- Deletes one key.
CREATE OR REPLACE FUNCTION metadata_delete(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  DELETE FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key
  RETURNING d.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata not found' USING ERRCODE = 'TM404', TABLE = 'metadata';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'metadata');
END
$$;
COMMENT ON FUNCTION metadata_delete IS
'Deletes a key of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: the key.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen, or has no such key; TM412 when the row has changed since; TM422 for an unknown type.';
REVOKE ALL ON FUNCTION metadata_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_delete TO tmi_app;
ALTER FUNCTION metadata_delete OWNER TO tmi_api;
-- end functions/metadata/metadata_delete.sql

-- begin functions/metadata/metadata_find.sql
-- A key is often all that connects models of different teams; the guard finds its rows by index and leaves out what the actor may not read.
CREATE OR REPLACE FUNCTION metadata_find(
  p_key text,
  p_value text DEFAULT NULL,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _open();
  IF p_after IS NOT NULL THEN
    PERFORM _page_clause(p_limit, p_after, 'id', '{"id": "uuid"}');
  END IF;
  RETURN QUERY
  SELECT d.*
  FROM _metadata_find(p_key, p_value, _limit(p_limit), (p_after ->> 'id')::uuid) d;
END
$$;
COMMENT ON FUNCTION metadata_find IS
'Finds metadata by key, or key and value, in all threat models that the caller may read.

p_key: the key.
p_value: the value; any if left out.
p_limit: 1 to 200 rows; 50 by default.
p_after: the last row of the page before, or just its id, as a JSON object.
Returns rows, by id.
Raises TM401 without a valid identity; TM413 for a page that is too large; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION metadata_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_find TO tmi_app;
ALTER FUNCTION metadata_find OWNER TO tmi_api;
-- end functions/metadata/metadata_find.sql

-- begin functions/metadata/metadata_get.sql
-- One value by its key.
CREATE OR REPLACE FUNCTION metadata_get(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata not found' USING ERRCODE = 'TM404', TABLE = 'metadata';
  END IF;
END
$$;
COMMENT ON FUNCTION metadata_get IS
'Returns one key of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: the key.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen, or has no such key; TM422 for an unknown type.';
REVOKE ALL ON FUNCTION metadata_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_get TO tmi_app;
ALTER FUNCTION metadata_get OWNER TO tmi_api;
-- end functions/metadata/metadata_get.sql

-- begin functions/metadata/metadata_keys.sql
-- Which keys are in use, without their values.
CREATE OR REPLACE FUNCTION metadata_keys(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid
) RETURNS SETOF text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  RETURN QUERY
  SELECT d.key
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
  ORDER BY d.key;
END
$$;
COMMENT ON FUNCTION metadata_keys IS
'Lists the keys of an entity''s metadata.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
Returns rows of text.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen; TM422 for an unknown type.';
REVOKE ALL ON FUNCTION metadata_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_keys TO tmi_app;
ALTER FUNCTION metadata_keys OWNER TO tmi_api;
-- end functions/metadata/metadata_keys.sql

-- begin functions/metadata/metadata_list.sql
-- Metadata of one entity reads like a small dictionary: by key.
CREATE OR REPLACE FUNCTION metadata_list(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL
) RETURNS SETOF metadata
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  IF p_after IS NOT NULL AND (jsonb_typeof(p_after) <> 'object' OR p_after ->> 'key' IS NULL) THEN
    RAISE EXCEPTION 'a page begins after a row: an object with key' USING ERRCODE = 'TM422', DETAIL = 'field: after';
  END IF;
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key > coalesce(p_after ->> 'key', '')
  ORDER BY d.key
  LIMIT _limit(p_limit);
END
$$;
COMMENT ON FUNCTION metadata_list IS
'Lists an entity''s metadata by key.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_limit: 1 to 200 keys; 50 by default.
p_after: the last row of the page before, or just its key, as a JSON object.
Returns rows.
Raises TM401 without a valid identity; TM404 when the model or the entity does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown type or a bad cursor.';
REVOKE ALL ON FUNCTION metadata_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_list TO tmi_app;
ALTER FUNCTION metadata_list OWNER TO tmi_api;
-- end functions/metadata/metadata_list.sql

-- begin functions/maintenance/metadata_purge_orphans.sql
-- Triggers leave no metadata behind; where they were held back, as in a restore, this finds what describes nothing any more.
-- A definer because no caller sees every model.
CREATE OR REPLACE FUNCTION metadata_purge_orphans() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_count bigint;
BEGIN
  DELETE FROM metadata d
  WHERE NOT CASE d.entity_type
    WHEN 'threat_model' THEN d.entity_id = d.threat_model_id
    WHEN 'threat' THEN EXISTS (SELECT FROM threats e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'diagram' THEN EXISTS (SELECT FROM diagrams e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'document' THEN EXISTS (SELECT FROM documents e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    WHEN 'source' THEN EXISTS (SELECT FROM sources e WHERE e.id = d.entity_id AND e.threat_model_id = d.threat_model_id)
    ELSE EXISTS (
      SELECT
      FROM diagrams e
      WHERE e.id = d.diagram_id
        AND e.cells @> jsonb_build_array(jsonb_build_object('id', d.cell_id))
    )
  END;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION metadata_purge_orphans IS
'Removes metadata of threats, diagrams, documents, sources and cells that do not exist any more.

Returns how many rows were removed.
Raises nothing.';
REVOKE ALL ON FUNCTION metadata_purge_orphans FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_purge_orphans TO tmi_maintenance;
ALTER FUNCTION metadata_purge_orphans OWNER TO tmi_guard;
-- end functions/maintenance/metadata_purge_orphans.sql

-- begin functions/metadata/metadata_replace.sql
-- What is not named goes, what is named stays or comes; rows that hold the value already are not touched.
CREATE OR REPLACE FUNCTION metadata_replace(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_items jsonb
) RETURNS SETOF metadata
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
  v_entity jsonb;
  v_items jsonb := jsonb '[]';
BEGIN
  v_entity := (
    SELECT to_jsonb(e) || jsonb_build_object('entity_type', p_entity_type, 'entity_id', p_entity_id)
    FROM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id) e
  );
  IF p_items IS DISTINCT FROM '[]' THEN
    v_items := _metadata_items(p_items, v_entity);
  END IF;
  DELETE FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key NOT IN (
      SELECT i.item ->> 'key'
      FROM jsonb_array_elements(v_items) AS i (item)
      WHERE i.item ->> 'key' IS NOT NULL
    );
  BEGIN
    PERFORM _metadata_insert(p_threat_model_id, v_items);
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation THEN
      PERFORM _blame_item('_metadata_insert', p_threat_model_id, v_items);
      RAISE;
  END;
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
  ORDER BY d.key;
END
$$;
COMMENT ON FUNCTION metadata_replace IS
'Replaces all metadata of an entity; rows that stay as they are keep when they were set.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_items: an array of up to 1,000 objects {key, value}; an empty one deletes all.
Returns rows, by key.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM413 above 1,000 items; TM422 for an unknown type, a key that comes twice, or a bad key or value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION metadata_replace FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_replace TO tmi_app;
ALTER FUNCTION metadata_replace OWNER TO tmi_api;
-- end functions/metadata/metadata_replace.sql

-- begin functions/metadata/metadata_set.sql
-- One call for a new key and for an old one.
CREATE OR REPLACE FUNCTION metadata_set(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text,
  p_value text
) RETURNS SETOF metadata
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
BEGIN
  PERFORM _metadata_insert(
    p_threat_model_id,
    jsonb_build_array(
      to_jsonb(e)
      || jsonb_build_object('entity_type', p_entity_type, 'entity_id', p_entity_id, 'key', p_key, 'value', p_value)
    )
  )
  FROM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id) e;
  RETURN QUERY
  SELECT d.*
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
END
$$;
COMMENT ON FUNCTION metadata_set IS
'Sets a key of an entity''s metadata, whether it is there already or not.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: 1 to 128 letters, digits, dashes or underscores.
p_value: 1 to 65,535 characters.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen; TM422 for an unknown type, or a bad key or value.';
REVOKE ALL ON FUNCTION metadata_set FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_set TO tmi_app;
ALTER FUNCTION metadata_set OWNER TO tmi_api;
-- end functions/metadata/metadata_set.sql

-- begin functions/metadata/metadata_update.sql
-- Changes what is there, and tells when it is not.
CREATE OR REPLACE FUNCTION metadata_update(
  p_threat_model_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_key text,
  p_value text,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF metadata
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
  v_modified_at timestamptz;
BEGIN
  PERFORM _metadata_entity(p_threat_model_id, p_entity_type, p_entity_id);
  SELECT d.modified_at
  INTO v_modified_at
  FROM metadata d
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'metadata not found' USING ERRCODE = 'TM404', TABLE = 'metadata';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'metadata');
  RETURN QUERY
  UPDATE metadata d
  SET value = p_value
  WHERE d.threat_model_id = p_threat_model_id
    AND d.entity_type = p_entity_type
    AND d.entity_id = p_entity_id
    AND d.key = p_key
  RETURNING d.*;
END
$$;
COMMENT ON FUNCTION metadata_update IS
'Changes the value of a key that is there.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_entity_type: threat_model, threat, diagram, document, source or cell.
p_entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
p_key: the key.
p_value: 1 to 65,535 characters.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the entity does not exist or may not be seen, or has no such key; TM412 when the row has changed since; TM422 for an unknown type or a bad value.';
REVOKE ALL ON FUNCTION metadata_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_update TO tmi_app;
ALTER FUNCTION metadata_update OWNER TO tmi_api;
-- end functions/metadata/metadata_update.sql

-- begin functions/providers/provider_link.sql
-- A user who is logged in adds another way in; linking the same account twice is harmless.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_link(
  p_user_id uuid,
  p_provider text,
  p_provider_user_id text,
  p_email text DEFAULT NULL,
  p_name text DEFAULT NULL
) RETURNS SETOF user_providers
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _identity_lock(p_provider, p_provider_user_id);
  PERFORM _user_lock(p_user_id);
  RETURN QUERY
  UPDATE user_providers p
  SET provider_email = coalesce(_email(p_email), p.provider_email),
    provider_name = coalesce(p_name, p.provider_name)
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider
    AND p.provider_user_id = p_provider_user_id
  RETURNING p.*;
  IF NOT FOUND THEN
    PERFORM _provider_add(p_user_id, p_provider, p_provider_user_id, _email(p_email), p_name);
    RETURN QUERY
    SELECT p.*
    FROM user_providers p
    WHERE p.user_id = p_user_id
      AND p.provider = p_provider;
  END IF;
END
$$;
COMMENT ON FUNCTION provider_link IS
'Links an account at a provider to a user, who can log in by it from then on; the first link is the primary one.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person, 1 to 256 characters.
p_email: the address as the provider gives it.
p_name: the name as the provider gives it.
Returns the row.
Raises TM404 when there is no such user; TM409 when the user has another account at the provider, or another user has this one; TM422 for a value that is missing or unknown.';
REVOKE ALL ON FUNCTION provider_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_link TO tmi_auth;
ALTER FUNCTION provider_link OWNER TO tmi_identity;
-- end functions/providers/provider_link.sql

-- begin functions/providers/provider_list.sql
-- What a profile page shows. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_list(
  p_user_id uuid
) RETURNS SETOF user_providers
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT p.*
  FROM user_providers p
  WHERE p.user_id = p_user_id
  ORDER BY p.is_primary DESC NULLS LAST, p.created_at, p.provider;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM users u WHERE u.id = p_user_id) THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION provider_list IS
'Lists the providers that a user logs in by.

p_user_id: the user.
Returns rows, the primary one first, then the first linked.
Raises TM404 when there is no such user.';
REVOKE ALL ON FUNCTION provider_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_list TO tmi_auth;
ALTER FUNCTION provider_list OWNER TO tmi_identity;
-- end functions/providers/provider_list.sql

-- begin functions/providers/provider_set_primary.sql
-- The primary provider is where a service sends a user who logs in again; there is exactly one.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_set_primary(
  p_user_id uuid,
  p_provider text
) RETURNS SETOF user_providers
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _user_lock(p_user_id);
  -- Two statements: the index allows no second primary provider, not even for a moment.
  UPDATE user_providers p
  SET is_primary = false
  WHERE p.user_id = p_user_id
    AND p.is_primary
    AND p.provider <> p_provider;
  RETURN QUERY
  UPDATE user_providers p
  SET is_primary = true
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider
  RETURNING p.*;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'provider not found' USING ERRCODE = 'TM404', TABLE = 'user_providers', COLUMN = 'provider';
  END IF;
END
$$;
COMMENT ON FUNCTION provider_set_primary IS
'Makes one of the providers that a user logs in by the primary one.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
Returns the row.
Raises TM404 when there is no such user, or the user has no account at the provider.';
REVOKE ALL ON FUNCTION provider_set_primary FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_set_primary TO tmi_auth;
ALTER FUNCTION provider_set_primary OWNER TO tmi_identity;
-- end functions/providers/provider_set_primary.sql

-- begin functions/providers/provider_unlink.sql
-- Nobody locks himself out: the last way in stays, and there is a primary one as long as there is any.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION provider_unlink(
  p_user_id uuid,
  p_provider text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _user_lock(p_user_id);
  DELETE FROM user_providers p
  WHERE p.user_id = p_user_id
    AND p.provider = p_provider;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'provider not found' USING ERRCODE = 'TM404', TABLE = 'user_providers', COLUMN = 'provider';
  ELSIF NOT EXISTS (SELECT FROM user_providers p WHERE p.user_id = p_user_id) THEN
    RAISE EXCEPTION 'the last way to log in stays' USING ERRCODE = 'TM409', TABLE = 'user_providers', COLUMN = 'provider', DETAIL = 'field: provider',
      HINT = 'link another provider first';
  END IF;
  UPDATE user_providers p
  SET is_primary = true
  WHERE p.id = (
    SELECT o.id
    FROM user_providers o
    WHERE o.user_id = p_user_id
    ORDER BY o.is_primary DESC NULLS LAST, o.created_at, o.provider
    LIMIT 1
  )
    AND p.is_primary IS NOT true;
END
$$;
COMMENT ON FUNCTION provider_unlink IS
'Takes one of a user''s ways to log in away; if it was the primary one, the one linked first of the others becomes it.

p_user_id: the user.
p_provider: google, github, microsoft, apple, facebook or twitter.
Returns nothing.
Raises TM404 when there is no such user, or the user has no account at the provider; TM409 for the last one.';
REVOKE ALL ON FUNCTION provider_unlink FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provider_unlink TO tmi_auth;
ALTER FUNCTION provider_unlink OWNER TO tmi_identity;
-- end functions/providers/provider_unlink.sql

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

-- begin functions/sessions/session_end.sql
-- The host closes what he opened, and owners of the model anything in it.
CREATE OR REPLACE FUNCTION session_end(
  p_threat_model_id uuid,
  p_session_id uuid
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
  v_role text;
  v_session collaboration_sessions;
BEGIN
  SELECT h.user_id, h.role
  INTO v_user_id, v_role
  FROM _session_hold(p_threat_model_id) h;
  v_session := _session_lock(p_threat_model_id, p_session_id, false);
  IF v_role <> 'owner' AND v_session.host_user_id IS DISTINCT FROM v_user_id THEN
    RAISE EXCEPTION 'only its host and the model''s owners end a session' USING ERRCODE = 'TM403', TABLE = 'collaboration_sessions', HINT = 'leave it instead';
  END IF;
  PERFORM _session_close(p_session_id);
  RETURN QUERY
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_end IS
'Ends a session, and everybody''s participation in it; one that has ended already stays as it is.

p_threat_model_id: the model, of which the caller must be an owner, or a reader at least who is the session''s host.
p_session_id: the session, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM403 for others than the host and owners; TM404 when the model or the session does not exist or may not be seen.';
REVOKE ALL ON FUNCTION session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_end TO tmi_app;
ALTER FUNCTION session_end OWNER TO tmi_api;
-- end functions/sessions/session_end.sql

-- begin functions/sessions/session_get.sql
-- An editor that opens a drawing asks whether others are at it.
CREATE OR REPLACE FUNCTION session_get(
  p_threat_model_id uuid,
  p_diagram_id uuid DEFAULT NULL
) RETURNS SETOF collaboration_sessions
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.diagram_id IS NOT DISTINCT FROM p_diagram_id
    AND s.ended_at IS NULL
    AND (s.expires_at IS NULL OR s.expires_at > now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  END IF;
END
$$;
COMMENT ON FUNCTION session_get IS
'Returns the open session of a diagram, or of a model as a whole.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_diagram_id: the diagram; NULL for the session of the model as a whole.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen, or no session is open there.';
REVOKE ALL ON FUNCTION session_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_get TO tmi_app;
ALTER FUNCTION session_get OWNER TO tmi_api;
-- end functions/sessions/session_get.sql

-- begin functions/sessions/session_join.sql
-- Joining twice is one participation: clients reconnect.
CREATE OR REPLACE FUNCTION session_join(
  p_threat_model_id uuid,
  p_session_id uuid
) RETURNS SETOF session_participants
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
BEGIN
  SELECT h.user_id
  INTO v_user_id
  FROM _session_hold(p_threat_model_id) h;
  PERFORM _session_lock(p_threat_model_id, p_session_id, true);
  RETURN QUERY
  INSERT INTO session_participants AS p (session_id, user_id)
  VALUES (p_session_id, v_user_id)
  ON CONFLICT (session_id, user_id) WHERE left_at IS NULL DO UPDATE
  SET last_seen_at = now()
  RETURNING p.*;
  UPDATE collaboration_sessions s
  SET expires_at = coalesce(now() + s.ttl, s.expires_at)
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_join IS
'Takes part in a session; whoever is in it already stays so. It is a sign of life as session_touch is.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the participation.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen; TM409 when the session has ended.';
REVOKE ALL ON FUNCTION session_join FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_join TO tmi_app;
ALTER FUNCTION session_join OWNER TO tmi_api;
-- end functions/sessions/session_join.sql

-- begin functions/sessions/session_leave.sql
-- A session is never without somebody who may end it: the host's leaving hands it over, or ends it.
CREATE OR REPLACE FUNCTION session_leave(
  p_threat_model_id uuid,
  p_session_id uuid
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
  v_session collaboration_sessions;
BEGIN
  SELECT u.id
  INTO v_user_id
  FROM users u
  WHERE u.email = (SELECT _actor());
  v_session := _session_lock(p_threat_model_id, p_session_id, false);
  UPDATE session_participants p
  SET left_at = now()
  WHERE p.session_id = p_session_id
    AND p.user_id = v_user_id
    AND p.left_at IS NULL;
  IF FOUND THEN
    IF v_session.host_user_id IS NULL OR v_session.host_user_id = v_user_id THEN
      PERFORM _session_hand_over(p_session_id);
    END IF;
  ELSE
    -- Leaving twice is no error: the answer to the first may have been lost.
    PERFORM
    FROM session_participants p
    WHERE p.session_id = p_session_id
      AND p.user_id = v_user_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'you were never in the session' USING ERRCODE = 'TM404', TABLE = 'session_participants';
    END IF;
  END IF;
  RETURN QUERY
  SELECT s.*
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
END
$$;
COMMENT ON FUNCTION session_leave IS
'Ends the caller''s participation in a session; leaving twice is no error. When the host leaves, the writer or owner who has been in it longest is the next one; with none, the session ends.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the session, with its host, or when it ended.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen, or the caller was never in it.';
REVOKE ALL ON FUNCTION session_leave FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_leave TO tmi_app;
ALTER FUNCTION session_leave OWNER TO tmi_api;
-- end functions/sessions/session_leave.sql

-- begin functions/sessions/session_list.sql
-- One round trip for everything that goes on now; the guard finds it and compares with membership.
CREATE OR REPLACE FUNCTION session_list() RETURNS TABLE (
  id uuid,
  threat_model_id uuid,
  threat_model_name text,
  diagram_id uuid,
  diagram_name text,
  websocket_url text,
  host_user_id uuid,
  host_email text,
  participant_count bigint,
  role text,
  created_at timestamptz,
  expires_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _open();
  RETURN QUERY
  SELECT l.*
  FROM _session_list() l;
END
$$;
COMMENT ON FUNCTION session_list IS
'Lists the open sessions of all models that the caller may read.

Returns rows, the newest first, with the names of model and diagram, how many are in it, and the caller''s role in the model.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION session_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_list TO tmi_app;
ALTER FUNCTION session_list OWNER TO tmi_api;
-- end functions/sessions/session_list.sql

-- begin functions/sessions/session_participants.sql
-- Everybody in a session sees who else is, and who of them can change what is drawn.
CREATE OR REPLACE FUNCTION session_participants(
  p_threat_model_id uuid,
  p_session_id uuid
) RETURNS TABLE (
  user_id uuid,
  email text,
  name text,
  role text,
  is_host boolean,
  joined_at timestamptz,
  last_seen_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM
  FROM collaboration_sessions s
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session not found' USING ERRCODE = 'TM404', TABLE = 'collaboration_sessions';
  END IF;
  RETURN QUERY
  SELECT p.*
  FROM _session_people(p_session_id) p;
END
$$;
COMMENT ON FUNCTION session_participants IS
'Lists who is in a session now, with the role of each in the model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns rows, the first to come first; none for a session that has ended.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen.';
REVOKE ALL ON FUNCTION session_participants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_participants TO tmi_app;
ALTER FUNCTION session_participants OWNER TO tmi_api;
-- end functions/sessions/session_participants.sql

-- begin functions/maintenance/session_purge.sql
-- Clients vanish without leaving; a job ends what nobody is in any more. A definer because no caller sees every session.
CREATE OR REPLACE FUNCTION session_purge(
  p_idle interval DEFAULT '15 minutes'
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_idle interval := coalesce(p_idle, '15 minutes');
  v_session_id uuid;
  v_count bigint := 0::bigint;
BEGIN
  IF v_idle < '0' THEN
    RAISE EXCEPTION 'nobody is idle for less than no time' USING ERRCODE = 'TM422', DETAIL = 'field: idle';
  END IF;
  FOR v_session_id IN
    SELECT s.id
    FROM collaboration_sessions s
    WHERE s.ended_at IS NULL
      AND (
        s.expires_at <= now()
        OR greatest(s.modified_at, (
          SELECT max(p.last_seen_at)
          FROM session_participants p
          WHERE p.session_id = s.id
            AND p.left_at IS NULL
        )) < now() - v_idle
      )
    ORDER BY s.id
    -- A session that somebody is at work on is not idle.
    FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    PERFORM _session_close(v_session_id);
    v_count := v_count + 1;
  END LOOP;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION session_purge IS
'Ends collaboration sessions that have expired, or in which nobody gave a sign of life for a while.

p_idle: for how long; 15 minutes by default.
Returns how many sessions were ended.
Raises TM422 for a negative duration.';
REVOKE ALL ON FUNCTION session_purge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_purge TO tmi_maintenance;
ALTER FUNCTION session_purge OWNER TO tmi_guard;
-- end functions/maintenance/session_purge.sql

-- begin functions/sessions/session_touch.sql
-- A heartbeat, sent by every client all the time: it locks the session and nothing above it, and is not announced.
CREATE OR REPLACE FUNCTION session_touch(
  p_threat_model_id uuid,
  p_session_id uuid
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
BEGIN
  -- Whoever loses access is put out under this lock, and is not in the session any more when it is taken.
  PERFORM _session_lock(p_threat_model_id, p_session_id, true);
  UPDATE session_participants p
  SET last_seen_at = now()
  FROM users u
  WHERE u.email = (SELECT _actor())
    AND p.session_id = p_session_id
    AND p.user_id = u.id
    AND p.left_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'you are not in the session' USING ERRCODE = 'TM404', TABLE = 'session_participants', HINT = 'join it first';
  END IF;
  RETURN QUERY
  UPDATE collaboration_sessions s
  SET expires_at = coalesce(now() + s.ttl, s.expires_at)
  WHERE s.threat_model_id = p_threat_model_id
    AND s.id = p_session_id
  RETURNING s.*;
END
$$;
COMMENT ON FUNCTION session_touch IS
'Gives a sign of life in a session, which lives on for the duration that it was created with.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_session_id: the session, which must be of that model.
Returns the row of the session.
Raises TM401 without a valid identity; TM404 when the model or the session does not exist or may not be seen, or the caller is not in it; TM409 when the session has ended.';
REVOKE ALL ON FUNCTION session_touch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_touch TO tmi_app;
ALTER FUNCTION session_touch OWNER TO tmi_api;
-- end functions/sessions/session_touch.sql

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

-- begin functions/sources/source_bulk_delete.sql
-- Rendered from templates/bulk_delete.sql.j2 by tools/render_sql.py.
-- All or none; the answer is what was deleted, so that it can be undone.
CREATE OR REPLACE FUNCTION source_bulk_delete(
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
BEGIN
  IF jsonb_typeof(p_items) = 'array' THEN
    SELECT coalesce(jsonb_agg(CASE jsonb_typeof(i.item) WHEN 'string' THEN jsonb_build_object('id', i.item) ELSE i.item END ORDER BY i.n), '[]')
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  PERFORM _check_items(v_items, '{"id": "string", "if_modified_at": "string"}');
  PERFORM _check_ids(v_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _sources_delete(p_threat_model_id, v_items) t;
  EXCEPTION
    WHEN data_exception OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_sources_delete', p_threat_model_id, v_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION source_bulk_delete IS
'Deletes up to 1,000 sources and their metadata in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the row has moved on.
Returns rows as they were, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a source does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION source_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_bulk_delete TO tmi_app;
ALTER FUNCTION source_bulk_delete OWNER TO tmi_api;
-- end functions/sources/source_bulk_delete.sql

-- begin functions/sources/source_bulk_update.sql
-- Rendered from templates/bulk_update.sql.j2 by tools/render_sql.py.
-- All or none; rows are locked in the order of their ids whatever the order of the items, so that two such calls never wait in a ring.
CREATE OR REPLACE FUNCTION source_bulk_update(
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
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "if_modified_at": "string", "name": "string", "url": "string", "description": "string", "type": "string",
    "parameters": "object", "metadata": "object"
  }');
  PERFORM _check_ids(p_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _sources_update(p_threat_model_id, p_items) t;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_sources_update', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION source_bulk_update IS
'Changes up to 1,000 sources in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects: id; name, url, description, type, parameters as far as they change (null clears); if_modified_at to have the call refused if the row has moved on; metadata, an object of keys and text values to set.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a source does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION source_bulk_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_bulk_update TO tmi_app;
ALTER FUNCTION source_bulk_update OWNER TO tmi_api;
-- end functions/sources/source_bulk_update.sql

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

-- begin functions/sources/source_delete.sql
-- Rendered from templates/delete.sql.j2 by tools/render_sql.py.
-- Its metadata goes with it, and the model's count goes down, by trigger.
CREATE OR REPLACE FUNCTION source_delete(
  p_threat_model_id uuid,
  p_source_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  DELETE FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_source_id
  RETURNING t.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'sources');
END
$$;
COMMENT ON FUNCTION source_delete IS
'Deletes a source and its metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_source_id: the source, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the source does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION source_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_delete TO tmi_app;
ALTER FUNCTION source_delete OWNER TO tmi_api;
-- end functions/sources/source_delete.sql

-- begin functions/sources/source_get.sql
-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A source is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION source_get(
  p_threat_model_id uuid,
  p_source_id uuid
) RETURNS SETOF sources
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM sources t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_source_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'source not found' USING ERRCODE = 'TM404', TABLE = 'sources';
  END IF;
END
$$;
COMMENT ON FUNCTION source_get IS
'Returns one source of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_source_id: the source, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the source does not exist or may not be seen.';
REVOKE ALL ON FUNCTION source_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_get TO tmi_app;
ALTER FUNCTION source_get OWNER TO tmi_api;
-- end functions/sources/source_get.sql

-- begin functions/sources/source_list.sql
-- Rendered from templates/list.sql.j2 by tools/render_sql.py.
-- The default order, unfiltered, is planned once and costs the same at any depth; the others stay within one model.
CREATE OR REPLACE FUNCTION source_list(
  p_threat_model_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_sort text DEFAULT '-created_at',
  p_filter jsonb DEFAULT NULL
) RETURNS SETOF sources
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_created_at timestamptz := timestamptz 'infinity';
  v_id uuid := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      SELECT s.created_at, s.id
      INTO v_created_at, v_id
      FROM _page_start(p_after) s;
    END IF;
    RETURN QUERY
    SELECT t.*
    FROM sources t
    WHERE t.threat_model_id = p_threat_model_id
      AND (t.created_at, t.id) < (v_created_at, v_id)
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT _limit(p_limit);
  ELSE
    RETURN QUERY EXECUTE
      'SELECT t.*
       FROM sources t
       WHERE t.threat_model_id = $1'
      || _filter_clause(
        p_filter,
        '{"type": "text"}',
        '{
          "name": ["text", "strpos(lower(t.name), lower(%L)) > 0"],
          "url": ["text", "strpos(lower(t.url), lower(%L)) > 0"]
        }'
      )
      || _page_clause(p_limit, p_after, p_sort, '{"created_at": "timestamptz", "modified_at": "timestamptz", "name": "text"}')
      USING p_threat_model_id;
  END IF;
END
$$;
COMMENT ON FUNCTION source_list IS
'Lists the sources of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_limit: 1 to 200 sources; 50 by default.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
p_sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by default.
p_filter: an object of type (a value, an array of values, or null), name, url (a part of it, in any case).
Returns rows.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown order, filter or cursor.';
REVOKE ALL ON FUNCTION source_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_list TO tmi_app;
ALTER FUNCTION source_list OWNER TO tmi_api;
-- end functions/sources/source_list.sql

-- begin functions/sources/source_patch.sql
-- Rendered from templates/patch.sql.j2 by tools/render_sql.py.
-- A patch may say what it was made for: its tests and if_modified_at are both judged while the model is locked.
CREATE OR REPLACE FUNCTION source_patch(
  p_threat_model_id uuid,
  p_source_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM _source_patch(p_threat_model_id, p_source_id, p_operations, p_if_modified_at) t;
END
$$;
COMMENT ON FUNCTION source_patch IS
'Changes a source by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_source_id: the source, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with /name, /url, /description, /type, /parameters; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the source does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION source_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_patch TO tmi_app;
ALTER FUNCTION source_patch OWNER TO tmi_api;
-- end functions/sources/source_patch.sql

-- begin functions/sources/source_update.sql
-- Rendered from templates/update.sql.j2 by tools/render_sql.py.
-- Fields that are not named keep what they hold, so that two editors of different fields do not undo each other.
CREATE OR REPLACE FUNCTION source_update(
  p_threat_model_id uuid,
  p_source_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  PERFORM _check_object(p_changes, '{
    "name": "string", "url": "string", "description": "string", "type": "string", "parameters": "object"
  }', 'changes');
  RETURN QUERY
  SELECT t.*
  FROM _sources_update(
    p_threat_model_id,
    jsonb_build_array(p_changes || jsonb_build_object('id', p_source_id, 'if_modified_at', p_if_modified_at))
  ) t;
END
$$;
COMMENT ON FUNCTION source_update IS
'Changes fields of a source.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_source_id: the source, which must be of that model.
p_changes: an object of name, url, description, type, parameters; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the source does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION source_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_update TO tmi_app;
ALTER FUNCTION source_update OWNER TO tmi_api;
-- end functions/sources/source_update.sql

-- begin functions/threats/threat_batch_patch.sql
-- A list of threats is edited by people who want to know which edits went through: each patch stands for itself, unless all are asked for.
CREATE OR REPLACE FUNCTION threat_batch_patch(
  p_threat_model_id uuid,
  p_patches jsonb,
  p_atomic boolean DEFAULT false
) RETURNS TABLE (
  index integer,
  id uuid,
  succeeded boolean,
  threat jsonb,
  code text,
  message text,
  detail text
)
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
  v_patch jsonb;
  v_hint text;
  v_table text;
  v_column text;
  v_constraint text;
BEGIN
  PERFORM _check_items(p_patches, '{"id": "string", "operations": "array", "if_modified_at": "string"}');
  PERFORM _check_ids(p_patches);
  -- In the order of their ids, as everywhere, however the patches are ordered.
  PERFORM
  FROM unnest(ARRAY(SELECT (p.patch ->> 'id')::uuid FROM jsonb_array_elements(p_patches) AS p (patch))) AS i (id)
  JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR NO KEY UPDATE OF t;
  FOR v_patch, index IN
    SELECT p.patch, (p.n - 1)::integer
    FROM jsonb_array_elements(p_patches) WITH ORDINALITY AS p (patch, n)
    ORDER BY p.n
  LOOP
    id := (v_patch ->> 'id')::uuid;
    BEGIN
      SELECT to_jsonb(t), true, NULL, NULL, NULL
      INTO threat, succeeded, code, message, detail
      FROM _threat_patch(p_threat_model_id, id, v_patch -> 'operations', (v_patch ->> 'if_modified_at')::timestamptz) t;
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
        GET STACKED DIAGNOSTICS
          code = RETURNED_SQLSTATE,
          message = MESSAGE_TEXT,
          detail = PG_EXCEPTION_DETAIL,
          v_hint = PG_EXCEPTION_HINT,
          v_table = TABLE_NAME,
          v_column = COLUMN_NAME,
          v_constraint = CONSTRAINT_NAME;
        IF code LIKE '22%' THEN
          -- Values of fields are named where they are written; what is left is the time.
          code := 'TM422';
          message := 'if_modified_at cannot take this value';
          v_column := 'if_modified_at';
        END IF;
        -- A detail that PostgreSQL wrote shows the row's values; our own names the place.
        detail := CASE WHEN detail ~ '^(field|path|item [0-9]+)' THEN detail WHEN v_column <> '' THEN 'field: ' || v_column END;
        IF p_atomic THEN
          RAISE EXCEPTION '%', message USING ERRCODE = code, HINT = coalesce(nullif(v_hint, ''), 'nothing was written: correct the patch and send all of them again'), TABLE = v_table, COLUMN = v_column, CONSTRAINT = v_constraint,
            DETAIL = format('item %s', index) || coalesce(': ' || regexp_replace(detail, '^(field|path|item [0-9]+): ', ''), '');
        END IF;
        threat := NULL;
        succeeded := false;
    END;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION threat_batch_patch IS
'Changes up to 1,000 threats by a JSON Patch (RFC 6902) each.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_patches: an array of 1 to 1,000 objects {id, operations, if_modified_at}, each as threat_patch takes them.
p_atomic: false to let each patch succeed or fail by itself; true for all or none.
Returns rows, in the order of the patches: its index, counted from 0; the threat''s id; whether it succeeded; the threat as it is now, as JSON; or the SQLSTATE, message and DETAIL of what threat_patch would have raised.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM413 above 1,000 patches; TM422 for patches that are malformed or name a threat twice; if atomic, what the first failing patch raises, and DETAIL names it, counted from 0.';
REVOKE ALL ON FUNCTION threat_batch_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_batch_patch TO tmi_app;
ALTER FUNCTION threat_batch_patch OWNER TO tmi_api;
-- end functions/threats/threat_batch_patch.sql

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

-- begin functions/threats/threat_bulk_delete.sql
-- Rendered from templates/bulk_delete.sql.j2 by tools/render_sql.py.
-- All or none; the answer is what was deleted, so that it can be undone.
CREATE OR REPLACE FUNCTION threat_bulk_delete(
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
BEGIN
  IF jsonb_typeof(p_items) = 'array' THEN
    SELECT coalesce(jsonb_agg(CASE jsonb_typeof(i.item) WHEN 'string' THEN jsonb_build_object('id', i.item) ELSE i.item END ORDER BY i.n), '[]')
    INTO v_items
    FROM jsonb_array_elements(p_items) WITH ORDINALITY AS i (item, n);
  END IF;
  PERFORM _check_items(v_items, '{"id": "string", "if_modified_at": "string"}');
  PERFORM _check_ids(v_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _threats_delete(p_threat_model_id, v_items) t;
  EXCEPTION
    WHEN data_exception OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_threats_delete', p_threat_model_id, v_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION threat_bulk_delete IS
'Deletes up to 1,000 threats and their metadata in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the row has moved on.
Returns rows as they were, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a threat does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION threat_bulk_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_bulk_delete TO tmi_app;
ALTER FUNCTION threat_bulk_delete OWNER TO tmi_api;
-- end functions/threats/threat_bulk_delete.sql

-- begin functions/threats/threat_bulk_update.sql
-- Rendered from templates/bulk_update.sql.j2 by tools/render_sql.py.
-- All or none; rows are locked in the order of their ids whatever the order of the items, so that two such calls never wait in a ring.
CREATE OR REPLACE FUNCTION threat_bulk_update(
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
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "if_modified_at": "string", "name": "string", "description": "string", "impact": "string", "likelihood": "string",
    "risk_rating": "string", "score": "number", "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string",
    "mitigation": "string", "issue_url": "string", "diagram_id": "string", "cell_id": "string", "metadata": "object"
  }');
  PERFORM _check_ids(p_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _threats_update(p_threat_model_id, p_items) t;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_threats_update', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION threat_bulk_update IS
'Changes up to 1,000 threats in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects: id; name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, mitigation, issue_url, diagram_id, cell_id as far as they change (null clears); if_modified_at to have the call refused if the row has moved on; metadata, an object of keys and text values to set.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a threat does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION threat_bulk_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_bulk_update TO tmi_app;
ALTER FUNCTION threat_bulk_update OWNER TO tmi_api;
-- end functions/threats/threat_bulk_update.sql

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

-- begin functions/threats/threat_delete.sql
-- Rendered from templates/delete.sql.j2 by tools/render_sql.py.
-- Its metadata goes with it, and the model's count goes down, by trigger.
CREATE OR REPLACE FUNCTION threat_delete(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS void
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
  v_modified_at timestamptz;
BEGIN
  DELETE FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id
  RETURNING t.modified_at INTO v_modified_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
  PERFORM _check_unchanged(v_modified_at, p_if_modified_at, 'threats');
END
$$;
COMMENT ON FUNCTION threat_delete IS
'Deletes a threat and its metadata.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_threat_id: the threat, which must be of that model.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
Returns nothing.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the threat does not exist or may not be seen; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION threat_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_delete TO tmi_app;
ALTER FUNCTION threat_delete OWNER TO tmi_api;
-- end functions/threats/threat_delete.sql

-- begin functions/threats/threat_get.sql
-- Rendered from templates/get.sql.j2 by tools/render_sql.py.
-- A threat is found within its model alone: there is no way to reach one by its id.
CREATE OR REPLACE FUNCTION threat_get(
  p_threat_model_id uuid,
  p_threat_id uuid
) RETURNS SETOF threats
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM threats t
  WHERE t.threat_model_id = p_threat_model_id
    AND t.id = p_threat_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'threat not found' USING ERRCODE = 'TM404', TABLE = 'threats';
  END IF;
END
$$;
COMMENT ON FUNCTION threat_get IS
'Returns one threat of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_threat_id: the threat, which must be of that model.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model or the threat does not exist or may not be seen.';
REVOKE ALL ON FUNCTION threat_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_get TO tmi_app;
ALTER FUNCTION threat_get OWNER TO tmi_api;
-- end functions/threats/threat_get.sql

-- begin functions/threats/threat_list.sql
-- Rendered from templates/list.sql.j2 by tools/render_sql.py.
-- The default order, unfiltered, is planned once and costs the same at any depth; the others stay within one model.
CREATE OR REPLACE FUNCTION threat_list(
  p_threat_model_id uuid,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_sort text DEFAULT '-created_at',
  p_filter jsonb DEFAULT NULL
) RETURNS SETOF threats
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'reader');
  v_created_at timestamptz := timestamptz 'infinity';
  v_id uuid := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      SELECT s.created_at, s.id
      INTO v_created_at, v_id
      FROM _page_start(p_after) s;
    END IF;
    RETURN QUERY
    SELECT t.*
    FROM threats t
    WHERE t.threat_model_id = p_threat_model_id
      AND (t.created_at, t.id) < (v_created_at, v_id)
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT _limit(p_limit);
  ELSE
    RETURN QUERY EXECUTE
      'SELECT t.*
       FROM threats t
       WHERE t.threat_model_id = $1'
      || _filter_clause(
        p_filter,
        '{
          "diagram_id": "uuid", "cell_id": "text", "risk_rating": "text", "impact": "text", "likelihood": "text",
          "status": "text", "mitigated": "boolean", "threat_type": "text", "priority": "text"
        }',
        '{
          "score_min": ["integer", "t.score >= %L::integer"],
          "score_max": ["integer", "t.score <= %L::integer"],
          "words": ["text", "to_tsvector(''simple'', concat_ws('' '', t.name, t.description, t.mitigation)) @@ plainto_tsquery(''simple'', %L)"]
        }'
      )
      || _page_clause(p_limit, p_after, p_sort, '{"created_at": "timestamptz", "modified_at": "timestamptz", "name": "text", "score": "integer NULL"}')
      USING p_threat_model_id;
  END IF;
END
$$;
COMMENT ON FUNCTION threat_list IS
'Lists the threats of a model.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_limit: 1 to 200 threats; 50 by default.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
p_sort: created_at, modified_at, name or score; a minus in front for the greatest first; the newest first by default; threats without a score stand last.
p_filter: an object of diagram_id, cell_id, risk_rating, impact, likelihood, status, mitigated, threat_type, priority (a value, an array of values, or null), score_min, score_max, words (all of which must occur in name, description or mitigation).
Returns rows.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM413 for a page that is too large; TM422 for an unknown order, filter or cursor.';
REVOKE ALL ON FUNCTION threat_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_list TO tmi_app;
ALTER FUNCTION threat_list OWNER TO tmi_api;
-- end functions/threats/threat_list.sql

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

-- begin functions/threat_models/threat_model_delete.sql
-- Everything in a model goes with it, in one statement that foreign keys carry down.
CREATE OR REPLACE FUNCTION threat_model_delete(
  p_threat_model_id uuid,
  p_if_modified_at timestamptz DEFAULT NULL,
  p_force boolean DEFAULT false
) RETURNS TABLE (
  threat_count bigint,
  diagram_count bigint,
  document_count bigint,
  source_count bigint,
  metadata_count bigint,
  session_count bigint,
  access_count bigint
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
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  PERFORM _check_unchanged(m.modified_at, p_if_modified_at, 'threat_models')
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  IF NOT coalesce(p_force, false) AND EXISTS (
    SELECT
    FROM collaboration_sessions s
    JOIN session_participants p ON p.session_id = s.id
    WHERE s.threat_model_id = p_threat_model_id
      AND s.ended_at IS NULL
      AND (s.expires_at IS NULL OR s.expires_at > now())
      AND p.left_at IS NULL
  ) THEN
    RAISE EXCEPTION 'people are at work in a session of the threat model' USING ERRCODE = 'TM409', TABLE = 'collaboration_sessions',
      HINT = 'end the session, or delete with force';
  END IF;
  RETURN QUERY
  SELECT
    (SELECT count(*) FROM threats t WHERE t.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM diagrams d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM documents d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM sources s WHERE s.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM metadata d WHERE d.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM collaboration_sessions s WHERE s.threat_model_id = p_threat_model_id),
    (SELECT count(*) FROM threat_model_access a WHERE a.threat_model_id = p_threat_model_id);
  DELETE FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_delete IS
'Deletes a threat model with everything in it: threats, diagrams, documents, sources, metadata of every level, sessions and access.

p_threat_model_id: the model, of which the caller must be an owner.
p_if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved on.
p_force: true to delete it even while people are at work in one of its sessions.
Returns the row of how many rows of each kind were deleted.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 while a session with participants is open; TM412 when the row has changed since.';
REVOKE ALL ON FUNCTION threat_model_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_delete TO tmi_app;
ALTER FUNCTION threat_model_delete OWNER TO tmi_api;
-- end functions/threat_models/threat_model_delete.sql

-- begin functions/threat_models/threat_model_document.sql
-- Everything in a model in one JSON document, read in one statement and so in one snapshot; by one plan, whoever asks first.
CREATE OR REPLACE FUNCTION threat_model_document(
  p_threat_model_id uuid,
  p_include text[] DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  PERFORM _check_parts(p_include, ARRAY['access', 'metadata', 'threats', 'diagrams', 'documents', 'sources']);
  RETURN (
    SELECT to_jsonb(m) || jsonb_build_object('role', v_role) || jsonb_strip_nulls(jsonb_build_object(
      'access', CASE WHEN p_include IS NULL OR 'access' = ANY (p_include) THEN (
        SELECT coalesce(jsonb_agg(to_jsonb(a) - ARRAY['threat_model_id', 'model_created_at'] ORDER BY a.granted_at, a.user_email), '[]')
        FROM threat_model_access a
        WHERE a.threat_model_id = p_threat_model_id
      ) END
    )) || CASE WHEN p_include IS NULL OR 'metadata' = ANY (p_include) THEN jsonb_build_object('metadata', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.entity_type, d.entity_id, d.key), '[]')
        FROM metadata d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'threats' = ANY (p_include) THEN jsonb_build_object('threats', (
        SELECT coalesce(jsonb_agg(to_jsonb(t) - 'threat_model_id' ORDER BY t.created_at, t.id), '[]')
        FROM threats t
        WHERE t.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'diagrams' = ANY (p_include) THEN jsonb_build_object('diagrams', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.created_at, d.id), '[]')
        FROM diagrams d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'documents' = ANY (p_include) THEN jsonb_build_object('documents', (
        SELECT coalesce(jsonb_agg(to_jsonb(d) - 'threat_model_id' ORDER BY d.created_at, d.id), '[]')
        FROM documents d
        WHERE d.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
      || CASE WHEN p_include IS NULL OR 'sources' = ANY (p_include) THEN jsonb_build_object('sources', (
        SELECT coalesce(jsonb_agg(to_jsonb(s) - 'threat_model_id' ORDER BY s.created_at, s.id), '[]')
        FROM sources s
        WHERE s.threat_model_id = p_threat_model_id
      )) ELSE '{}' END
    FROM threat_models m
    WHERE m.id = p_threat_model_id
  );
END
$$;
COMMENT ON FUNCTION threat_model_document IS
'Returns a threat model and everything in it as one JSON document.

p_threat_model_id: the model, of which the caller must be a reader at least.
p_include: which parts to put in beside the model''s own fields: access, metadata, threats, diagrams (with their cells), documents, sources; all by default.
Returns an object of the model''s columns, the caller''s role, and an array for each part, in the order of creation.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen; TM422 for an unknown part.';
REVOKE ALL ON FUNCTION threat_model_document FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_document TO tmi_app;
ALTER FUNCTION threat_model_document OWNER TO tmi_api;
-- end functions/threat_models/threat_model_document.sql

-- begin functions/threat_models/threat_model_get.sql
-- The counts are columns, so that one row answers what took five queries.
CREATE OR REPLACE FUNCTION threat_model_get(
  p_threat_model_id uuid
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
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'reader');
BEGIN
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_get IS
'Returns one threat model with its cached counts and the caller''s role in it.

p_threat_model_id: the model, of which the caller must be a reader at least.
Returns the row.
Raises TM401 without a valid identity; TM404 when the model does not exist or may not be seen.';
REVOKE ALL ON FUNCTION threat_model_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_get TO tmi_app;
ALTER FUNCTION threat_model_get OWNER TO tmi_api;
-- end functions/threat_models/threat_model_get.sql

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

-- begin functions/threat_models/threat_model_list.sql
-- One round trip for a page of models with counts and role; the default order reads the access table alone to find them.
CREATE OR REPLACE FUNCTION threat_model_list(
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_sort text DEFAULT '-created_at',
  p_filter jsonb DEFAULT NULL
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
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_is_page boolean := p_filter IS NULL AND p_sort = 'created_at' OR p_filter IS NULL AND p_sort = '-created_at';
  -- In the default order, unfiltered, the page alone.
  v_entered record := _enter_page(
    CASE WHEN v_is_page THEN _limit(p_limit) END,
    CASE WHEN v_is_page THEN p_after END,
    p_sort IS DISTINCT FROM 'created_at'
  );
  v_metadata text := '';
BEGIN
  IF v_is_page THEN
    RETURN QUERY
    SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
      m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, p.role
    FROM unnest(v_entered.threat_model_ids, v_entered.roles) WITH ORDINALITY AS p (threat_model_id, role, n)
    JOIN threat_models m ON m.id = p.threat_model_id
    ORDER BY p.n;
  ELSE
    -- Key and value have to be those of one pair, which two independent conditions would not say.
    IF p_filter ? 'metadata_key' THEN
      v_metadata := format(
        $sql$ AND EXISTS (
          SELECT
          FROM metadata d
          WHERE d.threat_model_id = t.id
            AND d.entity_type = 'threat_model'
            AND d.key = %L
            AND (%L IS NULL OR d.value = %2$L)
        )$sql$,
        p_filter ->> 'metadata_key',
        p_filter ->> 'metadata_value'
      );
    ELSIF p_filter ? 'metadata_value' THEN
      RAISE EXCEPTION 'a metadata value is looked for under a key' USING ERRCODE = 'TM422', DETAIL = 'field: filter.metadata_value',
        HINT = 'add metadata_key to the filter';
    END IF;
    RETURN QUERY EXECUTE
      'SELECT t.id, t.name, t.description, t.owner_email, t.created_by, t.threat_model_framework, t.issue_url,
         t.document_count, t.source_count, t.diagram_count, t.threat_count, t.created_at, t.modified_at, a.role
       FROM unnest($1, $2) AS a (threat_model_id, role)
       JOIN threat_models t ON t.id = a.threat_model_id
       WHERE true'
      || v_metadata
      || _filter_clause(
        p_filter - ARRAY['metadata_key', 'metadata_value'],
        '{"owner_email": "text", "created_by": "text", "threat_model_framework": "text", "issue_url": "text"}',
        '{
          "name": ["text", "strpos(lower(t.name), lower(%L)) > 0"],
          "role": ["text", "a.role = %L"],
          "created_after": ["timestamptz", "t.created_at > %L::timestamptz"],
          "created_before": ["timestamptz", "t.created_at < %L::timestamptz"],
          "modified_after": ["timestamptz", "t.modified_at > %L::timestamptz"],
          "modified_before": ["timestamptz", "t.modified_at < %L::timestamptz"]
        }'
      )
      || _page_clause(p_limit, p_after, p_sort, '{"created_at": "timestamptz", "modified_at": "timestamptz", "name": "text"}')
      USING v_entered.threat_model_ids, v_entered.roles;
  END IF;
END
$$;
COMMENT ON FUNCTION threat_model_list IS
'Lists the threat models that the caller may read, with their cached counts and his role in each.

p_limit: 1 to 200 models; 50 by default.
p_after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
p_sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by default.
p_filter: an object of owner_email, created_by, threat_model_framework, issue_url (a value, an array of values, or null), name (a part of it, in any case), role, created_after, created_before, modified_after, modified_before, metadata_key (a key of the model''s own metadata), metadata_value (the value of that key).
Returns rows.
Raises TM401 without a valid identity; TM413 for a page that is too large; TM422 for an unknown order, filter or cursor.';
REVOKE ALL ON FUNCTION threat_model_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_list TO tmi_app;
ALTER FUNCTION threat_model_list OWNER TO tmi_api;
-- end functions/threat_models/threat_model_list.sql

-- begin functions/threat_models/threat_model_patch.sql
-- The same fields as of an update, by an allow-list of pointers: ownership and counts cannot be reached.
CREATE OR REPLACE FUNCTION threat_model_patch(
  p_threat_model_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_role text := _enter(p_threat_model_id, 'writer');
  v_model threat_models;
BEGIN
  SELECT m.*
  INTO v_model
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
  PERFORM _check_unchanged(v_model.modified_at, p_if_modified_at, 'threat_models');
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM _threat_model_change(
    p_threat_model_id,
    _patch_changes(to_jsonb(v_model), p_operations, '{"name": "string", "description": "string", "threat_model_framework": "string", "issue_url": "string"}')
  ) m;
END
$$;
COMMENT ON FUNCTION threat_model_patch IS
'Changes fields of a threat model by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name, /description, /threat_model_framework and /issue_url; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION threat_model_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_patch TO tmi_app;
ALTER FUNCTION threat_model_patch OWNER TO tmi_api;
-- end functions/threat_models/threat_model_patch.sql

-- begin functions/threat_models/threat_model_search.sql
-- People remember a word, not where it stood.
CREATE OR REPLACE FUNCTION threat_model_search(
  p_query text,
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL
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
  role text,
  matched text
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_created_at timestamptz;
  v_id uuid;
  v_ids uuid[];
  v_roles text[];
  v_matched text[];
BEGIN
  PERFORM _open();
  IF p_after IS NOT NULL THEN
    SELECT s.created_at, s.id
    INTO v_created_at, v_id
    FROM _page_start(p_after) s;
  END IF;
  SELECT s.threat_model_ids, s.roles, s.matched
  INTO v_ids, v_roles, v_matched
  FROM _search(p_query, _limit(p_limit), v_created_at, v_id) s;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, p.role, p.matched
  FROM unnest(v_ids, v_roles, v_matched) WITH ORDINALITY AS p (threat_model_id, role, matched, n)
  JOIN threat_models m ON m.id = p.threat_model_id
  ORDER BY p.n;
END
$$;
COMMENT ON FUNCTION threat_model_search IS
'Searches the threat models that the caller may read for words in names, descriptions, threats, mitigations, diagrams, documents, sources and metadata values.

p_query: one or more words, in any case; all must occur in the same place.
p_limit: 1 to 200 models; 50 by default.
p_after: the last row of the page before, or just its id and created_at, as a JSON object.
Returns rows, the newest model first, with the caller''s role and where the words were found: threat_model, threat, diagram, document, source, metadata, separated by commas.
Raises TM401 without a valid identity; TM413 for a page that is too large; TM422 for a query without a word or a bad cursor.';
REVOKE ALL ON FUNCTION threat_model_search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_search TO tmi_app;
ALTER FUNCTION threat_model_search OWNER TO tmi_api;
-- end functions/threat_models/threat_model_search.sql

-- begin functions/threat_models/threat_model_transfer.sql
-- Ownership is handed over, never taken: the one who had it stays as an owner, and nothing in between leaves the model without one.
CREATE OR REPLACE FUNCTION threat_model_transfer(
  p_threat_model_id uuid,
  p_new_owner_email text
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
  v_role text := _enter(p_threat_model_id, 'owner');
BEGIN
  BEGIN
    -- In the caller's name; the trigger that mirrors owners finds it done.
    PERFORM _access_put(p_threat_model_id, jsonb_build_array(jsonb_build_object('email', p_new_owner_email, 'role', 'owner')));
  EXCEPTION
    WHEN not_null_violation OR SQLSTATE 'TM422' THEN
      RAISE EXCEPTION 'there is no user with this address' USING ERRCODE = 'TM422', TABLE = 'threat_models', COLUMN = 'owner_email', DETAIL = 'field: new_owner_email',
        HINT = 'a person has to log in once before being given a model';
  END;
  PERFORM _threat_model_own(p_threat_model_id, _email(p_new_owner_email));
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_transfer IS
'Makes somebody else the owner of record of a threat model; the one who was it stays as an owner.

p_threat_model_id: the model, of which the caller must be an owner.
p_new_owner_email: the address of an existing user; the owner of record himself changes nothing.
Returns the row, with the caller''s role.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM422 when nobody has the address.';
REVOKE ALL ON FUNCTION threat_model_transfer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_transfer TO tmi_app;
ALTER FUNCTION threat_model_transfer OWNER TO tmi_api;
-- end functions/threat_models/threat_model_transfer.sql

-- begin functions/threat_models/threat_model_update.sql
-- Who owns a model and who made it are not among the fields: ownership moves by transfer alone.
CREATE OR REPLACE FUNCTION threat_model_update(
  p_threat_model_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  v_role text := _enter(p_threat_model_id, 'writer');
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string", "description": "string", "threat_model_framework": "string", "issue_url": "string"}', 'changes');
  IF p_if_modified_at IS NOT NULL THEN
    PERFORM _check_unchanged(m.modified_at, p_if_modified_at, 'threat_models')
    FROM threat_models m
    WHERE m.id = p_threat_model_id;
  END IF;
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM _threat_model_change(p_threat_model_id, p_changes) m;
END
$$;
COMMENT ON FUNCTION threat_model_update IS
'Changes fields of a threat model.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_changes: an object of name, description, threat_model_framework, issue_url; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION threat_model_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_update TO tmi_app;
ALTER FUNCTION threat_model_update OWNER TO tmi_api;
-- end functions/threat_models/threat_model_update.sql

-- begin functions/threats/threat_patch.sql
-- Rendered from templates/patch.sql.j2 by tools/render_sql.py.
-- A patch may say what it was made for: its tests and if_modified_at are both judged while the model is locked.
CREATE OR REPLACE FUNCTION threat_patch(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_operations jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  RETURN QUERY
  SELECT t.*
  FROM _threat_patch(p_threat_model_id, p_threat_id, p_operations, p_if_modified_at) t;
END
$$;
COMMENT ON FUNCTION threat_patch IS
'Changes a threat by a JSON Patch (RFC 6902).

p_threat_model_id: the model, of which the caller must be a writer at least.
p_threat_id: the threat, which must be of that model.
p_operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with /name, /description, /impact, /likelihood, /risk_rating, /score, /priority, /mitigated, /status, /threat_type, /mitigation, /issue_url, /diagram_id, /cell_id; a field that is removed is cleared.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the threat does not exist or may not be seen; TM409 when a test fails; TM412 when the row has changed since; TM413 above 1,000 operations; TM422 for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the operation, counted from 0.';
REVOKE ALL ON FUNCTION threat_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_patch TO tmi_app;
ALTER FUNCTION threat_patch OWNER TO tmi_api;
-- end functions/threats/threat_patch.sql

-- begin functions/threats/threat_update.sql
-- Rendered from templates/update.sql.j2 by tools/render_sql.py.
-- Fields that are not named keep what they hold, so that two editors of different fields do not undo each other.
CREATE OR REPLACE FUNCTION threat_update(
  p_threat_model_id uuid,
  p_threat_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
BEGIN
  PERFORM _check_object(p_changes, '{
    "name": "string", "description": "string", "impact": "string", "likelihood": "string", "risk_rating": "string", "score": "number",
    "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string", "mitigation": "string", "issue_url": "string",
    "diagram_id": "string", "cell_id": "string"
  }', 'changes');
  RETURN QUERY
  SELECT t.*
  FROM _threats_update(
    p_threat_model_id,
    jsonb_build_array(p_changes || jsonb_build_object('id', p_threat_id, 'if_modified_at', p_if_modified_at))
  ) t;
END
$$;
COMMENT ON FUNCTION threat_update IS
'Changes fields of a threat.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_threat_id: the threat, which must be of that model.
p_changes: an object of name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, mitigation, issue_url, diagram_id, cell_id; a key that is there is set (null clears), one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
Returns the row.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or the threat does not exist or may not be seen; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION threat_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_update TO tmi_app;
ALTER FUNCTION threat_update OWNER TO tmi_api;
-- end functions/threats/threat_update.sql

-- begin functions/tokens/token_issue.sql
-- A sign-in begins a family, whose end is fixed here however often its tokens are exchanged.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_issue(
  p_user_id uuid,
  p_token_hash text,
  p_ttl interval DEFAULT '30 days',
  p_family_ttl interval DEFAULT '90 days'
) RETURNS TABLE (
  user_id uuid,
  family_id uuid,
  expires_at timestamptz,
  family_expires_at timestamptz
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
  v_family_expires_at timestamptz := now() + _token_ttl(p_family_ttl, '365 days', 'family_ttl');
  v_expires_at timestamptz := least(now() + _token_ttl(p_ttl, '90 days', 'ttl'), v_family_expires_at);
BEGIN
  PERFORM _user_lock(p_user_id);
  RETURN QUERY
  INSERT INTO refresh_tokens AS t (user_id, token_hash, expires_at, family_expires_at)
  VALUES (p_user_id, _token_hash(p_token_hash, 'token_hash'), v_expires_at, v_family_expires_at)
  ON CONFLICT ON CONSTRAINT refresh_tokens_token_hash_key DO NOTHING
  RETURNING t.user_id, t.family_id, t.expires_at, t.family_expires_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the token is in use' USING ERRCODE = 'TM409', TABLE = 'refresh_tokens', COLUMN = 'token_hash', CONSTRAINT = 'refresh_tokens_token_hash_key', DETAIL = 'field: token_hash',
      HINT = 'make a new random one';
  END IF;
END
$$;
COMMENT ON FUNCTION token_issue IS
'Issues the first refresh token of a sign-in.

p_user_id: the user.
p_token_hash: the sha256 of the token, 64 hexadecimal digits; the token itself is 256 random bits that the database never sees.
p_ttl: how long the token is good, 1 second to 90 days, but not beyond its family.
p_family_ttl: how long the token and all that it is exchanged for are good, 1 second to 365 days.
Returns the row of the user, the family and when token and family end.
Raises TM404 when there is no such user; TM409 when the token is in use; TM422 for a bad hash or duration.';
REVOKE ALL ON FUNCTION token_issue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_issue TO tmi_auth;
ALTER FUNCTION token_issue OWNER TO tmi_identity;
-- end functions/tokens/token_issue.sql

-- begin functions/tokens/token_purge_expired.sql
-- A token that has expired proves nothing any more; a job removes them, some at a time, beside any other.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_purge_expired(
  p_limit integer DEFAULT 10000
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_count bigint;
BEGIN
  IF p_limit < 1 THEN
    RAISE EXCEPTION 'a purge removes at least 1 token' USING ERRCODE = 'TM422', DETAIL = 'field: limit';
  END IF;
  DELETE FROM refresh_tokens t
  WHERE t.id IN (
    SELECT e.id
    FROM refresh_tokens e
    WHERE e.expires_at <= now()
    ORDER BY e.expires_at
    LIMIT coalesce(p_limit, 10000)
    FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION token_purge_expired IS
'Removes refresh tokens that have expired, revoked or not, the longest expired first.

p_limit: how many at the most; 10,000 by default.
Returns how many were removed; fewer than p_limit when there are no more.
Raises TM422 for a limit below 1.';
REVOKE ALL ON FUNCTION token_purge_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_purge_expired TO tmi_auth;
ALTER FUNCTION token_purge_expired OWNER TO tmi_identity;
-- end functions/tokens/token_purge_expired.sql

-- begin functions/tokens/token_revoke.sql
-- Signing out ends the sign-in, by whichever of its tokens; a second time changes nothing, and an unknown token is as good as revoked.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_revoke(
  p_token_hash text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_token refresh_tokens := _token_lock(_token_hash(p_token_hash, 'token_hash'));
BEGIN
  PERFORM _family_revoke(v_token.family_id);
END
$$;
COMMENT ON FUNCTION token_revoke IS
'Revokes a refresh token with its family: all tokens that descend from the same sign-in.

p_token_hash: the sha256 of the token, 64 hexadecimal digits.
Returns nothing, whether or not there was anything to revoke.
Raises TM422 for a bad hash.';
REVOKE ALL ON FUNCTION token_revoke FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_revoke TO tmi_auth;
ALTER FUNCTION token_revoke OWNER TO tmi_identity;
-- end functions/tokens/token_revoke.sql

-- begin functions/tokens/token_revoke_all.sql
-- Somebody whose device was stolen signs out everywhere. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_revoke_all(
  p_user_id uuid
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_count bigint;
BEGIN
  PERFORM _user_lock(p_user_id);
  WITH revoked AS (
    UPDATE refresh_tokens t
    SET revoked_at = now()
    WHERE t.user_id = p_user_id
      AND t.revoked_at IS NULL
    RETURNING t.family_id, t.rotated_at, t.expires_at
  )
  SELECT count(DISTINCT r.family_id)
  INTO v_count
  FROM revoked r
  WHERE r.rotated_at IS NULL
    AND r.expires_at > now();
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION token_revoke_all IS
'Revokes every refresh token of a user.

p_user_id: the user.
Returns how many sign-ins that ended.
Raises TM404 when there is no such user.';
REVOKE ALL ON FUNCTION token_revoke_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_revoke_all TO tmi_auth;
ALTER FUNCTION token_revoke_all OWNER TO tmi_identity;
-- end functions/tokens/token_revoke_all.sql

-- begin functions/tokens/token_rotate.sql
-- A token is exchanged once. One that comes back was stolen, from its owner or by him: its whole family falls. That is answered and
-- not raised, since an error would take the revocation back. A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION token_rotate(
  p_old_hash text,
  p_new_hash text,
  p_ttl interval DEFAULT NULL
) RETURNS TABLE (
  outcome text,
  user_id uuid,
  family_id uuid,
  expires_at timestamptz,
  family_expires_at timestamptz
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
  v_new_hash text := _token_hash(p_new_hash, 'new_hash');
  v_old refresh_tokens;
  v_new refresh_tokens;
BEGIN
  IF p_ttl IS NOT NULL THEN
    PERFORM _token_ttl(p_ttl, '90 days', 'ttl');
  END IF;
  v_old := _token_lock(_token_hash(p_old_hash, 'old_hash'));
  IF v_old.token_hash = v_new_hash THEN
    RAISE EXCEPTION 'a token is exchanged for another' USING ERRCODE = 'TM422', TABLE = 'refresh_tokens', COLUMN = 'token_hash', DETAIL = 'field: new_hash', HINT = 'make a new random one';
  ELSIF v_old.revoked_at IS NULL AND v_old.replaced_by <> v_new_hash THEN
    PERFORM _family_revoke(v_old.family_id);
    outcome := 'reused';
    RETURN NEXT;
    RETURN;
  ELSIF v_old.revoked_at IS NULL AND v_old.replaced_by = v_new_hash THEN
    -- The same request once more, whose answer was lost.
    SELECT t.*
    INTO v_new
    FROM refresh_tokens t
    WHERE t.token_hash = v_new_hash;
  ELSIF v_old.revoked_at IS NULL AND v_old.expires_at > now() THEN
    INSERT INTO refresh_tokens AS t (user_id, token_hash, expires_at, family_id, family_expires_at)
    VALUES (
      v_old.user_id,
      v_new_hash,
      least(now() + coalesce(p_ttl, v_old.expires_at - v_old.created_at), v_old.family_expires_at),
      v_old.family_id,
      v_old.family_expires_at
    )
    ON CONFLICT ON CONSTRAINT refresh_tokens_token_hash_key DO NOTHING
    RETURNING t.* INTO v_new;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the token is in use' USING ERRCODE = 'TM409', TABLE = 'refresh_tokens', COLUMN = 'token_hash', CONSTRAINT = 'refresh_tokens_token_hash_key', DETAIL = 'field: new_hash',
        HINT = 'make a new random one';
    END IF;
    UPDATE refresh_tokens t
    SET rotated_at = now(),
      replaced_by = v_new_hash
    WHERE t.id = v_old.id;
  END IF;
  IF v_new.expires_at > now() THEN
    RETURN QUERY
    SELECT 'rotated', v_new.user_id, v_new.family_id, v_new.expires_at, v_new.family_expires_at;
  ELSE
    -- Unknown, revoked and expired are one answer.
    RAISE EXCEPTION 'the refresh token is not valid' USING ERRCODE = 'TM401', TABLE = 'refresh_tokens', HINT = 'log in again';
  END IF;
END
$$;
COMMENT ON FUNCTION token_rotate IS
'Exchanges a refresh token for another, in one step; a token that was exchanged before revokes its whole family.

p_old_hash: the sha256 of the token that was presented, 64 hexadecimal digits.
p_new_hash: the sha256 of the token that is to follow. The same two hashes sent again are the same request, with the same answer.
p_ttl: how long the new token is good, 1 second to 90 days, but not beyond its family; as long as the old one if left out.
Returns the row of an outcome, the user, the family and when token and family end. The outcome is ''rotated'', or ''reused'', with all else NULL: then nobody is let in, and the transaction must be committed all the same, since it holds the revocation of the family.
Raises TM401 for a token that is unknown, revoked or expired; TM409 when the new token is in use; TM422 for a bad hash or duration.';
REVOKE ALL ON FUNCTION token_rotate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION token_rotate TO tmi_auth;
ALTER FUNCTION token_rotate OWNER TO tmi_identity;
-- end functions/tokens/token_rotate.sql

-- begin functions/users/user_change_email.sql
-- Ownership and access follow a person to the new address along the foreign keys; what is history stays as it was written.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_change_email(
  p_user_id uuid,
  p_new_email text
) RETURNS SETOF users
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- Models before their access rows, as for every change of access.
  PERFORM _user_models_lock(_user_lock(p_user_id));
  RETURN QUERY
  UPDATE users u
  SET email = _email(p_new_email)
  WHERE u.id = p_user_id
  RETURNING u.*;
EXCEPTION
  WHEN unique_violation THEN
    RAISE EXCEPTION 'the address belongs to another account' USING ERRCODE = 'TM409', TABLE = 'users', COLUMN = 'email', CONSTRAINT = 'users_email_idx', DETAIL = 'field: new_email';
END
$$;
COMMENT ON FUNCTION user_change_email IS
'Gives a user another address; ownership and access of models follow, created_by and granted_by stay as they were written.

p_user_id: the user.
p_new_email: 3 to 320 characters; stored trimmed and in lower case. Identities signed for the old address are refused from then on.
Returns the row.
Raises TM404 when there is no such user; TM409 when the address belongs to another; TM422 for a bad address.';
REVOKE ALL ON FUNCTION user_change_email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_change_email TO tmi_auth;
ALTER FUNCTION user_change_email OWNER TO tmi_identity;
-- end functions/users/user_change_email.sql

-- begin functions/users/user_delete.sql
-- A person can go, but nothing they owned is orphaned: ownership is transferred, or the model deleted because somebody said so.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_delete(
  p_user_id uuid,
  p_transfer_to text DEFAULT NULL,
  p_delete_models boolean DEFAULT false
) RETURNS TABLE (
  threat_model_id uuid,
  name text,
  action text,
  new_owner_email text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_transfer_to text := _email(p_transfer_to);
  v_delete_models boolean := coalesce(p_delete_models, false);
  v_email text;
BEGIN
  -- With whoever is to get the models, so that neither goes meanwhile, and in order, so that two deletions do not wait for each other.
  PERFORM
  FROM users u
  WHERE u.id = p_user_id
    OR u.email = v_transfer_to
  ORDER BY u.id
  FOR NO KEY UPDATE;
  v_email := _user_lock(p_user_id);
  IF v_transfer_to = v_email OR NOT EXISTS (SELECT FROM users u WHERE u.email = coalesce(v_transfer_to, v_email)) THEN
    RAISE EXCEPTION 'the models can go to another existing user only' USING ERRCODE = 'TM422', TABLE = 'users', COLUMN = 'email', DETAIL = 'field: transfer_to';
  END IF;
  RETURN QUERY
  SELECT r.*
  FROM _user_models_release(v_email, v_transfer_to, v_delete_models) r;
  -- From here on nobody can make the user owner or member of anything; what came since is released too.
  PERFORM
  FROM users u
  WHERE u.id = p_user_id
  FOR UPDATE;
  RETURN QUERY
  SELECT r.*
  FROM _user_models_release(v_email, v_transfer_to, v_delete_models) r;
  DELETE FROM users u
  WHERE u.id = p_user_id;
END
$$;
COMMENT ON FUNCTION user_delete IS
'Deletes a user with providers, tokens, access and participations; each model the user owns gets another owner first.

p_user_id: the user.
p_transfer_to: the address of an existing user who gets all the models; if left out, each goes to the other owner who has been one longest.
p_delete_models: true to delete the models that nobody is left for, instead of refusing.
Returns rows: each model the user owned, what became of it (transferred or deleted), and the new owner, who is NULL for a deleted one.
Raises TM404 when there is no such user; TM409 when models have no other owner: DETAIL lists them as ''models: id, id''; TM422 when p_transfer_to is nobody, or the user himself.';
REVOKE ALL ON FUNCTION user_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_delete TO tmi_auth;
ALTER FUNCTION user_delete OWNER TO tmi_identity;
-- end functions/users/user_delete.sql

-- begin functions/users/user_find.sql
-- People know each other by address.
CREATE OR REPLACE FUNCTION user_find(
  p_email text
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email = _email(p_email);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_find IS
'Finds one user.

p_email: the address, in any case.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_find TO tmi_auth;
ALTER FUNCTION user_find OWNER TO tmi_identity;
-- end functions/users/user_find.sql

-- begin functions/users/user_find_by_provider.sql
-- A provider knows its own id of a person, and nothing else that lasts.
CREATE OR REPLACE FUNCTION user_find_by_provider(
  p_provider text,
  p_provider_user_id text
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.id = (
    SELECT p.user_id
    FROM user_providers p
    WHERE p.provider = p_provider
      AND p.provider_user_id = p_provider_user_id
  );
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_find_by_provider IS
'Finds one user.

p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_find_by_provider FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_find_by_provider TO tmi_auth;
ALTER FUNCTION user_find_by_provider OWNER TO tmi_identity;
-- end functions/users/user_find_by_provider.sql

-- begin functions/users/user_get.sql
-- Services keep a user's id in their tokens.
CREATE OR REPLACE FUNCTION user_get(
  p_user_id uuid
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.id = p_user_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
END
$$;
COMMENT ON FUNCTION user_get IS
'Finds one user.

p_user_id: the user.
Returns the row.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION user_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_get TO tmi_auth;
ALTER FUNCTION user_get OWNER TO tmi_identity;
-- end functions/users/user_get.sql

-- begin functions/users/user_list.sql
-- For administration, by the login service alone.
CREATE OR REPLACE FUNCTION user_list(
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_query text DEFAULT NULL
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF p_after IS NOT NULL AND (jsonb_typeof(p_after) <> 'object' OR p_after ->> 'email' IS NULL) THEN
    RAISE EXCEPTION 'a page begins after a row: an object with email' USING ERRCODE = 'TM422', DETAIL = 'field: after';
  END IF;
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email > coalesce(p_after ->> 'email', '')
    AND (p_query IS NULL OR strpos(lower(u.email || ' ' || u.name), lower(p_query)) > 0)
  ORDER BY u.email
  LIMIT _limit(p_limit);
END
$$;
COMMENT ON FUNCTION user_list IS
'Lists users by address.

p_limit: 1 to 200 users; 50 by default.
p_after: the last row of the page before, or just its email, as a JSON object.
p_query: a part of the address or the name, in any case.
Returns rows.
Raises TM413 for a page that is too large; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION user_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_list TO tmi_auth;
ALTER FUNCTION user_list OWNER TO tmi_identity;
-- end functions/users/user_list.sql

-- begin functions/users/user_login.sql
-- One atomic step from a provider's answer to a user: two logins at once give one user, and a second provider cannot take over an account.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_login(
  p_provider text,
  p_provider_user_id text,
  p_email text,
  p_name text,
  p_email_verified boolean DEFAULT false
) RETURNS TABLE (
  id uuid,
  email text,
  name text,
  created_at timestamptz,
  modified_at timestamptz,
  last_login timestamptz,
  is_new boolean
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
  v_email text := _email(p_email);
  v_user_id uuid;
  v_is_new boolean := false;
BEGIN
  PERFORM _identity_lock(p_provider, p_provider_user_id);
  -- The user before the link, as everywhere: one that is being unlinked or deleted is waited for, and then not found.
  SELECT u.id
  INTO v_user_id
  FROM user_providers p
  JOIN users u ON u.id = p.user_id
  WHERE p.provider = p_provider
    AND p.provider_user_id = p_provider_user_id
  FOR NO KEY UPDATE OF u
  FOR KEY SHARE OF p;
  IF FOUND THEN
    -- Some providers say who somebody is the first time only.
    UPDATE user_providers p
    SET provider_email = coalesce(v_email, p.provider_email),
      provider_name = coalesce(p_name, p.provider_name)
    WHERE p.provider = p_provider
      AND p.provider_user_id = p_provider_user_id
      AND (p.provider_email, p.provider_name) IS DISTINCT FROM (coalesce(v_email, p.provider_email), coalesce(p_name, p.provider_name));
  ELSE
    LOOP
      -- Whoever else is making a user of this address is waited for here.
      INSERT INTO users AS u (email, name)
      VALUES (v_email, p_name)
      ON CONFLICT ON CONSTRAINT users_email_idx DO NOTHING
      RETURNING u.id INTO v_user_id;
      v_is_new := FOUND;
      EXIT WHEN v_is_new;
      SELECT u.id
      INTO v_user_id
      FROM users u
      WHERE u.email = v_email
      FOR NO KEY UPDATE;
      -- Whoever had the address may have changed it, or gone, since it stood in the way.
      EXIT WHEN FOUND;
    END LOOP;
    IF NOT v_is_new AND NOT coalesce(p_email_verified, false) THEN
      RAISE EXCEPTION 'the address belongs to an account that this identity is not linked to' USING ERRCODE = 'TM409', TABLE = 'users', COLUMN = 'email', DETAIL = 'field: email',
        HINT = 'log in the way the account was made and link the provider there, or have the provider verify the address';
    END IF;
    PERFORM _provider_add(v_user_id, p_provider, p_provider_user_id, v_email, p_name);
  END IF;
  RETURN QUERY
  UPDATE users u
  SET last_login = now()
  WHERE u.id = v_user_id
  RETURNING u.id, u.email, u.name, u.created_at, u.modified_at, u.last_login, v_is_new;
END
$$;
COMMENT ON FUNCTION user_login IS
'Logs somebody in by the identity that a provider has confirmed, and makes the user and the link when they are new.

p_provider: google, github, microsoft, apple, facebook or twitter.
p_provider_user_id: the provider''s own id of the person, 1 to 256 characters.
p_email: the address as the provider gives it; stored trimmed and in lower case. A known identity keeps its user''s address, whatever this says.
p_name: the name to show; used for a new user only.
p_email_verified: true when the provider vouches for the address: only then is a new identity linked to an existing user with that address. A new user is made either way.
Returns the row of the user, and whether it is new.
Raises TM409 when the address belongs to a user whom the identity may not be linked to; TM422 for a value that is missing or unknown.';
REVOKE ALL ON FUNCTION user_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_login TO tmi_auth;
ALTER FUNCTION user_login OWNER TO tmi_identity;
-- end functions/users/user_login.sql

-- begin functions/users/user_update.sql
-- The address is not among the fields: it is what models and grants refer to, and moves by user_change_email alone.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_update(
  p_user_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
) RETURNS SETOF users
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string"}', 'changes');
  PERFORM _user_lock(p_user_id);
  PERFORM _check_unchanged(u.modified_at, p_if_modified_at, 'users')
  FROM users u
  WHERE u.id = p_user_id;
  RETURN QUERY
  UPDATE users u
  SET name = c.name
  FROM users o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE u.id = p_user_id
    AND o.id = p_user_id
  RETURNING u.*;
END
$$;
COMMENT ON FUNCTION user_update IS
'Changes fields of a user.

p_user_id: the user.
p_changes: an object of name; a key that is there is set, one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on. A login moves it too.
Returns the row.
Raises TM404 when there is no such user; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION user_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_update TO tmi_auth;
ALTER FUNCTION user_update OWNER TO tmi_identity;
-- end functions/users/user_update.sql

-- Triggers
CREATE TRIGGER collaboration_sessions_freeze BEFORE UPDATE OF id, threat_model_id, diagram_id, created_at ON collaboration_sessions FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.diagram_id IS DISTINCT FROM new.diagram_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'diagram_id', 'created_at');
CREATE TRIGGER collaboration_sessions_notify AFTER INSERT OR DELETE ON collaboration_sessions FOR EACH ROW EXECUTE FUNCTION _row_notify('session');
CREATE TRIGGER collaboration_sessions_notify_update AFTER UPDATE OF websocket_url, host_user_id, ended_at ON collaboration_sessions FOR EACH ROW WHEN (((old.websocket_url IS DISTINCT FROM new.websocket_url) OR (old.host_user_id IS DISTINCT FROM new.host_user_id) OR (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION _row_notify('session');
CREATE TRIGGER collaboration_sessions_touch BEFORE UPDATE ON collaboration_sessions FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER context_keys_freeze BEFORE UPDATE OF id, inner_pad, outer_pad, created_at ON context_keys FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.inner_pad IS DISTINCT FROM new.inner_pad) OR (old.outer_pad IS DISTINCT FROM new.outer_pad) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'inner_pad', 'outer_pad', 'created_at');
CREATE TRIGGER diagrams_cells_removed AFTER UPDATE OF cells ON diagrams FOR EACH ROW EXECUTE FUNCTION _diagrams_cells_removed();
CREATE TRIGGER diagrams_count_delete AFTER DELETE ON diagrams REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER diagrams_count_insert AFTER INSERT ON diagrams REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER diagrams_count_truncate AFTER TRUNCATE ON diagrams FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_count();
CREATE TRIGGER diagrams_freeze BEFORE UPDATE OF id, threat_model_id, created_at ON diagrams FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
CREATE TRIGGER diagrams_metadata_delete AFTER DELETE ON diagrams REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_metadata_delete();
CREATE TRIGGER diagrams_metadata_truncate AFTER TRUNCATE ON diagrams FOR EACH STATEMENT EXECUTE FUNCTION _diagrams_metadata_delete();
CREATE TRIGGER diagrams_notify AFTER INSERT OR DELETE ON diagrams FOR EACH ROW EXECUTE FUNCTION _row_notify('diagram');
CREATE TRIGGER diagrams_notify_update AFTER UPDATE ON diagrams FOR EACH ROW WHEN ((old.modified_at IS DISTINCT FROM new.modified_at)) EXECUTE FUNCTION _row_notify('diagram');
CREATE TRIGGER diagrams_touch BEFORE UPDATE ON diagrams FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER documents_count_delete AFTER DELETE ON documents REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER documents_count_insert AFTER INSERT ON documents REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER documents_count_truncate AFTER TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION _documents_count();
CREATE TRIGGER documents_freeze BEFORE UPDATE OF id, threat_model_id, created_at ON documents FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
CREATE TRIGGER documents_metadata_delete AFTER DELETE ON documents REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _documents_metadata_delete();
CREATE TRIGGER documents_metadata_truncate AFTER TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION _documents_metadata_delete();
CREATE TRIGGER documents_touch BEFORE UPDATE ON documents FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER metadata_bind BEFORE INSERT ON metadata FOR EACH ROW WHEN (((new.threat_model_id IS NULL) OR (new.entity_id IS NULL))) EXECUTE FUNCTION _metadata_bind();
CREATE TRIGGER metadata_check AFTER INSERT ON metadata REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _metadata_check();
CREATE TRIGGER metadata_freeze BEFORE UPDATE OF id, threat_model_id, entity_type, entity_id, diagram_id, cell_id, created_at ON metadata FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.entity_type IS DISTINCT FROM new.entity_type) OR (old.entity_id IS DISTINCT FROM new.entity_id) OR (old.diagram_id IS DISTINCT FROM new.diagram_id) OR (old.cell_id IS DISTINCT FROM new.cell_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'entity_type', 'entity_id', 'diagram_id', 'cell_id', 'created_at');
CREATE TRIGGER metadata_touch BEFORE UPDATE ON metadata FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER refresh_tokens_freeze BEFORE UPDATE OF id, user_id, token_hash, expires_at, created_at, family_id, family_expires_at ON refresh_tokens FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.user_id IS DISTINCT FROM new.user_id) OR (old.token_hash IS DISTINCT FROM new.token_hash) OR (old.expires_at IS DISTINCT FROM new.expires_at) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.family_id IS DISTINCT FROM new.family_id) OR (old.family_expires_at IS DISTINCT FROM new.family_expires_at))) EXECUTE FUNCTION _row_freeze('id', 'user_id', 'token_hash', 'expires_at', 'created_at', 'family_id', 'family_expires_at');
CREATE TRIGGER session_participants_freeze BEFORE UPDATE OF id, session_id, user_id, joined_at ON session_participants FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.session_id IS DISTINCT FROM new.session_id) OR (old.user_id IS DISTINCT FROM new.user_id) OR (old.joined_at IS DISTINCT FROM new.joined_at))) EXECUTE FUNCTION _row_freeze('id', 'session_id', 'user_id', 'joined_at');
CREATE TRIGGER session_participants_notify AFTER INSERT OR UPDATE OF left_at ON session_participants FOR EACH ROW EXECUTE FUNCTION _session_participants_notify();
CREATE TRIGGER sources_count_delete AFTER DELETE ON sources REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER sources_count_insert AFTER INSERT ON sources REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER sources_count_truncate AFTER TRUNCATE ON sources FOR EACH STATEMENT EXECUTE FUNCTION _sources_count();
CREATE TRIGGER sources_freeze BEFORE UPDATE OF id, threat_model_id, created_at ON sources FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
CREATE TRIGGER sources_metadata_delete AFTER DELETE ON sources REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _sources_metadata_delete();
CREATE TRIGGER sources_metadata_truncate AFTER TRUNCATE ON sources FOR EACH STATEMENT EXECUTE FUNCTION _sources_metadata_delete();
CREATE TRIGGER sources_parameters BEFORE INSERT OR UPDATE OF parameters ON sources FOR EACH ROW WHEN ((new.parameters IS NOT NULL)) EXECUTE FUNCTION _sources_parameters();
CREATE TRIGGER sources_touch BEFORE UPDATE ON sources FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER threat_model_access_follow_email BEFORE UPDATE OF user_email ON threat_model_access FOR EACH ROW WHEN ((old.user_email IS DISTINCT FROM new.user_email)) EXECUTE FUNCTION _threat_model_access_follow_email();
CREATE TRIGGER threat_model_access_freeze BEFORE UPDATE OF id, threat_model_id, model_created_at ON threat_model_access FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.model_created_at IS DISTINCT FROM new.model_created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'model_created_at');
CREATE TRIGGER threat_model_access_freeze_grant BEFORE UPDATE OF granted_by, granted_at ON threat_model_access FOR EACH ROW WHEN (((NOT (old.role IS DISTINCT FROM new.role)) AND ((old.granted_by IS DISTINCT FROM new.granted_by) OR (old.granted_at IS DISTINCT FROM new.granted_at)))) EXECUTE FUNCTION _row_freeze('granted_by', 'granted_at');
CREATE TRIGGER threat_model_access_keep_owner BEFORE DELETE OR UPDATE OF role ON threat_model_access FOR EACH ROW WHEN ((old.role = 'owner'::text)) EXECUTE FUNCTION _threat_model_access_keep_owner();
CREATE TRIGGER threat_model_access_leave_sessions AFTER DELETE ON threat_model_access REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threat_model_access_leave_sessions();
CREATE TRIGGER threat_model_access_model_created_at BEFORE INSERT ON threat_model_access FOR EACH ROW EXECUTE FUNCTION _threat_model_access_model_created_at();
CREATE TRIGGER threat_models_count_guard BEFORE UPDATE OF document_count, source_count, diagram_count, threat_count ON threat_models FOR EACH ROW WHEN ((CURRENT_USER <> 'tmi_guard'::name)) EXECUTE FUNCTION _threat_models_count_guard();
CREATE TRIGGER threat_models_count_reset BEFORE INSERT ON threat_models FOR EACH ROW WHEN (((new.document_count IS DISTINCT FROM 0) OR (new.source_count IS DISTINCT FROM 0) OR (new.diagram_count IS DISTINCT FROM 0) OR (new.threat_count IS DISTINCT FROM 0))) EXECUTE FUNCTION _threat_models_count_reset();
CREATE TRIGGER threat_models_freeze BEFORE UPDATE OF id, created_by, created_at ON threat_models FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.created_by IS DISTINCT FROM new.created_by) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'created_by', 'created_at');
CREATE TRIGGER threat_models_mirror_owner AFTER INSERT OR UPDATE OF owner_email ON threat_models FOR EACH ROW EXECUTE FUNCTION _threat_models_mirror_owner();
CREATE TRIGGER threat_models_notify AFTER INSERT OR DELETE ON threat_models FOR EACH ROW WHEN ((current_setting('tmi.notify_models'::text, true) = 'on'::text)) EXECUTE FUNCTION _row_notify('threat_model');
CREATE TRIGGER threat_models_notify_update AFTER UPDATE OF name, description, owner_email, threat_model_framework, issue_url ON threat_models FOR EACH ROW WHEN (((current_setting('tmi.notify_models'::text, true) = 'on'::text) AND (old.modified_at IS DISTINCT FROM new.modified_at))) EXECUTE FUNCTION _row_notify('threat_model');
CREATE TRIGGER threat_models_touch BEFORE UPDATE OF name, description, owner_email, modified_at, threat_model_framework, issue_url ON threat_models FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER threats_cell BEFORE UPDATE OF diagram_id ON threats FOR EACH ROW WHEN (((old.diagram_id IS NOT NULL) AND (new.diagram_id IS NULL) AND (old.cell_id = new.cell_id))) EXECUTE FUNCTION _threats_cell();
CREATE TRIGGER threats_count_delete AFTER DELETE ON threats REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();
CREATE TRIGGER threats_count_insert AFTER INSERT ON threats REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();
CREATE TRIGGER threats_count_truncate AFTER TRUNCATE ON threats FOR EACH STATEMENT EXECUTE FUNCTION _threats_count();
CREATE TRIGGER threats_freeze BEFORE UPDATE OF id, threat_model_id, created_at ON threats FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.threat_model_id IS DISTINCT FROM new.threat_model_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'created_at');
CREATE TRIGGER threats_metadata_delete AFTER DELETE ON threats REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION _threats_metadata_delete();
CREATE TRIGGER threats_metadata_truncate AFTER TRUNCATE ON threats FOR EACH STATEMENT EXECUTE FUNCTION _threats_metadata_delete();
CREATE TRIGGER threats_touch BEFORE UPDATE ON threats FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER user_providers_freeze BEFORE UPDATE OF id, user_id, provider, provider_user_id, created_at ON user_providers FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.user_id IS DISTINCT FROM new.user_id) OR (old.provider IS DISTINCT FROM new.provider) OR (old.provider_user_id IS DISTINCT FROM new.provider_user_id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'user_id', 'provider', 'provider_user_id', 'created_at');
CREATE TRIGGER user_providers_touch BEFORE UPDATE ON user_providers FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();
CREATE TRIGGER users_freeze BEFORE UPDATE OF id, created_at ON users FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION _row_freeze('id', 'created_at');
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW WHEN ((old.* *<> new.*)) EXECUTE FUNCTION _row_touch();

-- begin policies/collaboration_sessions.sql
-- Every reader of a model may hold and join its sessions.

ALTER TABLE collaboration_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE collaboration_sessions FORCE ROW LEVEL SECURITY;

REVOKE ALL ON collaboration_sessions FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, diagram_id, websocket_url, expires_at, host_user_id, ttl), UPDATE (websocket_url, expires_at, host_user_id, ended_at), DELETE ON collaboration_sessions TO tmi_api;
GRANT SELECT, UPDATE (host_user_id, ended_at) ON collaboration_sessions TO tmi_guard;
GRANT SELECT ON collaboration_sessions TO tmi_report;

DROP POLICY IF EXISTS collaboration_sessions_select_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_api ON collaboration_sessions
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_select_api ON collaboration_sessions IS 'An API function sees the sessions of the model it entered.';

DROP POLICY IF EXISTS collaboration_sessions_insert_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_insert_api ON collaboration_sessions
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_insert_api ON collaboration_sessions IS 'A reader opens a session in the model he entered.';

DROP POLICY IF EXISTS collaboration_sessions_update_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_update_api ON collaboration_sessions
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()))
  WITH CHECK (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY collaboration_sessions_update_api ON collaboration_sessions IS 'A reader keeps alive, hands over or ends a session of the model he entered, as far as the function lets him.';

DROP POLICY IF EXISTS collaboration_sessions_delete_api ON collaboration_sessions;
CREATE POLICY collaboration_sessions_delete_api ON collaboration_sessions
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()));
COMMENT ON POLICY collaboration_sessions_delete_api ON collaboration_sessions IS 'An owner deletes sessions of the model he entered.';

DROP POLICY IF EXISTS collaboration_sessions_select_guard ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_guard ON collaboration_sessions
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY collaboration_sessions_select_guard ON collaboration_sessions IS 'The guard finds the sessions of those who lose access.';

DROP POLICY IF EXISTS collaboration_sessions_update_guard ON collaboration_sessions;
CREATE POLICY collaboration_sessions_update_guard ON collaboration_sessions
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY collaboration_sessions_update_guard ON collaboration_sessions IS 'The guard ends or hands over the sessions of those who lose access, and those nobody uses.';

DROP POLICY IF EXISTS collaboration_sessions_select_report ON collaboration_sessions;
CREATE POLICY collaboration_sessions_select_report ON collaboration_sessions
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY collaboration_sessions_select_report ON collaboration_sessions IS 'A report sees the sessions of the reader''s models.';
-- end policies/collaboration_sessions.sql

-- begin policies/context_keys.sql
-- Whoever reads a key can be anybody: the guard alone does.

ALTER TABLE context_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE context_keys FORCE ROW LEVEL SECURITY;

REVOKE ALL ON context_keys FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT ON context_keys TO tmi_guard;

DROP POLICY IF EXISTS context_keys_select_guard ON context_keys;
CREATE POLICY context_keys_select_guard ON context_keys
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY context_keys_select_guard ON context_keys IS 'The guard checks signatures with every key.';
-- end policies/context_keys.sql

-- begin policies/diagrams.sql
-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's diagrams are seen by its readers and changed by its writers.

ALTER TABLE diagrams ENABLE ROW LEVEL SECURITY;
ALTER TABLE diagrams FORCE ROW LEVEL SECURITY;

REVOKE ALL ON diagrams FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, type, description, metadata, cells), UPDATE (name, description, metadata, cells), DELETE ON diagrams TO tmi_api;
GRANT SELECT, UPDATE (name) ON diagrams TO tmi_guard;
GRANT SELECT ON diagrams TO tmi_report;

DROP POLICY IF EXISTS diagrams_select_api ON diagrams;
CREATE POLICY diagrams_select_api ON diagrams
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY diagrams_select_api ON diagrams IS 'An API function sees the diagrams of the model it entered.';

DROP POLICY IF EXISTS diagrams_insert_api ON diagrams;
CREATE POLICY diagrams_insert_api ON diagrams
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_insert_api ON diagrams IS 'An API function adds diagrams to the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_update_api ON diagrams;
CREATE POLICY diagrams_update_api ON diagrams
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_update_api ON diagrams IS 'An API function changes diagrams of the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_delete_api ON diagrams;
CREATE POLICY diagrams_delete_api ON diagrams
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY diagrams_delete_api ON diagrams IS 'An API function deletes diagrams of the model it entered as writer.';

DROP POLICY IF EXISTS diagrams_select_guard ON diagrams;
CREATE POLICY diagrams_select_guard ON diagrams
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY diagrams_select_guard ON diagrams IS 'The guard finds the model of any diagram.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS diagrams_update_guard ON diagrams;
CREATE POLICY diagrams_update_guard ON diagrams
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY diagrams_update_guard ON diagrams IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS diagrams_select_report ON diagrams;
CREATE POLICY diagrams_select_report ON diagrams
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY diagrams_select_report ON diagrams IS 'A report sees the diagrams of the reader''s models.';
-- end policies/diagrams.sql

-- begin policies/documents.sql
-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's documents are seen by its readers and changed by its writers.

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;

REVOKE ALL ON documents FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, url, description), UPDATE (name, url, description), DELETE ON documents TO tmi_api;
GRANT SELECT, UPDATE (name) ON documents TO tmi_guard;
GRANT SELECT ON documents TO tmi_report;

DROP POLICY IF EXISTS documents_select_api ON documents;
CREATE POLICY documents_select_api ON documents
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY documents_select_api ON documents IS 'An API function sees the documents of the model it entered.';

DROP POLICY IF EXISTS documents_insert_api ON documents;
CREATE POLICY documents_insert_api ON documents
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_insert_api ON documents IS 'An API function adds documents to the model it entered as writer.';

DROP POLICY IF EXISTS documents_update_api ON documents;
CREATE POLICY documents_update_api ON documents
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_update_api ON documents IS 'An API function changes documents of the model it entered as writer.';

DROP POLICY IF EXISTS documents_delete_api ON documents;
CREATE POLICY documents_delete_api ON documents
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY documents_delete_api ON documents IS 'An API function deletes documents of the model it entered as writer.';

DROP POLICY IF EXISTS documents_select_guard ON documents;
CREATE POLICY documents_select_guard ON documents
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY documents_select_guard ON documents IS 'The guard finds the model of any document.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS documents_update_guard ON documents;
CREATE POLICY documents_update_guard ON documents
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY documents_update_guard ON documents IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS documents_select_report ON documents;
CREATE POLICY documents_select_report ON documents
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY documents_select_report ON documents IS 'A report sees the documents of the reader''s models.';
-- end policies/documents.sql

-- begin policies/metadata.sql
-- Metadata is seen and changed with the model that its entity belongs to.

ALTER TABLE metadata ENABLE ROW LEVEL SECURITY;
ALTER TABLE metadata FORCE ROW LEVEL SECURITY;

REVOKE ALL ON metadata FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (entity_type, entity_id, key, value, threat_model_id, diagram_id, cell_id), UPDATE (value), DELETE ON metadata TO tmi_api;
GRANT SELECT, DELETE ON metadata TO tmi_guard;
GRANT SELECT ON metadata TO tmi_report;

DROP POLICY IF EXISTS metadata_select_api ON metadata;
CREATE POLICY metadata_select_api ON metadata
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()) OR threat_model_id IN (SELECT unnest((SELECT _scope_list()))));
COMMENT ON POLICY metadata_select_api ON metadata IS 'An API function sees the metadata of the model it entered, or of those it entered together.';

DROP POLICY IF EXISTS metadata_insert_api ON metadata;
CREATE POLICY metadata_insert_api ON metadata
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_insert_api ON metadata IS 'An API function adds metadata in the model it entered as writer.';

DROP POLICY IF EXISTS metadata_update_api ON metadata;
CREATE POLICY metadata_update_api ON metadata
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_update_api ON metadata IS 'An API function changes metadata of the model it entered as writer.';

DROP POLICY IF EXISTS metadata_delete_api ON metadata;
CREATE POLICY metadata_delete_api ON metadata
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY metadata_delete_api ON metadata IS 'An API function deletes metadata of the model it entered as writer.';

DROP POLICY IF EXISTS metadata_select_guard ON metadata;
CREATE POLICY metadata_select_guard ON metadata
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY metadata_select_guard ON metadata IS 'The guard finds what a deleted entity leaves behind.';

DROP POLICY IF EXISTS metadata_delete_guard ON metadata;
CREATE POLICY metadata_delete_guard ON metadata
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY metadata_delete_guard ON metadata IS 'The guard removes what a deleted entity leaves behind.';

DROP POLICY IF EXISTS metadata_select_report ON metadata;
CREATE POLICY metadata_select_report ON metadata
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY metadata_select_report ON metadata IS 'A report sees the metadata of the reader''s models.';
-- end policies/metadata.sql

-- begin policies/refresh_tokens.sql
-- Only the functions of the login service see tokens, and these only their hashes.

ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;

REVOKE ALL ON refresh_tokens FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (user_id, token_hash, expires_at, family_id, family_expires_at), UPDATE (rotated_at, replaced_by, revoked_at), DELETE ON refresh_tokens TO tmi_identity;

DROP POLICY IF EXISTS refresh_tokens_all_identity ON refresh_tokens;
CREATE POLICY refresh_tokens_all_identity ON refresh_tokens
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY refresh_tokens_all_identity ON refresh_tokens IS 'The functions of the login service manage every token.';
-- end policies/refresh_tokens.sql

-- begin policies/session_participants.sql
-- Every reader of a model sees who takes part in its sessions, and may take part himself.

ALTER TABLE session_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_participants FORCE ROW LEVEL SECURITY;

REVOKE ALL ON session_participants FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (session_id, user_id), UPDATE (left_at, last_seen_at) ON session_participants TO tmi_api;
GRANT SELECT, UPDATE (left_at) ON session_participants TO tmi_guard;
GRANT SELECT ON session_participants TO tmi_report;

DROP POLICY IF EXISTS session_participants_select_api ON session_participants;
CREATE POLICY session_participants_select_api ON session_participants
  FOR SELECT TO tmi_api
  USING (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_select_api ON session_participants IS 'An API function sees the participants in the sessions of the model it entered.';

DROP POLICY IF EXISTS session_participants_insert_api ON session_participants;
CREATE POLICY session_participants_insert_api ON session_participants
  FOR INSERT TO tmi_api
  WITH CHECK (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_insert_api ON session_participants IS 'A reader joins a session of the model he entered.';

DROP POLICY IF EXISTS session_participants_update_api ON session_participants;
CREATE POLICY session_participants_update_api ON session_participants
  FOR UPDATE TO tmi_api
  USING (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())))
  WITH CHECK (EXISTS (SELECT FROM collaboration_sessions s WHERE s.id = session_id AND s.threat_model_id = (SELECT _scope_read())));
COMMENT ON POLICY session_participants_update_api ON session_participants IS 'A reader leaves a session of the model he entered, or is put out of it.';

DROP POLICY IF EXISTS session_participants_select_guard ON session_participants;
CREATE POLICY session_participants_select_guard ON session_participants
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY session_participants_select_guard ON session_participants IS 'The guard finds the participations of those who lose access.';

DROP POLICY IF EXISTS session_participants_update_guard ON session_participants;
CREATE POLICY session_participants_update_guard ON session_participants
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY session_participants_update_guard ON session_participants IS 'The guard ends the participations of those who lose access.';

DROP POLICY IF EXISTS session_participants_select_report ON session_participants;
CREATE POLICY session_participants_select_report ON session_participants
  FOR SELECT TO tmi_report
  USING (session_id IN (SELECT s.id FROM collaboration_sessions s));
COMMENT ON POLICY session_participants_select_report ON session_participants IS 'A report sees the participants in the sessions it sees.';
-- end policies/session_participants.sql

-- begin policies/sources.sql
-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's sources are seen by its readers and changed by its writers.

ALTER TABLE sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE sources FORCE ROW LEVEL SECURITY;

REVOKE ALL ON sources FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, name, url, description, type, parameters), UPDATE (name, url, description, type, parameters), DELETE ON sources TO tmi_api;
GRANT SELECT, UPDATE (name) ON sources TO tmi_guard;
GRANT SELECT ON sources TO tmi_report;

DROP POLICY IF EXISTS sources_select_api ON sources;
CREATE POLICY sources_select_api ON sources
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY sources_select_api ON sources IS 'An API function sees the sources of the model it entered.';

DROP POLICY IF EXISTS sources_insert_api ON sources;
CREATE POLICY sources_insert_api ON sources
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_insert_api ON sources IS 'An API function adds sources to the model it entered as writer.';

DROP POLICY IF EXISTS sources_update_api ON sources;
CREATE POLICY sources_update_api ON sources
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_update_api ON sources IS 'An API function changes sources of the model it entered as writer.';

DROP POLICY IF EXISTS sources_delete_api ON sources;
CREATE POLICY sources_delete_api ON sources
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY sources_delete_api ON sources IS 'An API function deletes sources of the model it entered as writer.';

DROP POLICY IF EXISTS sources_select_guard ON sources;
CREATE POLICY sources_select_guard ON sources
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY sources_select_guard ON sources IS 'The guard finds the model of any source.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS sources_update_guard ON sources;
CREATE POLICY sources_update_guard ON sources
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (false);
COMMENT ON POLICY sources_update_guard ON sources IS 'The guard locks what metadata describes, and changes nothing.';

DROP POLICY IF EXISTS sources_select_report ON sources;
CREATE POLICY sources_select_report ON sources
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY sources_select_report ON sources IS 'A report sees the sources of the reader''s models.';
-- end policies/sources.sql

-- begin policies/threat_model_access.sql
-- Readers of a model see who else may use it; owners decide it.

ALTER TABLE threat_model_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE threat_model_access FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threat_model_access FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (threat_model_id, user_email, role, granted_by), UPDATE (role, granted_by, granted_at), DELETE ON threat_model_access TO tmi_api;
GRANT SELECT, INSERT (threat_model_id, user_email, role, granted_by, granted_at), UPDATE (role, granted_by, granted_at), DELETE ON threat_model_access TO tmi_guard;
GRANT SELECT ON threat_model_access TO tmi_report;

DROP POLICY IF EXISTS threat_model_access_select_api ON threat_model_access;
CREATE POLICY threat_model_access_select_api ON threat_model_access
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY threat_model_access_select_api ON threat_model_access IS 'An API function sees the access rows of the model it entered.';

DROP POLICY IF EXISTS threat_model_access_insert_api ON threat_model_access;
CREATE POLICY threat_model_access_insert_api ON threat_model_access
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_own()) AND granted_by = (SELECT _actor()));
COMMENT ON POLICY threat_model_access_insert_api ON threat_model_access IS 'An owner grants, in his own name.';

DROP POLICY IF EXISTS threat_model_access_update_api ON threat_model_access;
CREATE POLICY threat_model_access_update_api ON threat_model_access
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()))
  WITH CHECK (threat_model_id = (SELECT _scope_own()) AND granted_by = (SELECT _actor()));
COMMENT ON POLICY threat_model_access_update_api ON threat_model_access IS 'An owner changes a role, in his own name.';

DROP POLICY IF EXISTS threat_model_access_delete_api ON threat_model_access;
CREATE POLICY threat_model_access_delete_api ON threat_model_access
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_own()));
COMMENT ON POLICY threat_model_access_delete_api ON threat_model_access IS 'An owner revokes.';

DROP POLICY IF EXISTS threat_model_access_select_guard ON threat_model_access;
CREATE POLICY threat_model_access_select_guard ON threat_model_access
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_model_access_select_guard ON threat_model_access IS 'The guard decides who is a member.';

DROP POLICY IF EXISTS threat_model_access_insert_guard ON threat_model_access;
CREATE POLICY threat_model_access_insert_guard ON threat_model_access
  FOR INSERT TO tmi_guard
  WITH CHECK (true);
COMMENT ON POLICY threat_model_access_insert_guard ON threat_model_access IS 'The guard mirrors the owner of record.';

DROP POLICY IF EXISTS threat_model_access_update_guard ON threat_model_access;
CREATE POLICY threat_model_access_update_guard ON threat_model_access
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threat_model_access_update_guard ON threat_model_access IS 'The guard locks the row it decided by, and mirrors the owner of record.';

DROP POLICY IF EXISTS threat_model_access_delete_guard ON threat_model_access;
CREATE POLICY threat_model_access_delete_guard ON threat_model_access
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_model_access_delete_guard ON threat_model_access IS 'The guard removes the membership of deleted users.';

DROP POLICY IF EXISTS threat_model_access_select_report ON threat_model_access;
CREATE POLICY threat_model_access_select_report ON threat_model_access
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY threat_model_access_select_report ON threat_model_access IS 'A report sees the access rows of the reader''s models.';
-- end policies/threat_model_access.sql

-- begin policies/threat_models.sql
-- A model is seen by its readers, changed by its writers, deleted by its owners.

ALTER TABLE threat_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE threat_models FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threat_models FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, name, description, owner_email, created_by, threat_model_framework, issue_url), UPDATE (name, description, threat_model_framework, issue_url), DELETE ON threat_models TO tmi_api;
GRANT SELECT, UPDATE (owner_email, document_count, source_count, diagram_count, threat_count), DELETE ON threat_models TO tmi_guard;
GRANT SELECT ON threat_models TO tmi_report;

DROP POLICY IF EXISTS threat_models_select_api ON threat_models;
CREATE POLICY threat_models_select_api ON threat_models
  FOR SELECT TO tmi_api
  USING (id = (SELECT _scope_read()) OR id IN (SELECT unnest((SELECT _scope_list()))));
COMMENT ON POLICY threat_models_select_api ON threat_models IS 'An API function sees the model it entered, or those it entered together.';

DROP POLICY IF EXISTS threat_models_insert_api ON threat_models;
CREATE POLICY threat_models_insert_api ON threat_models
  FOR INSERT TO tmi_api
  WITH CHECK (id = (SELECT _scope_own()) AND owner_email = (SELECT _actor()) AND created_by = (SELECT _actor()));
COMMENT ON POLICY threat_models_insert_api ON threat_models IS 'Whoever creates a model owns it and is named as its creator.';

DROP POLICY IF EXISTS threat_models_update_api ON threat_models;
CREATE POLICY threat_models_update_api ON threat_models
  FOR UPDATE TO tmi_api
  USING (id = (SELECT _scope_write()))
  WITH CHECK (id = (SELECT _scope_write()));
COMMENT ON POLICY threat_models_update_api ON threat_models IS 'An API function changes the model it entered as writer.';

DROP POLICY IF EXISTS threat_models_delete_api ON threat_models;
CREATE POLICY threat_models_delete_api ON threat_models
  FOR DELETE TO tmi_api
  USING (id = (SELECT _scope_own()));
COMMENT ON POLICY threat_models_delete_api ON threat_models IS 'An API function deletes the model it entered as owner.';

DROP POLICY IF EXISTS threat_models_select_guard ON threat_models;
CREATE POLICY threat_models_select_guard ON threat_models
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_models_select_guard ON threat_models IS 'The guard looks up and locks every model.';

DROP POLICY IF EXISTS threat_models_update_guard ON threat_models;
CREATE POLICY threat_models_update_guard ON threat_models
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threat_models_update_guard ON threat_models IS 'The guard writes the cached counts and the owner of record.';

DROP POLICY IF EXISTS threat_models_delete_guard ON threat_models;
CREATE POLICY threat_models_delete_guard ON threat_models
  FOR DELETE TO tmi_guard
  USING (true);
COMMENT ON POLICY threat_models_delete_guard ON threat_models IS 'The guard deletes the models of a deleted user that nobody is left for, if that was asked for.';

DROP POLICY IF EXISTS threat_models_select_report ON threat_models;
CREATE POLICY threat_models_select_report ON threat_models
  FOR SELECT TO tmi_report
  USING (id IN (SELECT _member()));
COMMENT ON POLICY threat_models_select_report ON threat_models IS 'A report sees the models of which the reader is a member.';
-- end policies/threat_models.sql

-- begin policies/threats.sql
-- Rendered from templates/_policies.sql.j2 by tools/render_sql.py.
-- A model's threats are seen by its readers and changed by its writers.

ALTER TABLE threats ENABLE ROW LEVEL SECURITY;
ALTER TABLE threats FORCE ROW LEVEL SECURITY;

REVOKE ALL ON threats FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (id, threat_model_id, diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, issue_url, mitigation), UPDATE (diagram_id, cell_id, name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, issue_url, mitigation), DELETE ON threats TO tmi_api;
GRANT SELECT, UPDATE (cell_id) ON threats TO tmi_guard;
GRANT SELECT ON threats TO tmi_report;

DROP POLICY IF EXISTS threats_select_api ON threats;
CREATE POLICY threats_select_api ON threats
  FOR SELECT TO tmi_api
  USING (threat_model_id = (SELECT _scope_read()));
COMMENT ON POLICY threats_select_api ON threats IS 'An API function sees the threats of the model it entered.';

DROP POLICY IF EXISTS threats_insert_api ON threats;
CREATE POLICY threats_insert_api ON threats
  FOR INSERT TO tmi_api
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_insert_api ON threats IS 'An API function adds threats to the model it entered as writer.';

DROP POLICY IF EXISTS threats_update_api ON threats;
CREATE POLICY threats_update_api ON threats
  FOR UPDATE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()))
  WITH CHECK (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_update_api ON threats IS 'An API function changes threats of the model it entered as writer.';

DROP POLICY IF EXISTS threats_delete_api ON threats;
CREATE POLICY threats_delete_api ON threats
  FOR DELETE TO tmi_api
  USING (threat_model_id = (SELECT _scope_write()));
COMMENT ON POLICY threats_delete_api ON threats IS 'An API function deletes threats of the model it entered as writer.';

DROP POLICY IF EXISTS threats_select_guard ON threats;
CREATE POLICY threats_select_guard ON threats
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY threats_select_guard ON threats IS 'The guard finds the model of any threat.';

-- Locking a row under row-level security takes an UPDATE right and an UPDATE policy; without the policy it locks nothing, in silence.
DROP POLICY IF EXISTS threats_update_guard ON threats;
CREATE POLICY threats_update_guard ON threats
  FOR UPDATE TO tmi_guard
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY threats_update_guard ON threats IS 'The guard unbinds threats from a cell that was removed, and locks what metadata describes.';

DROP POLICY IF EXISTS threats_select_report ON threats;
CREATE POLICY threats_select_report ON threats
  FOR SELECT TO tmi_report
  USING (threat_model_id IN (SELECT _member()));
COMMENT ON POLICY threats_select_report ON threats IS 'A report sees the threats of the reader''s models.';
-- end policies/threats.sql

-- begin policies/user_providers.sql
-- A caller sees the providers he logs in with; only the functions of the login service link and unlink them.

ALTER TABLE user_providers ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_providers FORCE ROW LEVEL SECURITY;

REVOKE ALL ON user_providers FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT ON user_providers TO tmi_api;
GRANT SELECT, INSERT (user_id, provider, provider_user_id, provider_email, provider_name, is_primary), UPDATE (provider_email, provider_name, is_primary), DELETE ON user_providers TO tmi_identity;
GRANT SELECT ON user_providers TO tmi_report;

DROP POLICY IF EXISTS user_providers_select_api ON user_providers;
CREATE POLICY user_providers_select_api ON user_providers
  FOR SELECT TO tmi_api
  USING (user_id = (SELECT u.id FROM users u WHERE u.email = (SELECT _actor())));
COMMENT ON POLICY user_providers_select_api ON user_providers IS 'An API function sees the caller''s own links.';

DROP POLICY IF EXISTS user_providers_all_identity ON user_providers;
CREATE POLICY user_providers_all_identity ON user_providers
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY user_providers_all_identity ON user_providers IS 'The functions of the login service manage every link.';

DROP POLICY IF EXISTS user_providers_select_report ON user_providers;
CREATE POLICY user_providers_select_report ON user_providers
  FOR SELECT TO tmi_report
  USING (user_id = (SELECT u.id FROM users u WHERE u.email = (SELECT _actor())));
COMMENT ON POLICY user_providers_select_report ON user_providers IS 'A report sees the reader''s own links.';
-- end policies/user_providers.sql

-- begin policies/users.sql
-- A caller sees and renames himself; only the functions of the login service see everybody.

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;

REVOKE ALL ON users FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, UPDATE (name) ON users TO tmi_api;
GRANT SELECT ON users TO tmi_guard;
GRANT SELECT, INSERT (id, email, name, last_login), UPDATE (email, name, last_login), DELETE ON users TO tmi_identity;
GRANT SELECT ON users TO tmi_report;

DROP POLICY IF EXISTS users_select_api ON users;
CREATE POLICY users_select_api ON users
  FOR SELECT TO tmi_api
  USING (email = (SELECT _actor()));
COMMENT ON POLICY users_select_api ON users IS 'An API function sees the caller''s own row.';

DROP POLICY IF EXISTS users_update_api ON users;
CREATE POLICY users_update_api ON users
  FOR UPDATE TO tmi_api
  USING (email = (SELECT _actor()))
  WITH CHECK (email = (SELECT _actor()));
COMMENT ON POLICY users_update_api ON users IS 'An API function changes the caller''s own row.';

DROP POLICY IF EXISTS users_select_guard ON users;
CREATE POLICY users_select_guard ON users
  FOR SELECT TO tmi_guard
  USING (true);
COMMENT ON POLICY users_select_guard ON users IS 'The guard looks up whether an address has a user.';

DROP POLICY IF EXISTS users_all_identity ON users;
CREATE POLICY users_all_identity ON users
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY users_all_identity ON users IS 'The functions of the login service manage every user.';

DROP POLICY IF EXISTS users_select_report ON users;
CREATE POLICY users_select_report ON users
  FOR SELECT TO tmi_report
  USING (email = (SELECT _actor()));
COMMENT ON POLICY users_select_report ON users IS 'A report sees the reader''s own row.';
-- end policies/users.sql

-- Comments, rights, options and whatever else migra does not see
COMMENT ON TABLE collaboration_sessions IS 'Sessions in which several people work on a diagram or a model.';
COMMENT ON COLUMN collaboration_sessions.created_at IS 'When the session began.';
COMMENT ON COLUMN collaboration_sessions.diagram_id IS 'The diagram of that model; NULL for the model as a whole.';
COMMENT ON COLUMN collaboration_sessions.ended_at IS 'When the session was ended; NULL while it is open.';
COMMENT ON COLUMN collaboration_sessions.expires_at IS 'When the session ends by itself; NULL for never.';
COMMENT ON COLUMN collaboration_sessions.host_user_id IS 'Who may end it besides the model''s owners; NULL when the host is gone.';
COMMENT ON COLUMN collaboration_sessions.id IS 'Identifier of the session.';
COMMENT ON COLUMN collaboration_sessions.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN collaboration_sessions.threat_model_id IS 'The model; its readers may join.';
COMMENT ON COLUMN collaboration_sessions.ttl IS 'How long a sign of life keeps it open; NULL where none does.';
COMMENT ON COLUMN collaboration_sessions.websocket_url IS 'Where clients connect, up to 1,024 characters.';
COMMENT ON CONSTRAINT collaboration_sessions_diagram_id_fkey ON collaboration_sessions IS 'Sessions go with their diagram, which is of the same model.';
COMMENT ON CONSTRAINT collaboration_sessions_expires_at_check ON collaboration_sessions IS 'A session lasts for a while at least.';
COMMENT ON CONSTRAINT collaboration_sessions_host_user_id_fkey ON collaboration_sessions IS 'A session outlives its host.';
COMMENT ON CONSTRAINT collaboration_sessions_pkey ON collaboration_sessions IS 'A session has one id.';
COMMENT ON CONSTRAINT collaboration_sessions_threat_model_id_fkey ON collaboration_sessions IS 'Sessions go with their model.';
COMMENT ON CONSTRAINT collaboration_sessions_ttl_check ON collaboration_sessions IS 'A session outlives a pause, and no forgotten one outlives the day.';
COMMENT ON CONSTRAINT collaboration_sessions_websocket_url_length_check ON collaboration_sessions IS 'An address that a client takes.';
COMMENT ON INDEX collaboration_sessions_pkey IS 'Which session has this id?';
COMMENT ON INDEX collaboration_sessions_unique_open IS 'Which sessions are open on this model? There can''t be two on one diagram, nor on the model as a whole.';
COMMENT ON INDEX idx_collaboration_sessions_diagram_id IS 'Which sessions ever ran on this diagram? Deleting it asks too.';
COMMENT ON INDEX idx_collaboration_sessions_host_user_id IS 'Which sessions does this person host? Deleting the person asks too.';
COMMENT ON INDEX idx_collaboration_sessions_threat_model_id IS 'Which sessions run on this model? Deleting it asks too.';
COMMENT ON TRIGGER collaboration_sessions_freeze ON collaboration_sessions IS 'A session is not moved to another model or diagram.';
COMMENT ON TRIGGER collaboration_sessions_notify ON collaboration_sessions IS 'Listeners hear of new sessions, and of those that went with their diagram.';
COMMENT ON TRIGGER collaboration_sessions_notify_update ON collaboration_sessions IS 'Listeners hear of sessions that end or get another host.';
COMMENT ON TRIGGER collaboration_sessions_touch ON collaboration_sessions IS 'modified_at moves with every change.';
COMMENT ON TABLE context_keys IS 'HMAC keys of signed contexts, one set per schema; two may be live at once, so that services change over one by one.';
COMMENT ON COLUMN context_keys.created_at IS 'When the key was made.';
COMMENT ON COLUMN context_keys.id IS 'Name by which a signed context says which key it was signed with.';
COMMENT ON COLUMN context_keys.inner_pad IS 'The key, filled up with zeros to 64 bytes, XOR 0x36.';
COMMENT ON COLUMN context_keys.outer_pad IS 'The key, filled up with zeros to 64 bytes, XOR 0x5c.';
COMMENT ON COLUMN context_keys.retired_at IS 'When the key ceased to be good; NULL while it is.';
COMMENT ON CONSTRAINT context_keys_id_check ON context_keys IS 'A name fits between the dots of a context.';
COMMENT ON CONSTRAINT context_keys_inner_pad_check ON context_keys IS 'One block of sha256.';
COMMENT ON CONSTRAINT context_keys_outer_pad_check ON context_keys IS 'One block of sha256.';
COMMENT ON CONSTRAINT context_keys_pkey ON context_keys IS 'A key has one name.';
COMMENT ON INDEX context_keys_pkey IS 'Which key was this signed with?';
COMMENT ON TRIGGER context_keys_freeze ON context_keys IS 'A key is retired, never exchanged under its name.';
COMMENT ON TABLE diagrams IS 'Data flow diagrams of threat models.';
COMMENT ON COLUMN diagrams.cells IS 'Elements of the drawing: an array of AntV X6 cells, each with an id of its own in the diagram.';
COMMENT ON COLUMN diagrams.created_at IS 'When the diagram was created.';
COMMENT ON COLUMN diagrams.description IS 'What the diagram shows.';
COMMENT ON COLUMN diagrams.id IS 'Identifier of the diagram.';
COMMENT ON COLUMN diagrams.metadata IS 'What tools attach to the drawing; keys and values of a diagram stand in the table metadata.';
COMMENT ON COLUMN diagrams.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN diagrams.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN diagrams.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN diagrams.type IS 'Always DFD-1.0.0.';
COMMENT ON CONSTRAINT diagrams_description_length_check ON diagrams IS 'A text has an end.';
COMMENT ON CONSTRAINT diagrams_name_check ON diagrams IS 'A diagram has a name.';
COMMENT ON CONSTRAINT diagrams_name_length_check ON diagrams IS 'A name fits a line.';
COMMENT ON CONSTRAINT diagrams_pkey ON diagrams IS 'A diagram has one id.';
COMMENT ON CONSTRAINT diagrams_threat_model_id_fkey ON diagrams IS 'Diagrams go with their model.';
COMMENT ON CONSTRAINT diagrams_threat_model_id_id_key ON diagrams IS 'Threats, sessions and metadata refer to a diagram together with its model.';
COMMENT ON CONSTRAINT diagrams_type_check ON diagrams IS 'There is one type of diagram so far.';
COMMENT ON INDEX diagrams_pkey IS 'Which diagram has this id?';
COMMENT ON INDEX diagrams_threat_model_id_id_key IS 'Is this diagram of this model?';
COMMENT ON INDEX idx_diagrams_cells IS 'Which diagrams hold a cell like this?';
COMMENT ON INDEX idx_diagrams_metadata IS 'Which diagrams carry an attachment like this?';
COMMENT ON INDEX idx_diagrams_threat_model_id_created_at IS 'Which are the newest diagrams of this model, and which come after this one when many were created at once?';
COMMENT ON INDEX idx_diagrams_threat_model_id_modified_at IS 'Which diagrams of this model changed last?';
COMMENT ON INDEX idx_diagrams_words IS 'Which diagrams have these words in name or description?';
COMMENT ON TRIGGER diagrams_cells_removed ON diagrams IS 'What names a cell that is gone is let go.';
COMMENT ON TRIGGER diagrams_count_delete ON diagrams IS 'The models'' diagram counts shrink.';
COMMENT ON TRIGGER diagrams_count_insert ON diagrams IS 'The models'' diagram counts grow.';
COMMENT ON TRIGGER diagrams_count_truncate ON diagrams IS 'All diagram counts are 0.';
COMMENT ON TRIGGER diagrams_freeze ON diagrams IS 'A diagram is not moved to another model.';
COMMENT ON TRIGGER diagrams_metadata_delete ON diagrams IS 'Metadata goes with its diagram; that of its cells by foreign key.';
COMMENT ON TRIGGER diagrams_metadata_truncate ON diagrams IS 'Metadata goes with all diagrams.';
COMMENT ON TRIGGER diagrams_notify ON diagrams IS 'Listeners hear of diagrams that come and go.';
COMMENT ON TRIGGER diagrams_notify_update ON diagrams IS 'Listeners hear of diagrams that change.';
COMMENT ON TRIGGER diagrams_touch ON diagrams IS 'modified_at moves with every change.';
COMMENT ON TABLE documents IS 'Documents that threat models refer to.';
COMMENT ON COLUMN documents.created_at IS 'When the document was added.';
COMMENT ON COLUMN documents.description IS 'What it holds.';
COMMENT ON COLUMN documents.id IS 'Identifier of the document.';
COMMENT ON COLUMN documents.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN documents.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN documents.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN documents.url IS 'Where the document is: http, https, ssh, git or file, up to 1,024 characters.';
COMMENT ON CONSTRAINT documents_description_length_check ON documents IS 'A text has an end.';
COMMENT ON CONSTRAINT documents_name_check ON documents IS 'A document has a name.';
COMMENT ON CONSTRAINT documents_name_length_check ON documents IS 'A name fits a line.';
COMMENT ON CONSTRAINT documents_pkey ON documents IS 'A document has one id.';
COMMENT ON CONSTRAINT documents_threat_model_id_fkey ON documents IS 'Documents go with their model.';
COMMENT ON CONSTRAINT documents_url_check ON documents IS 'A document is somewhere.';
COMMENT ON CONSTRAINT documents_url_length_check ON documents IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT documents_url_scheme_check ON documents IS 'A link that is followed fetches something, and runs nothing.';
COMMENT ON INDEX documents_pkey IS 'Which document has this id?';
COMMENT ON INDEX idx_documents_threat_model_id_created_at IS 'Which are the newest documents of this model, and which come after this one when many were created at once?';
COMMENT ON INDEX idx_documents_threat_model_id_modified_at IS 'Which documents of this model changed last?';
COMMENT ON INDEX idx_documents_words IS 'Which documents have these words in name or description?';
COMMENT ON TRIGGER documents_count_delete ON documents IS 'The models'' document counts shrink.';
COMMENT ON TRIGGER documents_count_insert ON documents IS 'The models'' document counts grow.';
COMMENT ON TRIGGER documents_count_truncate ON documents IS 'All document counts are 0.';
COMMENT ON TRIGGER documents_freeze ON documents IS 'A document is not moved to another model.';
COMMENT ON TRIGGER documents_metadata_delete ON documents IS 'Metadata goes with its document.';
COMMENT ON TRIGGER documents_metadata_truncate ON documents IS 'Metadata goes with all documents.';
COMMENT ON TRIGGER documents_touch ON documents IS 'modified_at moves with every change.';
COMMENT ON TABLE metadata IS 'Key and value pairs of models, threats, diagrams, documents, sources and cells.';
COMMENT ON COLUMN metadata.cell_id IS 'The cell''s own id in the diagram; NULL for other entities.';
COMMENT ON COLUMN metadata.created_at IS 'When the pair was first set.';
COMMENT ON COLUMN metadata.diagram_id IS 'The diagram of the cell; NULL for other entities.';
COMMENT ON COLUMN metadata.entity_id IS 'Which one; of a cell, the UUID that is made of diagram and cell.';
COMMENT ON COLUMN metadata.entity_type IS 'What it describes: threat_model, threat, diagram, document, source or cell.';
COMMENT ON COLUMN metadata.id IS 'Identifier of the pair.';
COMMENT ON COLUMN metadata.key IS 'Letters, digits, dashes and underscores, up to 128; once per entity.';
COMMENT ON COLUMN metadata.modified_at IS 'When the value last changed.';
COMMENT ON COLUMN metadata.threat_model_id IS 'The model that the entity is or belongs to; filled in when not given.';
COMMENT ON COLUMN metadata.value IS 'Any text that is not empty, up to 65,535 characters; 8 MB under the keys that importers reserve.';
COMMENT ON CONSTRAINT metadata_cell_check ON metadata IS 'Cells, and nothing else, are named by diagram and cell.';
COMMENT ON CONSTRAINT metadata_cell_id_length_check ON metadata IS 'No editor makes longer ids.';
COMMENT ON CONSTRAINT metadata_diagram_id_fkey ON metadata IS 'A cell''s metadata goes with the diagram, which is of the same model.';
COMMENT ON CONSTRAINT metadata_entity_type_check ON metadata IS 'The six kinds of entity.';
COMMENT ON CONSTRAINT metadata_entity_type_entity_id_key_key ON metadata IS 'A key has one value per entity.';
COMMENT ON CONSTRAINT metadata_key_check ON metadata IS 'A key is a plain word.';
COMMENT ON CONSTRAINT metadata_key_length_check ON metadata IS 'A key fits its index.';
COMMENT ON CONSTRAINT metadata_pkey ON metadata IS 'A pair has one id.';
COMMENT ON CONSTRAINT metadata_threat_model_id_fkey ON metadata IS 'Metadata goes with its model.';
COMMENT ON CONSTRAINT metadata_value_length_check ON metadata IS 'A value is there and has an end; what importers keep may be long.';
COMMENT ON INDEX idx_metadata_cell IS 'What metadata has this cell?';
COMMENT ON INDEX idx_metadata_diagram IS 'What metadata has this diagram?';
COMMENT ON INDEX idx_metadata_diagram_id IS 'Which cells of this diagram have metadata? Changing or deleting it asks too.';
COMMENT ON INDEX idx_metadata_document IS 'What metadata has this document?';
COMMENT ON INDEX idx_metadata_key_value IS 'Which entities of any model have this key, or this key with this value?';
COMMENT ON INDEX idx_metadata_source IS 'What metadata has this source?';
COMMENT ON INDEX idx_metadata_threat IS 'What metadata has this threat?';
COMMENT ON INDEX idx_metadata_threat_model IS 'What metadata has this model?';
COMMENT ON INDEX idx_metadata_threat_model_id IS 'What metadata is there anywhere in this model, and which of it has this key?';
COMMENT ON INDEX idx_metadata_words IS 'Which metadata values have these words?';
COMMENT ON INDEX metadata_entity_type_entity_id_key_key IS 'Which value has this key of this entity?';
COMMENT ON INDEX metadata_pkey IS 'Which pair has this id?';
COMMENT ON TRIGGER metadata_bind ON metadata IS 'Plain SQL names an entity; its model follows from it.';
COMMENT ON TRIGGER metadata_check ON metadata IS 'What metadata describes exists, and is of the model that it names.';
COMMENT ON TRIGGER metadata_freeze ON metadata IS 'Metadata is not moved to another entity.';
COMMENT ON TRIGGER metadata_touch ON metadata IS 'modified_at moves with every change.';
COMMENT ON TABLE refresh_tokens IS 'Refresh tokens; those that descend from one sign-in by rotation are a family, which falls together.';
COMMENT ON COLUMN refresh_tokens.created_at IS 'When the token was issued.';
COMMENT ON COLUMN refresh_tokens.expires_at IS 'When the token ends.';
COMMENT ON COLUMN refresh_tokens.family_expires_at IS 'When the family ends, however often it is rotated.';
COMMENT ON COLUMN refresh_tokens.family_id IS 'The sign-in that the token descends from.';
COMMENT ON COLUMN refresh_tokens.id IS 'Identifier of the token.';
COMMENT ON COLUMN refresh_tokens.replaced_by IS 'The hash of the token that followed it.';
COMMENT ON COLUMN refresh_tokens.revoked_at IS 'When it was revoked.';
COMMENT ON COLUMN refresh_tokens.rotated_at IS 'When it was exchanged for another; after that, its use is theft.';
COMMENT ON COLUMN refresh_tokens.token_hash IS 'The sha256 of the token; the token itself is nowhere.';
COMMENT ON COLUMN refresh_tokens.user_id IS 'The person whom it lets in.';
COMMENT ON CONSTRAINT refresh_tokens_expires_at_check ON refresh_tokens IS 'A token is good for a while at least.';
COMMENT ON CONSTRAINT refresh_tokens_family_expires_at_check ON refresh_tokens IS 'No token outlives its family.';
COMMENT ON CONSTRAINT refresh_tokens_pkey ON refresh_tokens IS 'A token has one id.';
COMMENT ON CONSTRAINT refresh_tokens_rotation_check ON refresh_tokens IS 'What was rotated names its successor.';
COMMENT ON CONSTRAINT refresh_tokens_token_hash_key ON refresh_tokens IS 'A token lets one person in.';
COMMENT ON CONSTRAINT refresh_tokens_token_hash_length_check ON refresh_tokens IS 'A hash fits its index.';
COMMENT ON CONSTRAINT refresh_tokens_user_id_fkey ON refresh_tokens IS 'A token goes with its person.';
COMMENT ON INDEX idx_refresh_tokens_expires_at IS 'Which tokens can be purged?';
COMMENT ON INDEX idx_refresh_tokens_family_id IS 'Which tokens fall with this one?';
COMMENT ON INDEX idx_refresh_tokens_user_id IS 'Which tokens has this person? Revoking all asks, and deleting the person.';
COMMENT ON INDEX refresh_tokens_pkey IS 'Which token has this id?';
COMMENT ON INDEX refresh_tokens_token_hash_key IS 'Is this token good, and whose is it?';
COMMENT ON TRIGGER refresh_tokens_freeze ON refresh_tokens IS 'A token is not prolonged, nor handed to another person or family.';
COMMENT ON TABLE session_participants IS 'Participations in collaboration sessions; leaving ends one, coming back makes another.';
COMMENT ON COLUMN session_participants.id IS 'Identifier of the participation.';
COMMENT ON COLUMN session_participants.joined_at IS 'When the person came.';
COMMENT ON COLUMN session_participants.last_seen_at IS 'When the person''s client last gave a sign of life.';
COMMENT ON COLUMN session_participants.left_at IS 'When the person left; NULL while there.';
COMMENT ON COLUMN session_participants.session_id IS 'The session.';
COMMENT ON COLUMN session_participants.user_id IS 'The person.';
COMMENT ON CONSTRAINT session_participants_pkey ON session_participants IS 'A participation has one id.';
COMMENT ON CONSTRAINT session_participants_session_id_fkey ON session_participants IS 'Participations go with their session.';
COMMENT ON CONSTRAINT session_participants_user_id_fkey ON session_participants IS 'Participations go with their person.';
COMMENT ON INDEX idx_session_participants_session_id IS 'Who was ever in this session? Deleting it asks too.';
COMMENT ON INDEX idx_session_participants_user_id IS 'In which sessions was this person ever? Deleting the person asks too.';
COMMENT ON INDEX session_participants_pkey IS 'Which participation has this id?';
COMMENT ON INDEX session_participants_unique_active IS 'Is this person in this session now? Only once.';
COMMENT ON TRIGGER session_participants_freeze ON session_participants IS 'A participation is not handed to another person or session.';
COMMENT ON TRIGGER session_participants_notify ON session_participants IS 'Listeners hear of sessions that somebody joins or leaves.';
COMMENT ON TABLE sources IS 'Source code repositories that threat models refer to.';
COMMENT ON COLUMN sources.created_at IS 'When the source was added.';
COMMENT ON COLUMN sources.description IS 'What it holds.';
COMMENT ON COLUMN sources.id IS 'Identifier of the source.';
COMMENT ON COLUMN sources.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN sources.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN sources.parameters IS 'What pins a branch, tag, commit or path: {refType, refValue, subPath}.';
COMMENT ON COLUMN sources.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN sources.type IS 'git, svn, mercurial or other.';
COMMENT ON COLUMN sources.url IS 'Address of the repository: http, https, ssh, git or file, up to 1,024 characters.';
COMMENT ON CONSTRAINT sources_description_length_check ON sources IS 'A text has an end.';
COMMENT ON CONSTRAINT sources_name_check ON sources IS 'A source has a name.';
COMMENT ON CONSTRAINT sources_name_length_check ON sources IS 'A name fits a line.';
COMMENT ON CONSTRAINT sources_pkey ON sources IS 'A source has one id.';
COMMENT ON CONSTRAINT sources_threat_model_id_fkey ON sources IS 'Sources go with their model.';
COMMENT ON CONSTRAINT sources_type_check ON sources IS 'The kinds of repository that TMI knows.';
COMMENT ON CONSTRAINT sources_url_check ON sources IS 'A source is somewhere.';
COMMENT ON CONSTRAINT sources_url_length_check ON sources IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT sources_url_scheme_check ON sources IS 'A link that is followed fetches something, and runs nothing.';
COMMENT ON INDEX idx_sources_parameters IS 'Which sources are configured like this?';
COMMENT ON INDEX idx_sources_threat_model_id_created_at IS 'Which are the newest sources of this model, and which come after this one when many were created at once?';
COMMENT ON INDEX idx_sources_threat_model_id_modified_at IS 'Which sources of this model changed last?';
COMMENT ON INDEX idx_sources_words IS 'Which sources have these words in name or description?';
COMMENT ON INDEX sources_pkey IS 'Which source has this id?';
COMMENT ON TRIGGER sources_count_delete ON sources IS 'The models'' source counts shrink.';
COMMENT ON TRIGGER sources_count_insert ON sources IS 'The models'' source counts grow.';
COMMENT ON TRIGGER sources_count_truncate ON sources IS 'All source counts are 0.';
COMMENT ON TRIGGER sources_freeze ON sources IS 'A source is not moved to another model.';
COMMENT ON TRIGGER sources_metadata_delete ON sources IS 'Metadata goes with its source.';
COMMENT ON TRIGGER sources_metadata_truncate ON sources IS 'Metadata goes with all sources.';
COMMENT ON TRIGGER sources_parameters ON sources IS 'Parameters say a branch, tag, commit or path, and nothing else.';
COMMENT ON TRIGGER sources_touch ON sources IS 'modified_at moves with every change.';
COMMENT ON TABLE threat_model_access IS 'Roles of people in threat models; the owner of record stands here too.';
COMMENT ON COLUMN threat_model_access.granted_at IS 'When the role was given.';
COMMENT ON COLUMN threat_model_access.granted_by IS 'Address, as it was then, of who gave the role.';
COMMENT ON COLUMN threat_model_access.id IS 'Identifier of the grant.';
COMMENT ON COLUMN threat_model_access.model_created_at IS 'When the model was created: a copy that lists of models are sorted by.';
COMMENT ON COLUMN threat_model_access.role IS 'owner manages, writer changes, reader reads.';
COMMENT ON COLUMN threat_model_access.threat_model_id IS 'The model.';
COMMENT ON COLUMN threat_model_access.user_email IS 'The person, by address; follows the person''s own.';
COMMENT ON CONSTRAINT threat_model_access_pkey ON threat_model_access IS 'A grant has one id.';
COMMENT ON CONSTRAINT threat_model_access_role_check ON threat_model_access IS 'There are three roles.';
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_fkey ON threat_model_access IS 'Grants go with their model.';
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key ON threat_model_access IS 'A person has one role in a model.';
COMMENT ON CONSTRAINT threat_model_access_user_email_fkey ON threat_model_access IS 'Grants go with their person, and follow a changed address.';
COMMENT ON INDEX idx_threat_model_access_threat_model_id IS 'Who may use this model?';
COMMENT ON INDEX idx_threat_model_access_user_email IS 'Which models may this person use, and in which role?';
COMMENT ON INDEX idx_threat_model_access_user_email_model_created_at IS 'Which models may this person use, the newest first, page by page?';
COMMENT ON INDEX idx_threat_model_access_user_email_threat_model_id IS 'May this person use this model? Answered without reading the row.';
COMMENT ON INDEX threat_model_access_pkey IS 'Which grant has this id?';
COMMENT ON INDEX threat_model_access_threat_model_id_user_email_key IS 'Which role has this person in this model?';
COMMENT ON TRIGGER threat_model_access_follow_email ON threat_model_access IS 'A grant is not handed to another person.';
COMMENT ON TRIGGER threat_model_access_freeze ON threat_model_access IS 'A grant is not moved to another model.';
COMMENT ON TRIGGER threat_model_access_freeze_grant ON threat_model_access IS 'Who gave a role, and when, is history until another is given.';
COMMENT ON TRIGGER threat_model_access_keep_owner ON threat_model_access IS 'Nobody removes or lowers the owner of record.';
COMMENT ON TRIGGER threat_model_access_leave_sessions ON threat_model_access IS 'Whoever loses access leaves the sessions of the model.';
COMMENT ON TRIGGER threat_model_access_model_created_at ON threat_model_access IS 'The model''s creation time is copied, never given.';
COMMENT ON TABLE threat_models IS 'Threat models: threats, diagrams, documents and sources belong to one each, and so does who may use them.';
COMMENT ON COLUMN threat_models.created_at IS 'When the model was created.';
COMMENT ON COLUMN threat_models.created_by IS 'Address of the creator as it was then.';
COMMENT ON COLUMN threat_models.description IS 'What the model is about.';
COMMENT ON COLUMN threat_models.diagram_count IS 'Number of diagrams, kept by trigger.';
COMMENT ON COLUMN threat_models.document_count IS 'Number of documents, kept by trigger.';
COMMENT ON COLUMN threat_models.id IS 'Identifier of the model.';
COMMENT ON COLUMN threat_models.issue_url IS 'Where the work on the model is tracked.';
COMMENT ON COLUMN threat_models.modified_at IS 'When the row last changed, cached counts excepted.';
COMMENT ON COLUMN threat_models.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN threat_models.owner_email IS 'The owner of record, who answers for the model.';
COMMENT ON COLUMN threat_models.source_count IS 'Number of sources, kept by trigger.';
COMMENT ON COLUMN threat_models.threat_count IS 'Number of threats, kept by trigger.';
COMMENT ON COLUMN threat_models.threat_model_framework IS 'CIA, STRIDE, LINDDUN, DIE or PLOT4ai; NULL for none of them.';
COMMENT ON CONSTRAINT threat_models_description_length_check ON threat_models IS 'A text has an end.';
COMMENT ON CONSTRAINT threat_models_issue_url_length_check ON threat_models IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT threat_models_name_check ON threat_models IS 'A model has a name.';
COMMENT ON CONSTRAINT threat_models_name_length_check ON threat_models IS 'A name fits a line.';
COMMENT ON CONSTRAINT threat_models_owner_email_fkey ON threat_models IS 'A person can''t go while a model is theirs; a changed address is followed.';
COMMENT ON CONSTRAINT threat_models_pkey ON threat_models IS 'A model has one id.';
COMMENT ON CONSTRAINT threat_models_threat_model_framework_check ON threat_models IS 'The frameworks that TMI knows.';
COMMENT ON INDEX idx_threat_models_owner_email IS 'Which models does this person own, the newest first?';
COMMENT ON INDEX idx_threat_models_words IS 'Which models have these words in name or description?';
COMMENT ON INDEX threat_models_pkey IS 'Which model has this id?';
COMMENT ON TRIGGER threat_models_count_guard ON threat_models IS 'Only the guard writes counts.';
COMMENT ON TRIGGER threat_models_count_reset ON threat_models IS 'A new model holds nothing, whatever its row says.';
COMMENT ON TRIGGER threat_models_freeze ON threat_models IS 'Who created a model, and when, is history.';
COMMENT ON TRIGGER threat_models_mirror_owner ON threat_models IS 'The owner of record always has an access row of role owner.';
COMMENT ON TRIGGER threat_models_notify ON threat_models IS 'Listeners hear of models that come and go, if tmi.notify_models is on.';
COMMENT ON TRIGGER threat_models_notify_update ON threat_models IS 'Listeners hear of models that change, if tmi.notify_models is on.';
COMMENT ON TRIGGER threat_models_touch ON threat_models IS 'modified_at moves with every change but that of a count.';
COMMENT ON TABLE threats IS 'Security threats of threat models.';
COMMENT ON COLUMN threats.cell_id IS 'The cell of that diagram that it is pinned to; NULL for none.';
COMMENT ON COLUMN threats.created_at IS 'When the threat was created.';
COMMENT ON COLUMN threats.description IS 'What could happen.';
COMMENT ON COLUMN threats.diagram_id IS 'The diagram of the same model that shows it; NULL for none.';
COMMENT ON COLUMN threats.id IS 'Identifier of the threat.';
COMMENT ON COLUMN threats.impact IS 'How bad it would be: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.issue_url IS 'Where the work on it is tracked.';
COMMENT ON COLUMN threats.likelihood IS 'How likely it is: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.mitigated IS 'Whether it is dealt with.';
COMMENT ON COLUMN threats.mitigation IS 'What is done about it.';
COMMENT ON COLUMN threats.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN threats.name IS 'Name, 1 to 256 characters.';
COMMENT ON COLUMN threats.priority IS 'How soon it is to be dealt with, in the team''s own words.';
COMMENT ON COLUMN threats.risk_rating IS 'How grave it is in all: Unknown, None, Low, Medium, High or Critical.';
COMMENT ON COLUMN threats.score IS 'Numeric risk, 0 to 100.';
COMMENT ON COLUMN threats.status IS 'Where the work stands: usually open, in_progress, mitigated, accepted, false_positive or closed.';
COMMENT ON COLUMN threats.threat_model_id IS 'The model it belongs to.';
COMMENT ON COLUMN threats.threat_type IS 'Category, for example a STRIDE word.';
COMMENT ON CONSTRAINT threats_cell_check ON threats IS 'A cell is a cell of some diagram.';
COMMENT ON CONSTRAINT threats_cell_id_length_check ON threats IS 'No editor makes longer ids.';
COMMENT ON CONSTRAINT threats_description_length_check ON threats IS 'A text has an end.';
COMMENT ON CONSTRAINT threats_diagram_id_fkey ON threats IS 'A threat names a diagram of its own model, and outlives it.';
COMMENT ON CONSTRAINT threats_impact_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_issue_url_length_check ON threats IS 'An address that a browser takes.';
COMMENT ON CONSTRAINT threats_likelihood_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_mitigation_length_check ON threats IS 'A text has an end.';
COMMENT ON CONSTRAINT threats_name_check ON threats IS 'A threat has a name.';
COMMENT ON CONSTRAINT threats_name_length_check ON threats IS 'A name fits a line.';
COMMENT ON CONSTRAINT threats_pkey ON threats IS 'A threat has one id.';
COMMENT ON CONSTRAINT threats_priority_length_check ON threats IS 'A word or two.';
COMMENT ON CONSTRAINT threats_risk_rating_check ON threats IS 'One scale for all ratings.';
COMMENT ON CONSTRAINT threats_score_check ON threats IS 'Scores can be compared between models.';
COMMENT ON CONSTRAINT threats_status_length_check ON threats IS 'A word or two.';
COMMENT ON CONSTRAINT threats_threat_model_id_fkey ON threats IS 'Threats go with their model.';
COMMENT ON CONSTRAINT threats_threat_type_length_check ON threats IS 'A word or two.';
COMMENT ON INDEX idx_threats_diagram_id IS 'Which threats are pinned to this diagram? Changing or deleting it asks too.';
COMMENT ON INDEX idx_threats_threat_model_id_created_at IS 'Which are the newest threats of this model, and which come after this one when many were created at once?';
COMMENT ON INDEX idx_threats_threat_model_id_modified_at IS 'Which threats of this model changed last?';
COMMENT ON INDEX idx_threats_words IS 'Which threats have these words in name, description or mitigation?';
COMMENT ON INDEX threats_pkey IS 'Which threat has this id?';
COMMENT ON TRIGGER threats_cell ON threats IS 'Without its diagram a threat has no cell.';
COMMENT ON TRIGGER threats_count_delete ON threats IS 'The models'' threat counts shrink.';
COMMENT ON TRIGGER threats_count_insert ON threats IS 'The models'' threat counts grow.';
COMMENT ON TRIGGER threats_count_truncate ON threats IS 'All threat counts are 0.';
COMMENT ON TRIGGER threats_freeze ON threats IS 'A threat is not moved to another model.';
COMMENT ON TRIGGER threats_metadata_delete ON threats IS 'Metadata goes with its threat.';
COMMENT ON TRIGGER threats_metadata_truncate ON threats IS 'Metadata goes with all threats.';
COMMENT ON TRIGGER threats_touch ON threats IS 'modified_at moves with every change.';
COMMENT ON TABLE user_providers IS 'Links between people and their accounts at OAuth providers.';
COMMENT ON COLUMN user_providers.created_at IS 'When the link was made.';
COMMENT ON COLUMN user_providers.id IS 'Identifier of the link.';
COMMENT ON COLUMN user_providers.is_primary IS 'Whether this is the person''s main way in; at most one is.';
COMMENT ON COLUMN user_providers.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN user_providers.provider IS 'google, github, microsoft, apple, facebook or twitter.';
COMMENT ON COLUMN user_providers.provider_email IS 'Address as the provider gave it last.';
COMMENT ON COLUMN user_providers.provider_name IS 'Name as the provider gave it last.';
COMMENT ON COLUMN user_providers.provider_user_id IS 'The provider''s own id of the account.';
COMMENT ON COLUMN user_providers.user_id IS 'The person.';
COMMENT ON CONSTRAINT user_providers_pkey ON user_providers IS 'A link has one id.';
COMMENT ON CONSTRAINT user_providers_provider_check ON user_providers IS 'The providers that TMI supports.';
COMMENT ON CONSTRAINT user_providers_provider_email_length_check ON user_providers IS 'No address is longer.';
COMMENT ON CONSTRAINT user_providers_provider_name_length_check ON user_providers IS 'A name fits a line.';
COMMENT ON CONSTRAINT user_providers_provider_provider_user_id_key ON user_providers IS 'An account at a provider belongs to one person.';
COMMENT ON CONSTRAINT user_providers_provider_user_id_length_check ON user_providers IS 'The id fits its index, and is not empty: an empty one would be everybody''s.';
COMMENT ON CONSTRAINT user_providers_user_id_fkey ON user_providers IS 'A link goes with its person.';
COMMENT ON CONSTRAINT user_providers_user_id_provider_key ON user_providers IS 'A person has one account at a provider.';
COMMENT ON INDEX user_providers_pkey IS 'Which link has this id?';
COMMENT ON INDEX user_providers_provider_provider_user_id_key IS 'Whose is this account?';
COMMENT ON INDEX user_providers_unique_primary_per_user IS 'Which is this person''s primary provider? There can''t be two.';
COMMENT ON INDEX user_providers_user_id_provider_key IS 'By which accounts does this person sign in?';
COMMENT ON TRIGGER user_providers_freeze ON user_providers IS 'A way in is not handed to another person or account.';
COMMENT ON TRIGGER user_providers_touch ON user_providers IS 'modified_at moves with every change.';
COMMENT ON TABLE users IS 'People who sign in; everything else refers to them by id or by e-mail address.';
COMMENT ON COLUMN users.created_at IS 'When the person first signed in.';
COMMENT ON COLUMN users.email IS 'Address, trimmed and in lower case; may change, and references follow.';
COMMENT ON COLUMN users.id IS 'Identifier of the person.';
COMMENT ON COLUMN users.last_login IS 'When the person last signed in; NULL before the first time.';
COMMENT ON COLUMN users.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN users.name IS 'Name to show.';
COMMENT ON CONSTRAINT users_email_check ON users IS 'Addresses are stored in one spelling, so that one person is not two.';
COMMENT ON CONSTRAINT users_email_idx ON users IS 'An address belongs to one person; models and grants refer to it.';
COMMENT ON CONSTRAINT users_name_length_check ON users IS 'A name fits a line.';
COMMENT ON CONSTRAINT users_pkey ON users IS 'A person has one id.';
COMMENT ON INDEX users_email_idx IS 'Who has this address?';
COMMENT ON INDEX users_last_login_idx IS 'Who has not signed in for a year?';
COMMENT ON INDEX users_pkey IS 'Who has this id?';
COMMENT ON TRIGGER users_freeze ON users IS 'A person stays the same person.';
COMMENT ON TRIGGER users_touch ON users IS 'modified_at moves with every change.';
