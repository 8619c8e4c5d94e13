-- Source ids repeat across copied files and are often no UUIDs, so ids are made from where a thing stands: the same document in
-- the same model gives the same ids. One expression without a SET clause, so that it is inlined: run as a function of its own
-- it took half of the time of an import. A place is ASCII without backslashes, so its text is its bytes.
CREATE OR REPLACE FUNCTION _document_uuid(
  p_threat_model_id uuid,
  p_place text
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
                  pg_catalog.sha256((p_threat_model_id::pg_catalog.text || '/' || p_place)::pg_catalog.bytea), 1, 16
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
COMMENT ON FUNCTION _document_uuid IS
'Makes the id of an imported row: a UUID of version 8 (RFC 9562) from the SHA-256 of its model and its place in the document.

p_threat_model_id: the model that is imported into.
p_place: kind and position, such as threat/2/14/0.
Returns the id.';
REVOKE ALL ON FUNCTION _document_uuid FROM PUBLIC;
ALTER FUNCTION _document_uuid OWNER TO tmi_api;
