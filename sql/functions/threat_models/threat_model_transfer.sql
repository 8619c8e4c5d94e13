-- Ownership is handed over, never taken: the one who had it stays as an owner, and nothing in between leaves the model without one.
CREATE OR REPLACE FUNCTION threat_model_transfer(
  p_threat_model_id uuid,
  p_new_owner_email text
) RETURNS TABLE (
  id uuid,
  name text,
  description text,
  owner_email text,
  created_by text,
  threat_model_framework text,
  issue_url text,
  document_count integer,
  source_count integer,
  diagram_count integer,
  threat_count integer,
  created_at timestamptz,
  modified_at timestamptz,
  role text
)
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_role text := _enter(p_threat_model_id, 'owner');
BEGIN
  BEGIN
    -- In the caller's name; the trigger that mirrors owners finds it done.
    PERFORM _access_put(p_threat_model_id, jsonb_build_array(jsonb_build_object('email', p_new_owner_email, 'role', 'owner')));
  EXCEPTION
    WHEN not_null_violation OR SQLSTATE 'TM422' THEN
      RAISE EXCEPTION 'there is no user with this address' USING ERRCODE = 'TM422', TABLE = 'threat_models', COLUMN = 'owner_email', DETAIL = 'field: new_owner_email',
        HINT = 'a person has to log in once before being given a model';
  END;
  PERFORM _threat_model_own(p_threat_model_id, _email(p_new_owner_email));
  RETURN QUERY
  SELECT m.id, m.name, m.description, m.owner_email, m.created_by, m.threat_model_framework, m.issue_url,
    m.document_count, m.source_count, m.diagram_count, m.threat_count, m.created_at, m.modified_at, v_role
  FROM threat_models m
  WHERE m.id = p_threat_model_id;
END
$$;
COMMENT ON FUNCTION threat_model_transfer IS
'Makes somebody else the owner of record of a threat model; the one who was it stays as an owner.

p_threat_model_id: the model, of which the caller must be an owner.
p_new_owner_email: the address of an existing user; the owner of record himself changes nothing.
Returns the row, with the caller''s role.
Raises TM401 without a valid identity; TM403 below owner; TM404 when the model does not exist or may not be seen; TM422 when nobody has the address.';
REVOKE ALL ON FUNCTION threat_model_transfer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_model_transfer TO tmi_app;
ALTER FUNCTION threat_model_transfer OWNER TO tmi_api;
