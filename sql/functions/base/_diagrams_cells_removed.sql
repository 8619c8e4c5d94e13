-- Threats and metadata name cells by an id inside a JSON document, which no foreign key can follow: what names a cell
-- that is gone is let go here. SECURITY DEFINER: it is, whatever else the caller may write.
CREATE OR REPLACE FUNCTION _diagrams_cells_removed() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  UPDATE threats t
  SET cell_id = NULL
  WHERE t.diagram_id = NEW.id
    AND t.cell_id IS NOT NULL
    AND NOT EXISTS (
      SELECT
      FROM jsonb_path_query(NEW.cells, '$[*].id') AS c (id)
      WHERE c.id #>> '{}' = t.cell_id
    );
  DELETE FROM metadata x
  WHERE x.diagram_id = NEW.id
    AND NOT EXISTS (
      SELECT
      FROM jsonb_path_query(NEW.cells, '$[*].id') AS c (id)
      WHERE c.id #>> '{}' = x.cell_id
    );
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _diagrams_cells_removed IS
'Trigger: unbinds threats from cells that a diagram no longer has, and deletes the metadata of those cells.

Returns nothing.';
REVOKE ALL ON FUNCTION _diagrams_cells_removed FROM PUBLIC;
ALTER FUNCTION _diagrams_cells_removed OWNER TO tmi_guard;
