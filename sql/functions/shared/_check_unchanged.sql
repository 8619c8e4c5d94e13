-- Two people who edit the same row must not overwrite each other unseen.
CREATE OR REPLACE FUNCTION _check_unchanged(
  p_modified_at timestamptz,
  p_if_modified_at timestamptz,
  p_table text
) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  IF p_if_modified_at IS DISTINCT FROM p_modified_at AND p_if_modified_at IS NOT NULL THEN
    RAISE EXCEPTION 'the row has changed since it was read' USING ERRCODE = 'TM412', TABLE = p_table, COLUMN = 'modified_at',
      DETAIL = 'field: if_modified_at', HINT = 'read the row again and repeat the change on what it holds now';
  END IF;
END
$$;
COMMENT ON FUNCTION _check_unchanged IS
'Refuses a change of a row that somebody else has changed since the caller read it.

p_modified_at: when the row was last changed.
p_if_modified_at: the modified_at that the caller read; NULL to change it whatever happened.
p_table: the row''s table, for the error.
Returns nothing.
Raises TM412 when the two differ.';
REVOKE ALL ON FUNCTION _check_unchanged FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _check_unchanged TO tmi_api, tmi_identity;
ALTER FUNCTION _check_unchanged OWNER TO tmi_guard;
