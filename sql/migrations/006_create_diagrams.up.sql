-- Drawings of a model. The drawing is text and its type is free until 014 makes them cells and one type; content stands
-- last, so that taking 014 back puts it where it was.

CREATE TABLE diagrams (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  description text,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  content text,
  CONSTRAINT diagrams_pkey PRIMARY KEY (id),
  CONSTRAINT diagrams_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE
);
