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
