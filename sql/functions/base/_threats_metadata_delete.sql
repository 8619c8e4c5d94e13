-- Rendered from templates/_metadata_delete.sql.j2 by tools/render_sql.py.
-- Metadata of a threat goes with it; one column that refers to six tables can't be a foreign key. SECURITY DEFINER: it
-- goes, whatever else the caller may delete.
CREATE OR REPLACE FUNCTION _threats_metadata_delete() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM metadata x
    WHERE x.entity_type = 'threat';
    RETURN NULL;
  END IF;
  -- An array, so that rows are found by the index whatever their number was when the plan was made.
  DELETE FROM metadata x
  WHERE x.entity_type = 'threat'
    AND x.entity_id = ANY (ARRAY(SELECT c.id FROM changed c));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _threats_metadata_delete IS
'Trigger: deletes the metadata of threats that a statement deleted.

Returns nothing.';
REVOKE ALL ON FUNCTION _threats_metadata_delete FROM PUBLIC;
ALTER FUNCTION _threats_metadata_delete OWNER TO tmi_guard;
