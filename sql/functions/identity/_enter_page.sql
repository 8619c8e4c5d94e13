-- A page of one's own models comes from the access table alone, so that its cost does not depend on how many models there are.
CREATE OR REPLACE FUNCTION _enter_page(
  p_limit integer,
  p_after_created_at timestamptz,
  p_after_id uuid,
  p_descending boolean
) RETURNS TABLE (
  threat_model_ids uuid[],
  roles text[]
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
  v_email text := coalesce(_context(), _actor());
BEGIN
  -- No look-up of the user where the context holds: access rows refer to users.
  IF p_descending THEN
    SELECT array_agg(p.threat_model_id), array_agg(p.role)
    INTO threat_model_ids, roles
    FROM (
      SELECT a.threat_model_id, a.role
      FROM threat_model_access a
      WHERE a.user_email = v_email
        AND (a.model_created_at, a.threat_model_id) < (coalesce(p_after_created_at, 'infinity'), coalesce(p_after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
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
        AND (a.model_created_at, a.threat_model_id) > (coalesce(p_after_created_at, '-infinity'), coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'))
      ORDER BY a.model_created_at, a.threat_model_id
      LIMIT p_limit
    ) p;
  END IF;
  PERFORM set_config('tmi.scope', 'l:' || coalesce(threat_model_ids::text, '{}'), true);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION _enter_page IS
'Enters one page of the models that the caller may read, in the order of their creation.

p_limit: how many at the most.
p_after_created_at, p_after_id: creation time and id of the last model of the page before; NULL for the first page.
p_descending: true for the newest first.
Returns the row of two arrays, in that order: the models, and the caller''s role in each.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _enter_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_page TO tmi_api;
ALTER FUNCTION _enter_page OWNER TO tmi_guard;
