-- Ownership and access follow a person to the new address along the foreign keys; what is history stays as it was written.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_change_email(
  p_user_id uuid,
  p_new_email text
) RETURNS SETOF users
LANGUAGE plpgsql
VOLATILE
ROWS 1
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- Models before their access rows, as for every change of access.
  PERFORM _user_models_lock(_user_lock(p_user_id));
  RETURN QUERY
  UPDATE users u
  SET email = _email(p_new_email)
  WHERE u.id = p_user_id
  RETURNING u.*;
EXCEPTION
  WHEN unique_violation THEN
    RAISE EXCEPTION 'the address belongs to another account' USING ERRCODE = 'TM409', TABLE = 'users', COLUMN = 'email', CONSTRAINT = 'users_email_idx', DETAIL = 'field: new_email';
END
$$;
COMMENT ON FUNCTION user_change_email IS
'Gives a user another address; ownership and access of models follow, created_by and granted_by stay as they were written.

p_user_id: the user.
p_new_email: 3 to 320 characters; stored trimmed and in lower case. Identities signed for the old address are refused from then on.
Returns the row.
Raises TM404 when there is no such user; TM409 when the address belongs to another; TM422 for a bad address.';
REVOKE ALL ON FUNCTION user_change_email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_change_email TO tmi_auth;
ALTER FUNCTION user_change_email OWNER TO tmi_identity;
