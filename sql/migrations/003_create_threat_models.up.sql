-- The central entity. An owner can't be deleted while a model is theirs, so that no model is ever orphaned.

CREATE TABLE threat_models (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  name text NOT NULL,
  description text,
  owner_email text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT threat_models_pkey PRIMARY KEY (id),
  CONSTRAINT threat_models_owner_email_fkey FOREIGN KEY (owner_email) REFERENCES users (email) ON DELETE RESTRICT
);
