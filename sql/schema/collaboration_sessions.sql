-- People drawing at the same time, on one diagram or on a model as a whole.

CREATE TABLE collaboration_sessions (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  diagram_id uuid,
  websocket_url text NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  host_user_id uuid,
  ended_at timestamptz,
  ttl interval,
  CONSTRAINT collaboration_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT collaboration_sessions_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT collaboration_sessions_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id) ON DELETE CASCADE,
  CONSTRAINT collaboration_sessions_host_user_id_fkey
    FOREIGN KEY (host_user_id) REFERENCES users (id) ON DELETE SET NULL,
  CONSTRAINT collaboration_sessions_websocket_url_length_check CHECK (length(websocket_url) <= 1024),
  CONSTRAINT collaboration_sessions_expires_at_check CHECK (expires_at > created_at),
  CONSTRAINT collaboration_sessions_ttl_check CHECK (ttl BETWEEN '1 minute' AND '24 hours')
);
COMMENT ON TABLE collaboration_sessions IS 'Sessions in which several people work on a diagram or a model.';
COMMENT ON COLUMN collaboration_sessions.id IS 'Identifier of the session.';
COMMENT ON COLUMN collaboration_sessions.threat_model_id IS 'The model; its readers may join.';
COMMENT ON COLUMN collaboration_sessions.diagram_id IS 'The diagram of that model; NULL for the model as a whole.';
COMMENT ON COLUMN collaboration_sessions.websocket_url IS 'Where clients connect, up to 1,024 characters.';
COMMENT ON COLUMN collaboration_sessions.expires_at IS 'When the session ends by itself; NULL for never.';
COMMENT ON COLUMN collaboration_sessions.created_at IS 'When the session began.';
COMMENT ON COLUMN collaboration_sessions.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN collaboration_sessions.host_user_id IS 'Who may end it besides the model''s owners; NULL when the host is gone.';
COMMENT ON COLUMN collaboration_sessions.ended_at IS 'When the session was ended; NULL while it is open.';
COMMENT ON COLUMN collaboration_sessions.ttl IS 'How long a sign of life keeps it open; NULL where none does.';
COMMENT ON CONSTRAINT collaboration_sessions_pkey ON collaboration_sessions IS 'A session has one id.';
COMMENT ON CONSTRAINT collaboration_sessions_threat_model_id_fkey ON collaboration_sessions IS 'Sessions go with their model.';
COMMENT ON CONSTRAINT collaboration_sessions_diagram_id_fkey ON collaboration_sessions IS 'Sessions go with their diagram, which is of the same model.';
COMMENT ON CONSTRAINT collaboration_sessions_host_user_id_fkey ON collaboration_sessions IS 'A session outlives its host.';
COMMENT ON CONSTRAINT collaboration_sessions_websocket_url_length_check ON collaboration_sessions IS 'An address that a client takes.';
COMMENT ON CONSTRAINT collaboration_sessions_expires_at_check ON collaboration_sessions IS 'A session lasts for a while at least.';
COMMENT ON CONSTRAINT collaboration_sessions_ttl_check ON collaboration_sessions IS 'A session outlives a pause, and no forgotten one outlives the day.';
COMMENT ON INDEX collaboration_sessions_pkey IS 'Which session has this id?';

CREATE INDEX idx_collaboration_sessions_threat_model_id
  ON collaboration_sessions (threat_model_id);
COMMENT ON INDEX idx_collaboration_sessions_threat_model_id IS 'Which sessions run on this model? Deleting it asks too.';

CREATE INDEX idx_collaboration_sessions_diagram_id
  ON collaboration_sessions (diagram_id);
COMMENT ON INDEX idx_collaboration_sessions_diagram_id IS 'Which sessions ever ran on this diagram? Deleting it asks too.';

CREATE UNIQUE INDEX collaboration_sessions_unique_open
  ON collaboration_sessions (threat_model_id, diagram_id) NULLS NOT DISTINCT
  WHERE ended_at IS NULL;
COMMENT ON INDEX collaboration_sessions_unique_open IS 'Which sessions are open on this model? There can''t be two on one diagram, nor on the model as a whole.';

CREATE INDEX idx_collaboration_sessions_host_user_id
  ON collaboration_sessions (host_user_id);
COMMENT ON INDEX idx_collaboration_sessions_host_user_id IS 'Which sessions does this person host? Deleting the person asks too.';

CREATE OR REPLACE TRIGGER collaboration_sessions_freeze
  BEFORE UPDATE OF id, threat_model_id, diagram_id, created_at ON collaboration_sessions
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.threat_model_id IS DISTINCT FROM NEW.threat_model_id
    OR OLD.diagram_id IS DISTINCT FROM NEW.diagram_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'threat_model_id', 'diagram_id', 'created_at');
COMMENT ON TRIGGER collaboration_sessions_freeze ON collaboration_sessions IS 'A session is not moved to another model or diagram.';

CREATE OR REPLACE TRIGGER collaboration_sessions_touch
  BEFORE UPDATE ON collaboration_sessions
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER collaboration_sessions_touch ON collaboration_sessions IS 'modified_at moves with every change.';

CREATE OR REPLACE TRIGGER collaboration_sessions_notify
  AFTER INSERT OR DELETE ON collaboration_sessions
  FOR EACH ROW
  EXECUTE FUNCTION _row_notify('session');
COMMENT ON TRIGGER collaboration_sessions_notify ON collaboration_sessions IS 'Listeners hear of new sessions, and of those that went with their diagram.';

-- Not of every update: what keeps a session alive is sent all the time, and concerns nobody else.
CREATE OR REPLACE TRIGGER collaboration_sessions_notify_update
  AFTER UPDATE OF websocket_url, host_user_id, ended_at ON collaboration_sessions
  FOR EACH ROW
  WHEN (
    OLD.websocket_url IS DISTINCT FROM NEW.websocket_url
    OR OLD.host_user_id IS DISTINCT FROM NEW.host_user_id
    OR OLD.ended_at IS DISTINCT FROM NEW.ended_at
  )
  EXECUTE FUNCTION _row_notify('session');
COMMENT ON TRIGGER collaboration_sessions_notify_update ON collaboration_sessions IS 'Listeners hear of sessions that end or get another host.';
