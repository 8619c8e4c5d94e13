-- Cells have text ids that are unique in their drawing only, and metadata names its entity by a UUID. Text becomes bytes
-- by way of bytea's own notation, since convert_to() is only stable and would keep this from being inlined.
CREATE OR REPLACE FUNCTION _cell_uuid(
  p_diagram_id uuid,
  p_cell_id text
) RETURNS uuid
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  SELECT pg_catalog.encode(
    -- The first 16 bytes, with the four bits of the version set to 8 and the two of the variant to binary 10.
    pg_catalog.set_bit(
      pg_catalog.set_bit(
        pg_catalog.set_bit(
          pg_catalog.set_bit(
            pg_catalog.set_bit(
              pg_catalog.set_bit(
                pg_catalog.substring(
                  pg_catalog.sha256(
                    pg_catalog.replace(
                      p_diagram_id::pg_catalog.text || '/' || p_cell_id,
                      pg_catalog.chr(92),
                      pg_catalog.repeat(pg_catalog.chr(92), 2)
                    )::pg_catalog.bytea
                  ),
                  1, 16
                ),
                52, 0
              ),
              53, 0
            ),
            54, 0
          ),
          55, 1
        ),
        70, 0
      ),
      71, 1
    ),
    'hex'
  )::pg_catalog.uuid
$$;
COMMENT ON FUNCTION _cell_uuid IS
'Makes the UUID under which a cell of a diagram has metadata: version 8, from the sha256 of ''<diagram>/<cell>''.

p_diagram_id: the diagram.
p_cell_id: the cell''s own id, unique in its diagram only.
Returns the UUID; NULL when either is NULL.';
REVOKE ALL ON FUNCTION _cell_uuid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _cell_uuid TO tmi_api, tmi_guard;
