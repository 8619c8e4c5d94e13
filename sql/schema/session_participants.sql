-- Who is, or was, in which session.

CREATE TABLE session_participants (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT session_participants_pkey PRIMARY KEY (id),
  CONSTRAINT session_participants_session_id_fkey
    FOREIGN KEY (session_id) REFERENCES collaboration_sessions (id) ON DELETE CASCADE,
  CONSTRAINT session_participants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
COMMENT ON TABLE session_participants IS 'Participations in collaboration sessions; leaving ends one, coming back makes another.';
COMMENT ON COLUMN session_participants.id IS 'Identifier of the participation.';
COMMENT ON COLUMN session_participants.session_id IS 'The session.';
COMMENT ON COLUMN session_participants.user_id IS 'The person.';
COMMENT ON COLUMN session_participants.joined_at IS 'When the person came.';
COMMENT ON COLUMN session_participants.left_at IS 'When the person left; NULL while there.';
COMMENT ON COLUMN session_participants.last_seen_at IS 'When the person''s client last gave a sign of life.';
COMMENT ON CONSTRAINT session_participants_pkey ON session_participants IS 'A participation has one id.';
COMMENT ON CONSTRAINT session_participants_session_id_fkey ON session_participants IS 'Participations go with their session.';
COMMENT ON CONSTRAINT session_participants_user_id_fkey ON session_participants IS 'Participations go with their person.';
COMMENT ON INDEX session_participants_pkey IS 'Which participation has this id?';

CREATE UNIQUE INDEX session_participants_unique_active
  ON session_participants (session_id, user_id)
  WHERE left_at IS NULL;
COMMENT ON INDEX session_participants_unique_active IS 'Is this person in this session now? Only once.';

CREATE INDEX idx_session_participants_session_id
  ON session_participants (session_id);
COMMENT ON INDEX idx_session_participants_session_id IS 'Who was ever in this session? Deleting it asks too.';

CREATE INDEX idx_session_participants_user_id
  ON session_participants (user_id);
COMMENT ON INDEX idx_session_participants_user_id IS 'In which sessions was this person ever? Deleting the person asks too.';

CREATE OR REPLACE TRIGGER session_participants_freeze
  BEFORE UPDATE OF id, session_id, user_id, joined_at ON session_participants
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.session_id IS DISTINCT FROM NEW.session_id
    OR OLD.user_id IS DISTINCT FROM NEW.user_id
    OR OLD.joined_at IS DISTINCT FROM NEW.joined_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'session_id', 'user_id', 'joined_at');
COMMENT ON TRIGGER session_participants_freeze ON session_participants IS 'A participation is not handed to another person or session.';

CREATE OR REPLACE TRIGGER session_participants_notify
  AFTER INSERT OR UPDATE OF left_at ON session_participants
  FOR EACH ROW
  EXECUTE FUNCTION _session_participants_notify();
COMMENT ON TRIGGER session_participants_notify ON session_participants IS 'Listeners hear of sessions that somebody joins or leaves.';
