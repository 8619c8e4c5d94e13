-- What has only a name within something else gets a UUID that always comes out the same: cells, whose text ids are unique in their
-- drawing only, and rows of imports and copies, whose name is their place in the original. Text becomes bytes by way of bytea's
-- own notation, since convert_to() is only stable and would keep this from being inlined: not inlined, it took half of an import.
CREATE OR REPLACE FUNCTION _named_uuid(
  p_namespace uuid,
  p_name text
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
                      p_namespace::pg_catalog.text || '/' || p_name,
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
COMMENT ON FUNCTION _named_uuid IS
'Makes the UUID of what has a name within something else: version 8 of RFC 9562, from the SHA-256 of ''<namespace>/<name>''.

p_namespace: within what the name is unique: a cell''s diagram, an imported row''s model.
p_name: the name: a cell''s own id, a row''s place in the document, such as threat/2/14/0.
Returns the UUID; NULL when either is NULL.';
REVOKE ALL ON FUNCTION _named_uuid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _named_uuid TO tmi_api, tmi_guard;
