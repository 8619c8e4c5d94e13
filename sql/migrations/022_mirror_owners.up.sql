-- One table answers who may do what: the owner of record stands in it too. The model's creation time stands beside the
-- grant, so that a person's newest models are read from one index.

ALTER TABLE threat_model_access
  ADD COLUMN model_created_at timestamptz;

UPDATE threat_model_access a
SET model_created_at = m.created_at
FROM threat_models m
WHERE m.id = a.threat_model_id;

-- An owner who held a lower role so far gets the role that ownership gave anyway.
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, granted_at, model_created_at)
SELECT
  m.id,
  m.owner_email,
  'owner',
  m.created_by,
  m.created_at,
  m.created_at
FROM threat_models m
ON CONFLICT (threat_model_id, user_email) DO UPDATE
SET
  role = excluded.role,
  granted_by = excluded.granted_by,
  granted_at = excluded.granted_at
WHERE threat_model_access.role <> 'owner';

ALTER TABLE threat_model_access
  ALTER COLUMN model_created_at SET NOT NULL;

-- May this person see this model, and in which role?
CREATE INDEX idx_threat_model_access_user_email_threat_model_id
  ON threat_model_access (user_email, threat_model_id) INCLUDE (role);

-- Which models may this person see, the newest first?
CREATE INDEX idx_threat_model_access_user_email_model_created_at
  ON threat_model_access (user_email, model_created_at, threat_model_id) INCLUDE (role);
