-- People work on a drawing at the same time: a session ends with its drawing, a participation with the session.

CREATE TABLE collaboration_sessions (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  diagram_id uuid,
  websocket_url text NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT collaboration_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT collaboration_sessions_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT collaboration_sessions_diagram_id_fkey
    FOREIGN KEY (diagram_id) REFERENCES diagrams (id) ON DELETE CASCADE,
  CONSTRAINT collaboration_sessions_expires_at_check CHECK (expires_at > created_at)
);

CREATE TABLE session_participants (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  CONSTRAINT session_participants_pkey PRIMARY KEY (id),
  CONSTRAINT session_participants_session_id_fkey
    FOREIGN KEY (session_id) REFERENCES collaboration_sessions (id) ON DELETE CASCADE,
  CONSTRAINT session_participants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- A person is in a session once, and may come back after having left.
CREATE UNIQUE INDEX session_participants_unique_active
  ON session_participants (session_id, user_id)
  WHERE left_at IS NULL;
