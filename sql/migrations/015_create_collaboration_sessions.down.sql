-- Sessions are gone with their tables, participants first, since they refer to sessions.

DROP TABLE session_participants;

DROP TABLE collaboration_sessions;
