-- The address is not among the fields: it is what models and grants refer to, and moves by user_change_email alone.
-- A definer because the caller has no right on any table.
CREATE OR REPLACE FUNCTION user_update(
  p_user_id uuid,
  p_changes jsonb,
  p_if_modified_at timestamptz DEFAULT NULL
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
  PERFORM _check_object(p_changes, '{"name": "string"}', 'changes');
  PERFORM _user_lock(p_user_id);
  PERFORM _check_unchanged(u.modified_at, p_if_modified_at, 'users')
  FROM users u
  WHERE u.id = p_user_id;
  RETURN QUERY
  UPDATE users u
  SET name = c.name
  FROM users o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE u.id = p_user_id
    AND o.id = p_user_id
  RETURNING u.*;
END
$$;
COMMENT ON FUNCTION user_update IS
'Changes fields of a user.

p_user_id: the user.
p_changes: an object of name; a key that is there is set, one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on. A login moves it too.
Returns the row.
Raises TM404 when there is no such user; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION user_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_update TO tmi_auth;
ALTER FUNCTION user_update OWNER TO tmi_identity;
