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
