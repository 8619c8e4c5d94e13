-- A list of threats is edited by people who want to know which edits went through: each patch stands for itself, unless all are asked for.
CREATE OR REPLACE FUNCTION threat_batch_patch(
  p_threat_model_id uuid,
  p_patches jsonb,
  p_atomic boolean DEFAULT false
) RETURNS TABLE (
  index integer,
  id uuid,
  succeeded boolean,
  threat jsonb,
  code text,
  message text,
  detail text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
  v_patch jsonb;
  v_hint text;
  v_table text;
  v_column text;
  v_constraint text;
BEGIN
  PERFORM _check_items(p_patches, '{"id": "string", "operations": "array", "if_modified_at": "string"}');
  PERFORM _check_ids(p_patches);
  -- In the order of their ids, as everywhere, however the patches are ordered.
  PERFORM
  FROM unnest(ARRAY(SELECT (p.patch ->> 'id')::uuid FROM jsonb_array_elements(p_patches) AS p (patch))) AS i (id)
  JOIN threats t ON t.threat_model_id = p_threat_model_id AND t.id = i.id
  ORDER BY t.id
  FOR NO KEY UPDATE OF t;
  FOR v_patch, index IN
    SELECT p.patch, (p.n - 1)::integer
    FROM jsonb_array_elements(p_patches) WITH ORDINALITY AS p (patch, n)
    ORDER BY p.n
  LOOP
    id := (v_patch ->> 'id')::uuid;
    BEGIN
      SELECT to_jsonb(t), true, NULL, NULL, NULL
      INTO threat, succeeded, code, message, detail
      FROM _threat_patch(p_threat_model_id, id, v_patch -> 'operations', (v_patch ->> 'if_modified_at')::timestamptz) t;
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
        GET STACKED DIAGNOSTICS
          code = RETURNED_SQLSTATE,
          message = MESSAGE_TEXT,
          detail = PG_EXCEPTION_DETAIL,
          v_hint = PG_EXCEPTION_HINT,
          v_table = TABLE_NAME,
          v_column = COLUMN_NAME,
          v_constraint = CONSTRAINT_NAME;
        IF code LIKE '22%' THEN
          -- Values of fields are named where they are written; what is left is the time.
          code := 'TM422';
          message := 'if_modified_at cannot take this value';
          v_column := 'if_modified_at';
        END IF;
        -- A detail that PostgreSQL wrote shows the row's values; our own names the place.
        detail := CASE WHEN detail ~ '^(field|path|item [0-9]+)' THEN detail WHEN v_column <> '' THEN 'field: ' || v_column END;
        IF p_atomic THEN
          RAISE EXCEPTION '%', message USING ERRCODE = code, HINT = coalesce(nullif(v_hint, ''), 'nothing was written: correct the patch and send all of them again'), TABLE = v_table, COLUMN = v_column, CONSTRAINT = v_constraint,
            DETAIL = format('item %s', index) || coalesce(': ' || regexp_replace(detail, '^(field|path|item [0-9]+): ', ''), '');
        END IF;
        threat := NULL;
        succeeded := false;
    END;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION threat_batch_patch IS
'Changes up to 1,000 threats by a JSON Patch (RFC 6902) each.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_patches: an array of 1 to 1,000 objects {id, operations, if_modified_at}, each as threat_patch takes them.
p_atomic: false to let each patch succeed or fail by itself; true for all or none.
Returns rows, in the order of the patches: its index, counted from 0; the threat''s id; whether it succeeded; the threat as it is now, as JSON; or the SQLSTATE, message and DETAIL of what threat_patch would have raised.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model does not exist or may not be seen; TM413 above 1,000 patches; TM422 for patches that are malformed or name a threat twice; if atomic, what the first failing patch raises, and DETAIL names it, counted from 0.';
REVOKE ALL ON FUNCTION threat_batch_patch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_batch_patch TO tmi_app;
ALTER FUNCTION threat_batch_patch OWNER TO tmi_api;
