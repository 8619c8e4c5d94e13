-- One round trip for a page of models with counts and role; in the order of creation, unfiltered, one query of the guard's.
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
AS $$
DECLARE
  v_is_page boolean := p_filter IS NULL AND p_sort = '-created_at' OR p_filter IS NULL AND p_sort = 'created_at';
  v_entered record;
  v_metadata text := '';
BEGIN
  IF v_is_page THEN
    RETURN QUERY
    SELECT *
    FROM _enter_page(_limit(p_limit), p_after, p_sort = '-created_at');
    RETURN;
  END IF;
  v_entered := _enter_all();
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
