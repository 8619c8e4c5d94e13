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
