-- Creating, granting, replacing and transferring share one statement, so that they cannot come to differ.
CREATE OR REPLACE FUNCTION _access_put(
  p_threat_model_id uuid,
  p_entries jsonb,
  p_granted_by text DEFAULT NULL,
  p_owner_email text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_granted_by text := coalesce(p_granted_by, _actor());
BEGIN
  PERFORM _check_items(p_entries, '{"email": "string", "role": "string"}');
  PERFORM
  FROM jsonb_to_recordset(p_entries) AS e (email text)
  GROUP BY _email(e.email)
  HAVING count(*) > 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an address is named twice' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: email';
  END IF;
  INSERT INTO threat_model_access AS a (threat_model_id, user_email, role, granted_by)
  SELECT p_threat_model_id, _email(e.email), e.role, v_granted_by
  FROM jsonb_to_recordset(p_entries) AS e (email text, role text)
  WHERE p_owner_email IS NULL
    OR _email(e.email) IS DISTINCT FROM p_owner_email
  ORDER BY _email(e.email)
  ON CONFLICT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key DO UPDATE
  SET role = excluded.role,
    granted_by = excluded.granted_by,
    granted_at = now()
  WHERE a.role <> excluded.role;
EXCEPTION
  WHEN foreign_key_violation THEN
    RAISE EXCEPTION 'there is no user with this address' USING ERRCODE = 'TM422', TABLE = 'threat_model_access', COLUMN = 'user_email', DETAIL = 'field: email',
      HINT = 'a person has to log in once before being granted access';
END
$$;
COMMENT ON FUNCTION _access_put IS
'Grants access to several people; a row that holds the role already is left as it is.

p_threat_model_id: the model, entered as owner.
p_entries: an array of 1 to 1,000 objects {email, role}.
p_granted_by: who grants; the actor if left out.
p_owner_email: an address whose entry is passed over; NULL for none.
Returns nothing.
Raises TM409 when the owner of record would be lowered; TM413 and TM422 for bad entries.';
REVOKE ALL ON FUNCTION _access_put FROM PUBLIC;
ALTER FUNCTION _access_put OWNER TO tmi_api;
