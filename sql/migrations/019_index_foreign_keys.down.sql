-- Deletions of parents get slower; nothing is lost.

DROP INDEX idx_session_participants_user_id;

DROP INDEX idx_session_participants_session_id;

DROP INDEX idx_collaboration_sessions_diagram_id;

DROP INDEX idx_collaboration_sessions_threat_model_id;

DROP INDEX idx_refresh_tokens_user_id;
