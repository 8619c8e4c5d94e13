-- What calls are measured on: people with 5 and with 5,000 models among 10,000. Model 5001 is full, and both use it; models 4996 to 5005 are small.
INSERT INTO users (email, name)
SELECT 'person' || i || '@example.com', 'Person ' || i
FROM generate_series(1, 2000) i
UNION ALL
VALUES ('many@example.com', 'Many'), ('few@example.com', 'Few');

INSERT INTO user_providers (user_id, provider, provider_user_id, is_primary)
SELECT id, 'google', email, true
FROM users
UNION ALL
SELECT id, 'github', email, false
FROM users
WHERE email NOT LIKE 'person%';

-- What is not these people's is long, so that it fills tables with pages rather than with rows.
INSERT INTO threat_models (name, issue_url, owner_email, created_by, created_at, modified_at)
SELECT
  'Model ' || i,
  CASE WHEN i > 5005 THEN 'https://example.com/' || repeat('x', 1000) END,
  o.email,
  o.email,
  now() - i * interval '1 minute',
  now() - i * interval '1 minute'
FROM generate_series(2, 10000) i
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN i <= 5000 THEN 'many@example.com'
    WHEN i <= 5005 THEN 'few@example.com'
    ELSE 'person' || i % 2000 + 1 || '@example.com'
  END
) o (email);

INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by)
SELECT m.id, 'many@example.com', 'writer', m.owner_email
FROM threat_models m
WHERE m.name = 'Model 5001'
UNION ALL
SELECT m.id, 'person' || (substr(m.name, 7)::integer + k * 31) % 2000 + 1 || '@example.com', 'reader', m.owner_email
FROM threat_models m
CROSS JOIN generate_series(1, 4) k
WHERE substr(m.name, 7)::integer > 5005;

-- How much is in a model: everything there is of each kind, in the full one.
CREATE TEMPORARY VIEW sizes AS
SELECT m.id, n.n, n.n = 5001 AS is_full, n.n BETWEEN 4996 AND 5005 AS is_small
FROM threat_models m
CROSS JOIN LATERAL (SELECT substr(m.name, 7)::integer) n (n);

INSERT INTO diagrams (threat_model_id, name, type, cells, created_at, modified_at)
SELECT
  m.id,
  'Diagram ' || i,
  'DFD-1.0.0',
  '[{"id": "a", "shape": "store", "data": {"n": 1}}, {"id": "b", "shape": "actor"}, {"id": "c", "shape": "edge"}]',
  now() - i * interval '1 second',
  now() - i * interval '1 second'
FROM sizes m
CROSS JOIN generate_series(1, CASE WHEN is_full THEN 500 WHEN is_small THEN 5 ELSE 1 END) i
ORDER BY m.n, i;

INSERT INTO documents (threat_model_id, name, url, created_at, modified_at)
SELECT
  m.id,
  'Document ' || i,
  'https://example.com/' || CASE WHEN is_full THEN '' ELSE repeat('x', 1000) END,
  now() - i * interval '1 second',
  now() - i * interval '1 second'
FROM sizes m
CROSS JOIN generate_series(1, CASE WHEN is_full THEN 500 WHEN is_small THEN 20 ELSE m.n % 2 END) i
ORDER BY m.n, i;

INSERT INTO sources (threat_model_id, name, url, type, created_at, modified_at)
SELECT
  m.id,
  'Source ' || i,
  'https://example.com/' || CASE WHEN is_full THEN '' ELSE repeat('x', 1000) END,
  'git',
  now() - i * interval '1 second',
  now() - i * interval '1 second'
FROM sizes m
CROSS JOIN generate_series(1, CASE WHEN is_full THEN 500 WHEN is_small THEN 20 ELSE m.n % 2 END) i
ORDER BY m.n, i;

INSERT INTO threats (threat_model_id, diagram_id, cell_id, name, description, risk_rating, score, status, issue_url, created_at, modified_at)
SELECT
  m.id,
  d.id,
  CASE WHEN d.id IS NOT NULL THEN 'a' END,
  'Threat ' || i,
  CASE WHEN m.n % 100 = 0 THEN 'rare ' WHEN i % 20 = 0 THEN 'seldom ' ELSE '' END || repeat('x', 200),
  CASE WHEN i % 10 = 0 THEN 'High' ELSE 'Low' END,
  i % 100,
  CASE WHEN i % 4 = 0 THEN 'open' ELSE 'closed' END,
  CASE WHEN NOT is_full AND NOT is_small THEN 'https://example.com/' || repeat('x', 1000) END,
  now() - i * interval '1 second',
  now() - i * interval '1 second'
FROM sizes m
CROSS JOIN generate_series(1, CASE WHEN is_full THEN 20000 WHEN is_small THEN 20 ELSE 1 END) i
LEFT JOIN diagrams d ON (is_full OR is_small) AND i <= 10 AND d.threat_model_id = m.id AND d.name = 'Diagram 1'
ORDER BY m.n, i;

INSERT INTO metadata (entity_type, entity_id, key, value)
SELECT 'threat_model', m.id, 'team', 'Team ' || m.n % 50
FROM sizes m
UNION ALL
SELECT 'threat_model', m.id, 'rare', 'gem ' || m.n
FROM sizes m
WHERE m.n % 250 = 0
UNION ALL
SELECT 'threat', t.id, 'ticket', 'Ticket of ' || t.name
FROM threats t
JOIN sizes m ON m.id = t.threat_model_id
WHERE is_full OR is_small;
INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value)
SELECT 'cell', d.id, 'a', 'zone', 'inner'
FROM diagrams d
JOIN sizes m ON m.id = d.threat_model_id
WHERE is_full OR is_small;

INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, host_user_id, created_at, ended_at)
SELECT
  m.id,
  d.id,
  'wss://example.com/' || m.n,
  u.id,
  now() - m.n * interval '1 second',
  CASE WHEN m.n % 100 <> 0 AND NOT is_full AND NOT is_small THEN now() END
FROM sizes m
JOIN threat_models t ON t.id = m.id
JOIN users u ON u.email = t.owner_email
JOIN diagrams d ON d.threat_model_id = m.id AND d.name = 'Diagram 1'
ORDER BY m.n;
INSERT INTO session_participants (session_id, user_id, left_at)
SELECT id, host_user_id, ended_at
FROM collaboration_sessions;

INSERT INTO refresh_tokens (user_id, token_hash, expires_at, family_expires_at)
SELECT id, encode(sha256(email::bytea), 'hex'), now() + interval '1 day', now() + interval '1 day'
FROM users;

DROP VIEW sizes;
