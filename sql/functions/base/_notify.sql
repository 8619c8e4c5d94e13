-- One channel a schema, so that organisations side by side don't hear each other's changes. Ids and kinds only: whoever is
-- connected to the database can listen, and nobody learns more from it than that something changed.
CREATE OR REPLACE FUNCTION _notify(
  p_kind text,
  p_operation text,
  p_threat_model_id uuid,
  p_id uuid
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_schema text := current_schema()::text;
BEGIN
  PERFORM pg_notify(
    -- The name of a channel has at most 63 bytes, as that of a schema has.
    CASE WHEN octet_length(v_schema) <= 55 THEN v_schema ELSE md5(v_schema) END || '_changes',
    json_build_object('kind', p_kind, 'operation', p_operation, 'threat_model_id', p_threat_model_id, 'id', p_id)::text
  );
END
$$;
COMMENT ON FUNCTION _notify IS
'Announces a change when the transaction commits, once however often it is announced, on the channel <schema>_changes (for a schema of more than 55 bytes: the MD5 of its name instead).

p_kind: diagram, session or threat_model.
p_operation: insert, update or delete.
p_threat_model_id: the model.
p_id: the row.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _notify FROM PUBLIC;
ALTER FUNCTION _notify OWNER TO tmi_guard;
