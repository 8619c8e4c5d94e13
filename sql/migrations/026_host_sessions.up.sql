-- A session has a host and an end, and a diagram has one open session: two would overwrite each other's cells.

ALTER TABLE collaboration_sessions
  ADD COLUMN host_user_id uuid,
  ADD COLUMN ended_at timestamptz,
  ADD CONSTRAINT collaboration_sessions_host_user_id_fkey
    FOREIGN KEY (host_user_id) REFERENCES users (id) ON DELETE SET NULL NOT VALID;

ALTER TABLE collaboration_sessions
  VALIDATE CONSTRAINT collaboration_sessions_host_user_id_fkey;

-- Of several sessions on one diagram, or on one model as a whole, the newest goes on.
UPDATE collaboration_sessions s
SET ended_at = now()
WHERE EXISTS (
  SELECT
  FROM collaboration_sessions n
  WHERE n.threat_model_id = s.threat_model_id
    AND n.diagram_id IS NOT DISTINCT FROM s.diagram_id
    AND (n.created_at, n.id) > (s.created_at, s.id)
);

-- Which session is open on this diagram? There can't be a second.
CREATE UNIQUE INDEX collaboration_sessions_unique_open
  ON collaboration_sessions (diagram_id)
  WHERE ended_at IS NULL;

-- Which sessions did this person host?
CREATE INDEX idx_collaboration_sessions_host_user_id
  ON collaboration_sessions (host_user_id);

ALTER TABLE session_participants
  ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now();
