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
