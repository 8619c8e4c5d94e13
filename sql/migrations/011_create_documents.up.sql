-- What a model was drawn from: design papers, requirements, reports, by their addresses.

CREATE TABLE documents (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  description text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT documents_pkey PRIMARY KEY (id),
  CONSTRAINT documents_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT documents_name_check CHECK (length(name) > 0),
  CONSTRAINT documents_url_check CHECK (length(url) > 0)
);
