-- Source ids repeat across copied files and are often no UUIDs, so ids are made from where a thing stands: the same document in the same model gives the same ids.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _document_uuid(
  p_threat_model_id uuid,
  p_place text
) RETURNS uuid
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  SELECT pg_catalog.encode(
    pg_catalog.set_byte(
      pg_catalog.set_byte(h.digest, 6, (pg_catalog.get_byte(h.digest, 6) OPERATOR(pg_catalog.&) 15) OPERATOR(pg_catalog.|) 128),
      8, (pg_catalog.get_byte(h.digest, 8) OPERATOR(pg_catalog.&) 63) OPERATOR(pg_catalog.|) 128
    ),
    'hex'
  )::pg_catalog.uuid
  FROM (
    SELECT pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(p_threat_model_id::pg_catalog.text OPERATOR(pg_catalog.||) '/' OPERATOR(pg_catalog.||) p_place, 'UTF8')), 1, 16) AS digest
  ) h
$$;
COMMENT ON FUNCTION _document_uuid IS
'Makes the id of an imported row: a UUID of version 8 (RFC 9562) from the SHA-256 of its model and its place in the document.

p_threat_model_id: the model that is imported into.
p_place: kind and position, such as threat/2/14/0.
Returns the id.';
REVOKE ALL ON FUNCTION _document_uuid FROM PUBLIC;
ALTER FUNCTION _document_uuid OWNER TO tmi_api;
