-- Deleting a parent reads its children: revoking one person's tokens read the whole table without these.

-- Which tokens has this person?
CREATE INDEX idx_refresh_tokens_user_id
  ON refresh_tokens (user_id);

-- Which sessions run on this model?
CREATE INDEX idx_collaboration_sessions_threat_model_id
  ON collaboration_sessions (threat_model_id);

-- Which sessions run on this diagram?
CREATE INDEX idx_collaboration_sessions_diagram_id
  ON collaboration_sessions (diagram_id);

-- Who was ever in this session?
CREATE INDEX idx_session_participants_session_id
  ON session_participants (session_id);

-- In which sessions was this person ever?
CREATE INDEX idx_session_participants_user_id
  ON session_participants (user_id);
