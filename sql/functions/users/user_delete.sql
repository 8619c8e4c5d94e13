-- A person can go, but nothing they owned is orphaned: ownership is transferred, or the model deleted because somebody said so.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_delete(
  p_user_id uuid,
  p_transfer_to text DEFAULT NULL,
  p_delete_models boolean DEFAULT false
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
  v_transfer_to text := _email(p_transfer_to);
  v_delete_models boolean := coalesce(p_delete_models, false);
  v_email text;
BEGIN
  -- With whoever is to get the models, so that neither goes meanwhile, and in order, so that two deletions do not wait for each other.
  PERFORM
  FROM users u
  WHERE u.id = p_user_id
    OR u.email = v_transfer_to
  ORDER BY u.id
  FOR NO KEY UPDATE;
  v_email := _user_lock(p_user_id);
  IF v_transfer_to = v_email OR NOT EXISTS (SELECT FROM users u WHERE u.email = coalesce(v_transfer_to, v_email)) THEN
    RAISE EXCEPTION 'the models can go to another existing user only' USING ERRCODE = 'TM422', TABLE = 'users', COLUMN = 'email', DETAIL = 'field: transfer_to';
  END IF;
  RETURN QUERY
  SELECT r.*
  FROM _user_models_release(v_email, v_transfer_to, v_delete_models) r;
  -- From here on nobody can make the user owner or member of anything; what came since is released too.
  PERFORM
  FROM users u
  WHERE u.id = p_user_id
  FOR UPDATE;
  RETURN QUERY
  SELECT r.*
  FROM _user_models_release(v_email, v_transfer_to, v_delete_models) r;
  DELETE FROM users u
  WHERE u.id = p_user_id;
END
$$;
COMMENT ON FUNCTION user_delete IS
'Deletes a user with providers, tokens, access and participations; each model the user owns gets another owner first.

p_user_id: the user.
p_transfer_to: the address of an existing user who gets all the models; if left out, each goes to the other owner who has been one longest.
p_delete_models: true to delete the models that nobody is left for, instead of refusing.
Returns rows: each model the user owned, what became of it (transferred or deleted), and the new owner, who is NULL for a deleted one.
Raises TM404 when there is no such user; TM409 when models have no other owner: DETAIL lists them as ''models: id, id''; TM422 when p_transfer_to is nobody, or the user himself.';
REVOKE ALL ON FUNCTION user_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_delete TO tmi_auth;
ALTER FUNCTION user_delete OWNER TO tmi_identity;
