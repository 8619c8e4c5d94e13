-- Who may do what on which model: one role a person and model.

CREATE TABLE threat_model_access (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  user_email text NOT NULL,
  role text NOT NULL,
  granted_by text NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT threat_model_access_pkey PRIMARY KEY (id),
  CONSTRAINT threat_model_access_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT threat_model_access_user_email_fkey
    FOREIGN KEY (user_email) REFERENCES users (email) ON DELETE CASCADE,
  CONSTRAINT threat_model_access_threat_model_id_user_email_key UNIQUE (threat_model_id, user_email)
);
