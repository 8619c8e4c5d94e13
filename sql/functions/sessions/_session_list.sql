-- Planned anew each time: whether the open sessions or the actor's models are fewer depends on both. A definer because it compares with membership itself.
CREATE OR REPLACE FUNCTION _session_list() RETURNS TABLE (
  id uuid,
  threat_model_id uuid,
  threat_model_name text,
  diagram_id uuid,
  diagram_name text,
  websocket_url text,
  host_user_id uuid,
  host_email text,
  participant_count bigint,
  role text,
  created_at timestamptz,
  expires_at timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_email text := _actor();
BEGIN
  RETURN QUERY EXECUTE
    'SELECT s.id, s.threat_model_id, m.name, s.diagram_id, d.name, s.websocket_url, s.host_user_id, h.email,
       (
         SELECT count(*)
         FROM session_participants p
         WHERE p.session_id = s.id
           AND p.left_at IS NULL
       ),
       a.role, s.created_at, s.expires_at
     FROM threat_model_access a
     JOIN collaboration_sessions s ON s.threat_model_id = a.threat_model_id
     JOIN threat_models m ON m.id = s.threat_model_id
     LEFT JOIN diagrams d ON d.id = s.diagram_id
     LEFT JOIN users h ON h.id = s.host_user_id
     WHERE a.user_email = $1
       AND s.ended_at IS NULL
       AND (s.expires_at IS NULL OR s.expires_at > now())
     ORDER BY s.created_at DESC, s.id DESC'
    USING v_email;
END
$$;
COMMENT ON FUNCTION _session_list IS
'Lists the open sessions of the models that the caller may read.

Returns rows, the newest first.
Raises TM401 without a valid identity.';
REVOKE ALL ON FUNCTION _session_list FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _session_list TO tmi_api;
ALTER FUNCTION _session_list OWNER TO tmi_guard;
