-- Nothing that a user owned is left without an owner. A definer because only the guard writes owners and other people's access.
CREATE OR REPLACE FUNCTION _user_models_release(
  p_email text,
  p_transfer_to text,
  p_delete_models boolean
) RETURNS TABLE (
  threat_model_id uuid,
  name text,
  action text,
  new_owner_email text
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_ids text;
BEGIN
  PERFORM _user_models_lock(p_email);
  IF p_transfer_to IS NULL AND NOT p_delete_models THEN
    SELECT string_agg(m.id::text, ', ' ORDER BY m.id)
    INTO v_ids
    FROM threat_models m
    WHERE m.owner_email = p_email
      AND NOT EXISTS (
        SELECT
        FROM threat_model_access a
        WHERE a.threat_model_id = m.id
          AND a.role = 'owner'
          AND a.user_email <> p_email
      );
    IF v_ids IS NOT NULL THEN
      RAISE EXCEPTION 'the user owns threat models that have no other owner' USING ERRCODE = 'TM409', TABLE = 'threat_models', COLUMN = 'owner_email', DETAIL = 'models: ' || v_ids,
        HINT = 'name somebody to transfer them to, or have them deleted';
    END IF;
  END IF;
  RETURN QUERY
  WITH owned AS (
    SELECT m.id, m.name, coalesce(
      p_transfer_to,
      (
        SELECT a.user_email
        FROM threat_model_access a
        WHERE a.threat_model_id = m.id
          AND a.role = 'owner'
          AND a.user_email <> p_email
        ORDER BY a.granted_at, a.user_email
        LIMIT 1
      )
    ) AS heir
    FROM threat_models m
    WHERE m.owner_email = p_email
  ),
  transferred AS (
    UPDATE threat_models m
    SET owner_email = o.heir
    FROM owned o
    WHERE m.id = o.id
      AND o.heir IS NOT NULL
  ),
  deleted AS (
    DELETE FROM threat_models m
    USING owned o
    WHERE m.id = o.id
      AND o.heir IS NULL
  )
  SELECT o.id, o.name, CASE WHEN o.heir IS NULL THEN 'deleted' ELSE 'transferred' END, o.heir
  FROM owned o
  ORDER BY o.name, o.id;
  -- While the user is still there, so that sessions are left and handed over.
  DELETE FROM threat_model_access a
  WHERE a.user_email = p_email;
END
$$;
COMMENT ON FUNCTION _user_models_release IS
'Gives away or deletes the models that a user owns, and ends the user''s access to all others.

p_email: the user''s address.
p_transfer_to: the address of an existing user who gets the models; NULL for the other owner of each who has been one longest.
p_delete_models: true to delete those that have no other owner.
Returns rows: each model that the user owned, what became of it, and its new owner.
Raises TM409 when models have no other owner and may not be deleted; DETAIL lists their ids.';
REVOKE ALL ON FUNCTION _user_models_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_models_release TO tmi_identity;
ALTER FUNCTION _user_models_release OWNER TO tmi_guard;
