-- Full-text operators are not leakproof, so under a policy no index serves them: the guard searches by index and compares each hit with the actor's membership itself.
CREATE OR REPLACE FUNCTION _search(
  p_query text
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
AS $$
DECLARE
  v_email text := _actor();
  v_query tsquery := plainto_tsquery('simple', p_query);
BEGIN
  IF v_query IS NULL OR numnode(v_query) = 0 THEN
    RAISE EXCEPTION 'there is no word to search for' USING ERRCODE = 'TM422', DETAIL = 'field: query';
  END IF;
  -- Planned anew each time: whether the words or the models are fewer depends on both.
  EXECUTE '
    SELECT array_agg(h.id ORDER BY h.created_at DESC, h.id DESC), array_agg(h.role ORDER BY h.created_at DESC, h.id DESC), array_agg(h.matched ORDER BY h.created_at DESC, h.id DESC)
    FROM (
      SELECT a.threat_model_id AS id, a.role, a.model_created_at AS created_at, string_agg(DISTINCT x.kind, '','' ORDER BY x.kind) AS matched
      FROM threat_model_access a
      JOIN (
        SELECT m.id AS threat_model_id, ''threat_model'' AS kind
        FROM threat_models m
        WHERE to_tsvector(''simple'', left(m.name || '' '' || coalesce(m.description, ''''), 100000)) @@ $1
        UNION ALL
        SELECT t.threat_model_id, ''threat''
        FROM threats t
        WHERE to_tsvector(''simple'', left(t.name || '' '' || coalesce(t.description, '''') || '' '' || coalesce(t.mitigation, ''''), 100000)) @@ $1
        UNION ALL
        SELECT d.threat_model_id, ''diagram''
        FROM diagrams d
        WHERE to_tsvector(''simple'', left(d.name || '' '' || coalesce(d.description, ''''), 100000)) @@ $1
        UNION ALL
        SELECT d.threat_model_id, ''document''
        FROM documents d
        WHERE to_tsvector(''simple'', left(d.name || '' '' || coalesce(d.description, ''''), 100000)) @@ $1
        UNION ALL
        SELECT s.threat_model_id, ''source''
        FROM sources s
        WHERE to_tsvector(''simple'', left(s.name || '' '' || coalesce(s.description, ''''), 100000)) @@ $1
        UNION ALL
        SELECT d.threat_model_id, ''metadata''
        FROM metadata d
        WHERE to_tsvector(''simple'', left(d.value, 65535)) @@ $1
      ) x ON x.threat_model_id = a.threat_model_id
      WHERE a.user_email = $2
      GROUP BY a.threat_model_id, a.role, a.model_created_at
    ) h'
    INTO threat_model_ids, roles, matched
    USING v_query, v_email;
  PERFORM set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _search IS
'Enters every model that the caller may read and in which all words of a query occur together in one place.

p_query: words, in any case.
Returns the row of three arrays, the newest model first: the models, the caller''s role in each, and where the words were found.
Raises TM401 without a valid identity; TM422 for a query without a word.';
REVOKE ALL ON FUNCTION _search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _search TO tmi_api;
ALTER FUNCTION _search OWNER TO tmi_guard;
