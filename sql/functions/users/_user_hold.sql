-- Whoever makes something of their own is there until it is made; a definer because only the login service's functions lock users.
CREATE OR REPLACE FUNCTION _user_hold(
  p_email text
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  -- The lock that a foreign key takes, only sooner: it waits for a deletion or a change of address, and for nothing else.
  PERFORM
  FROM users u
  WHERE u.email = p_email
  FOR KEY SHARE;
  RETURN FOUND;
END
$$;
COMMENT ON FUNCTION _user_hold IS
'Keeps a user from being deleted, and from getting another address, until the transaction ends.

p_email: the user''s address.
Returns whether there is such a user, after waiting for whoever deletes it.
Raises nothing.';
REVOKE ALL ON FUNCTION _user_hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _user_hold TO tmi_guard;
ALTER FUNCTION _user_hold OWNER TO tmi_identity;
