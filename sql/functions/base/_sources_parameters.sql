-- What pins a branch, a tag, a commit or a path is read by machines: a misspelt key would pin nothing, in silence. A
-- trigger and not a CHECK, so that the error can say where in the JSON it is.
CREATE OR REPLACE FUNCTION _sources_parameters() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_key text;
  v_is_known boolean;
BEGIN
  -- A row that was there before this was asked for can still get another name.
  IF TG_OP = 'UPDATE' AND NEW.parameters = OLD.parameters THEN
    RETURN NEW;
  END IF;
  IF jsonb_typeof(NEW.parameters) <> 'object' THEN
    RAISE EXCEPTION 'parameters must be a JSON object' USING ERRCODE = 'TM422', TABLE = 'sources', COLUMN = 'parameters', DETAIL = 'field: parameters';
  END IF;
  SELECT e.key, e.key IN ('refType', 'refValue', 'subPath')
  INTO v_key, v_is_known
  FROM jsonb_each(NEW.parameters) e
  WHERE e.key NOT IN ('refType', 'refValue', 'subPath')
    OR jsonb_typeof(e.value) NOT IN ('string', 'null')
    OR length(e.value #>> '{}') > 1024
    OR (e.key = 'refType' AND e.value #>> '{}' NOT IN ('branch', 'tag', 'commit'))
  ORDER BY e.key
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%', CASE
        WHEN NOT v_is_known THEN format('parameters have no field %s', to_json(v_key))
        WHEN v_key = 'refType' THEN 'refType must be branch, tag or commit'
        ELSE format('%s must be a text of up to 1,024 characters', v_key)
      END
      USING ERRCODE = 'TM422', TABLE = 'sources', COLUMN = 'parameters',
        DETAIL = 'path: /parameters/' || replace(replace(v_key, '~', '~0'), '/', '~1'), HINT = 'the fields are refType, refValue and subPath';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _sources_parameters IS
'Trigger: checks that parameters of a source are an object of refType (branch, tag or commit), refValue and subPath.

Returns the row.
Raises TM422 that names the JSON path.';
REVOKE ALL ON FUNCTION _sources_parameters FROM PUBLIC;
