-- Who takes part is known by name to everybody who may join. A definer because nobody else sees users beside himself.
CREATE OR REPLACE FUNCTION _session_people(
  p_session_id uuid
) RETURNS TABLE (
  user_id uuid,
  email text,
  name text,
  role text,
  is_host boolean,
  joined_at timestamptz,
  last_seen_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN QUERY
  SELECT p.user_id, u.email, u.name,
    -- No join: it would be planned to read all that a person may use, because most may use little.
    (
      SELECT a.role
      FROM threat_model_access a
      WHERE a.threat_model_id = s.threat_model_id
        AND a.user_email = u.email
    ),
    p.user_id IS NOT DISTINCT FROM s.host_user_id, p.joined_at, p.last_seen_at
  FROM collaboration_sessions s
  JOIN session_participants p ON p.session_id = s.id
  JOIN users u ON u.id = p.user_id
  WHERE s.id = p_session_id
    AND s.ended_at IS NULL
    AND (s.expires_at IS NULL OR s.expires_at > now())
    AND p.left_at IS NULL
  ORDER BY p.joined_at, p.id;
END
$$;
COMMENT ON FUNCTION _session_people IS
'Lists who is in a session.

p_session_id: the session, of a model that the caller has entered.
Returns rows, the first to come first; none for a session that has ended.
Raises nothing.';
REVOKE ALL ON FUNCTION _session_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_people TO tmi_api;
ALTER FUNCTION _session_people OWNER TO tmi_guard;
