-- Takes back 037_list_in_one_query.

-- What goes, and what has to give way
DROP FUNCTION
  _enter_all(),
  _enter_page(integer, jsonb, boolean);

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
