-- Keys and values for any entity, so that a tool's own fields need no column. Cells join in 017, which also narrows
-- the keys.

CREATE TABLE metadata (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT metadata_pkey PRIMARY KEY (id),
  CONSTRAINT metadata_entity_type_entity_id_key_key UNIQUE (entity_type, entity_id, key),
  CONSTRAINT metadata_entity_type_check
    CHECK (entity_type IN ('threat_model', 'threat', 'diagram', 'document', 'source')),
  CONSTRAINT metadata_key_check CHECK (length(key) > 0)
);
