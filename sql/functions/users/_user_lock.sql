-- Everything about one user's links, tokens and address takes turns on the user's row, which is always locked first.
CREATE OR REPLACE FUNCTION _user_lock(
  p_user_id uuid
) RETURNS text
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_email text;
BEGIN
  SELECT u.email
  INTO v_email
  FROM users u
  WHERE u.id = p_user_id
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user not found' USING ERRCODE = 'TM404', TABLE = 'users';
  END IF;
  RETURN v_email;
END
$$;
COMMENT ON FUNCTION _user_lock IS
'Locks a user''s row until the transaction ends; rows that refer to the user can still be added meanwhile.

p_user_id: the user.
Returns the user''s address.
Raises TM404 when there is none.';
REVOKE ALL ON FUNCTION _user_lock FROM PUBLIC;
ALTER FUNCTION _user_lock OWNER TO tmi_identity;
