-- What can go wrong in a model. The link to a drawing follows in 010, since drawings come in 006.

CREATE TABLE threats (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  description text,
  impact text,
  likelihood text,
  risk_rating text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT threats_pkey PRIMARY KEY (id),
  CONSTRAINT threats_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE
);
