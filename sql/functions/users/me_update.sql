-- People name themselves; their address is the login service's to change.
CREATE OR REPLACE FUNCTION me_update(
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
DECLARE
  v_actor text := _open();
BEGIN
  PERFORM _check_object(p_changes, '{"name": "string"}', 'changes');
  PERFORM
  FROM users u
  WHERE u.email = v_actor
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- Gone, or renamed, since the identity was checked.
    v_actor := _actor();
  END IF;
  PERFORM _check_unchanged(u.modified_at, p_if_modified_at, 'users')
  FROM users u
  WHERE u.email = v_actor;
  RETURN QUERY
  UPDATE users u
  SET name = c.name
  FROM users o
  CROSS JOIN LATERAL jsonb_populate_record(o, p_changes) c
  WHERE u.email = v_actor
    AND o.email = v_actor
  RETURNING u.*;
END
$$;
COMMENT ON FUNCTION me_update IS
'Changes fields of the caller''s own profile.

p_changes: an object of name; a key that is there is set, one that is not is kept.
p_if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on. A login moves it too.
Returns the row.
Raises TM401 without a valid identity; TM412 when the row has changed since; TM422 for an unknown field or a bad value.';
REVOKE ALL ON FUNCTION me_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION me_update TO tmi_app;
ALTER FUNCTION me_update OWNER TO tmi_api;
