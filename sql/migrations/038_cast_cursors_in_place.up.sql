-- Changed: 7 functions. Gone: 1 function.

-- What goes, and what has to give way: a helper that nobody but the API's functions may call, and they do so no more.
-- squawk-ignore ban-drop-function
DROP FUNCTION
  _page_start(jsonb);

-- begin functions/identity/_enter_page.sql
-- The first thing that people see: a page of one's own models. The access table alone finds it, so that its cost does not
-- depend on how many models there are; and the rows come from the query that finds them, because handing ids to a second one
-- under row-level security takes as long as the page.
CREATE OR REPLACE FUNCTION _enter_page(
  p_limit integer,
  p_after jsonb,
  p_descending boolean
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
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
SET plan_cache_mode TO force_generic_plan
AS $$
DECLARE
  v_email text := CASE WHEN set_config('tmi.scope', '', true) = '' THEN coalesce(_context(), _actor()) END;
  v_created_at timestamptz NOT NULL := CASE WHEN p_descending THEN timestamptz 'infinity' ELSE timestamptz '-infinity' END;
  v_id uuid NOT NULL := CASE WHEN p_descending THEN uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE uuid '00000000-0000-0000-0000-000000000000' END;
BEGIN
  IF p_after IS NOT NULL THEN
    BEGIN
      v_created_at := (p_after ->> 'created_at')::timestamptz;
      v_id := (p_after ->> 'id')::uuid;
    EXCEPTION
      WHEN data_exception THEN
        -- Which says what is wrong.
        PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
        RAISE;
    END;
  END IF;
  IF p_descending THEN
    RETURN QUERY
    SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
      m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, p.role
    FROM (
      SELECT a.threat_model_id, a.role, a.model_created_at
      FROM threat_model_access a
      WHERE a.user_email = v_email
        AND (a.model_created_at, a.threat_model_id) < (v_created_at, v_id)
      ORDER BY a.model_created_at DESC, a.threat_model_id DESC
      LIMIT p_limit
    ) p
    JOIN threat_models m ON m.id = p.threat_model_id
    ORDER BY p.model_created_at DESC, p.threat_model_id DESC;
  ELSE
    RETURN QUERY
    SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
      m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, p.role
    FROM (
      SELECT a.threat_model_id, a.role, a.model_created_at
      FROM threat_model_access a
      WHERE a.user_email = v_email
        AND (a.model_created_at, a.threat_model_id) > (v_created_at, v_id)
      ORDER BY a.model_created_at, a.threat_model_id
      LIMIT p_limit
    ) p
    JOIN threat_models m ON m.id = p.threat_model_id
    ORDER BY p.model_created_at, p.threat_model_id;
  END IF;
  IF NOT FOUND THEN
    -- An access row's foreign key proves that its user exists; only without one is there anything to look up.
    PERFORM _actor();
  END IF;
END
$$;
COMMENT ON FUNCTION _enter_page IS
'Returns a page of the models that the caller may read, in the order of their creation. No other row is readable by it.

p_limit: how many at the most.
p_after: the last model of the page before, or just its id and created_at, as a JSON object; NULL for the first page.
p_descending: true for the newest first.
Returns the models'' rows, each with the caller''s role.
Raises TM401 without a valid identity; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION _enter_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_page TO tmi_api;
ALTER FUNCTION _enter_page OWNER TO tmi_guard;
-- end functions/identity/_enter_page.sql

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
    USING v_query, v_email, p_after_created_at, p_after_id, p_limit;
  PERFORM set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _search IS
'Enters a page of the models that the caller may read and in which all words of a query occur together in one place.

p_query: words, in any case.
p_limit: how many at the most.
p_after_created_at, p_after_id: creation time and id of the last model of the page before; the greatest there are for the first page.
Returns the row of three arrays, the newest model first: the models, the caller''s role in each, and where the words were found.
Raises TM401 without a valid identity; TM422 for a query without a word.';
REVOKE ALL ON FUNCTION _search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _search TO tmi_api;
ALTER FUNCTION _search OWNER TO tmi_guard;
-- end functions/threat_models/_search.sql

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
  v_created_at timestamptz NOT NULL := timestamptz 'infinity';
  v_id uuid NOT NULL := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      BEGIN
        v_created_at := (p_after ->> 'created_at')::timestamptz;
        v_id := (p_after ->> 'id')::uuid;
      EXCEPTION
        WHEN data_exception THEN
          -- Which says what is wrong.
          PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
          RAISE;
      END;
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
  v_created_at timestamptz NOT NULL := timestamptz 'infinity';
  v_id uuid NOT NULL := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      BEGIN
        v_created_at := (p_after ->> 'created_at')::timestamptz;
        v_id := (p_after ->> 'id')::uuid;
      EXCEPTION
        WHEN data_exception THEN
          -- Which says what is wrong.
          PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
          RAISE;
      END;
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
  v_created_at timestamptz NOT NULL := timestamptz 'infinity';
  v_id uuid NOT NULL := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      BEGIN
        v_created_at := (p_after ->> 'created_at')::timestamptz;
        v_id := (p_after ->> 'id')::uuid;
      EXCEPTION
        WHEN data_exception THEN
          -- Which says what is wrong.
          PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
          RAISE;
      END;
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
  v_created_at timestamptz NOT NULL := timestamptz 'infinity';
  v_id uuid NOT NULL := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  IF p_filter IS NULL AND p_sort = '-created_at' THEN
    IF p_after IS NOT NULL THEN
      BEGIN
        v_created_at := (p_after ->> 'created_at')::timestamptz;
        v_id := (p_after ->> 'id')::uuid;
      EXCEPTION
        WHEN data_exception THEN
          -- Which says what is wrong.
          PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
          RAISE;
      END;
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
  v_created_at timestamptz NOT NULL := timestamptz 'infinity';
  v_id uuid NOT NULL := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_ids uuid[];
  v_roles text[];
  v_matched text[];
BEGIN
  PERFORM _open();
  IF p_after IS NOT NULL THEN
    BEGIN
      v_created_at := (p_after ->> 'created_at')::timestamptz;
      v_id := (p_after ->> 'id')::uuid;
    EXCEPTION
      WHEN data_exception THEN
        -- Which says what is wrong.
        PERFORM _page_clause(NULL, p_after, '-created_at', '{"created_at": "timestamptz"}');
        RAISE;
    END;
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
