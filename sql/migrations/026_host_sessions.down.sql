-- Hosts, ends and signs of life are lost with their columns; every session counts as open again.

ALTER TABLE session_participants
  DROP COLUMN last_seen_at;

DROP INDEX idx_collaboration_sessions_host_user_id;

DROP INDEX collaboration_sessions_unique_open;

ALTER TABLE collaboration_sessions
  DROP CONSTRAINT collaboration_sessions_host_user_id_fkey,
  DROP COLUMN ended_at,
  DROP COLUMN host_user_id;
