-- For administration, by the login service alone.
CREATE OR REPLACE FUNCTION user_list(
  p_limit integer DEFAULT 50,
  p_after jsonb DEFAULT NULL,
  p_query text DEFAULT NULL
) RETURNS SETOF users
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  IF p_after IS NOT NULL AND (jsonb_typeof(p_after) <> 'object' OR p_after ->> 'email' IS NULL) THEN
    RAISE EXCEPTION 'a page begins after a row: an object with email' USING ERRCODE = 'TM422', DETAIL = 'field: after';
  END IF;
  RETURN QUERY
  SELECT u.*
  FROM users u
  WHERE u.email > coalesce(p_after ->> 'email', '')
    AND (p_query IS NULL OR strpos(lower(u.email || ' ' || u.name), lower(p_query)) > 0)
  ORDER BY u.email
  LIMIT _limit(p_limit);
END
$$;
COMMENT ON FUNCTION user_list IS
'Lists users by address.

p_limit: 1 to 200 users; 50 by default.
p_after: the last row of the page before, or just its email, as a JSON object.
p_query: a part of the address or the name, in any case.
Returns rows.
Raises TM413 for a page that is too large; TM422 for a bad cursor.';
REVOKE ALL ON FUNCTION user_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_list TO tmi_auth;
ALTER FUNCTION user_list OWNER TO tmi_identity;
