-- Who is in a session is a part of it. SECURITY DEFINER: nobody else may announce anything in the schema's name.
CREATE OR REPLACE FUNCTION _session_participants_notify() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  PERFORM _notify('session', 'update', s.threat_model_id, s.id)
  FROM collaboration_sessions s
  WHERE s.id = NEW.session_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION _session_participants_notify IS
'Trigger: announces that somebody joined or left a session.

Returns nothing.';
REVOKE ALL ON FUNCTION _session_participants_notify FROM PUBLIC;
ALTER FUNCTION _session_participants_notify OWNER TO tmi_guard;
