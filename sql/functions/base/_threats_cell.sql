-- The foreign key can null the diagram of a threat, but not the cell beside it.
CREATE OR REPLACE FUNCTION _threats_cell() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.cell_id := NULL;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _threats_cell IS
'Trigger: unbinds a threat from its cell.

Returns the row, without a cell.';
REVOKE ALL ON FUNCTION _threats_cell FROM PUBLIC;
