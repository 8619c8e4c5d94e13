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
