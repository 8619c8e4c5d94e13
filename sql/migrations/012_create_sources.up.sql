-- The code that a model speaks about, by repository and by the parameters that pin a branch or a path.

CREATE TABLE sources (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  threat_model_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  description text,
  type text,
  parameters jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sources_pkey PRIMARY KEY (id),
  CONSTRAINT sources_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE,
  CONSTRAINT sources_name_check CHECK (length(name) > 0),
  CONSTRAINT sources_url_check CHECK (length(url) > 0),
  CONSTRAINT sources_type_check CHECK (type IN ('git', 'svn', 'mercurial', 'other'))
);

-- Which sources are configured like this?
CREATE INDEX idx_sources_parameters
  ON sources USING gin (parameters);
