-- A sharing dialog sends the whole list: who is on it already keeps his row, who is not on it loses access, the owner of record stays.
CREATE OR REPLACE FUNCTION access_replace(
  p_threat_model_id uuid,
  p_entries jsonb
) RETURNS SETOF threat_model_access
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'owner');
BEGIN
  IF p_entries IS DISTINCT FROM '[]' THEN
    PERFORM _check_items(p_entries, '{"email": "string", "role": "string"}');
    BEGIN
      PERFORM _access_put(p_threat_model_id, p_entries);
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM409' OR SQLSTATE 'TM422' THEN
        PERFORM _blame_item('_access_put', p_threat_model_id, p_entries);
        RAISE;
    END;
  END IF;
  DELETE FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email NOT IN (
      SELECT _email(e.email)
      FROM jsonb_to_recordset(p_entries) AS e (email text)
    )
    AND a.user_email <> (
      SELECT m.owner_email
      FROM threat_models m
      WHERE m.id = p_threat_model_id
    );
  RETURN QUERY
  SELECT a.*
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
  ORDER BY a.granted_at, a.user_email;
END
$$;
COMMENT ON FUNCTION access_replace IS
'Replaces the list of those who may use a threat model; rows that stay as they are keep who granted them and when.

p_threat_model_id: the model, of which the caller must be an owner.
p_entries: an array of up to 1,000 objects {email, role}; everybody who is not named loses access, but for the owner of record.
Returns rows, the first granted first.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM409 when the owner of record would be lowered; TM413 above 1,000 entries; TM422 when nobody has an address, one is named twice, or a role is none of the three; DETAIL names the entry, counted from 0.';
REVOKE ALL ON FUNCTION access_replace FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_replace TO tmi_app;
ALTER FUNCTION access_replace OWNER TO tmi_api;
