"""The data that is measured on: people, models, access and threats in the proportions of a large installation."""

from dataclasses import dataclass

import psycopg

MANY, FEW, FIVE = "many@example.com", "few@example.com", "five@example.com"
"""A person with a tenth of the models (at most 5,000), and two with five; the big one is among those of `FEW`."""

BIG = "Big model"
"""The model that holds a tenth of all threats."""

RARE = "turnstile"
"""A word in a diagram and a threat of every hundredth model, and of one model of `FIVE`."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is; `full` is the data set that the figures of docs/performance.md are meant for."""

    users: int
    models: int
    access: int
    threats: int
    others: int
    metadata: int


SCALES = {
    "tiny": Scale(users=200, models=500, access=1_500, threats=10_000, others=2_000, metadata=10_000),
    "small": Scale(users=2_000, models=5_000, access=15_000, threats=100_000, others=20_000, metadata=100_000),
    "full": Scale(users=20_000, models=50_000, access=150_000, threats=1_000_000, others=200_000, metadata=1_000_000),
}

_USERS = """
INSERT INTO users (email, name)
SELECT 'person' || i || '@example.com', 'Person ' || i
FROM generate_series(1, %(users)s) i
UNION ALL
VALUES ('many@example.com', 'Many'), ('few@example.com', 'Few'), ('five@example.com', 'Five')
"""
# Ids are those that the API would have given, and models come in the order of their creation. What follows takes some
# of them by chance, and the same ones each time.
_MODELS = """
INSERT INTO threat_models (id, name, description, owner_email, created_by, created_at, modified_at)
SELECT uuid_generate_v7(), CASE WHEN i = 1 THEN 'Big model' ELSE 'Model ' || i END, repeat('text ', 20),
  o.email, o.email, t.at, t.at
FROM generate_series(%(models)s, 1, -1) i
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN i <= 5 THEN 'few@example.com'
    WHEN i <= 10 THEN 'five@example.com'
    ELSE 'person' || 1 + i %% %(users)s || '@example.com'
  END AS email
) o
CROSS JOIN LATERAL (SELECT now() - i * interval '1 minute' AS at) t
"""
# The mirrored owners are what the trigger would have written.
_OWNERS = """
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, granted_at, model_created_at)
SELECT m.id, m.owner_email, 'owner', m.created_by, m.created_at, m.created_at
FROM threat_models m
"""
_MANY = """
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, model_created_at)
SELECT m.id, 'many@example.com', 'reader', m.owner_email, m.created_at
FROM threat_models m
WHERE m.name <> 'Big model'
ORDER BY md5(m.name)
LIMIT least(5000, %(models)s / 10)
"""
_ACCESS = """
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, model_created_at)
SELECT m.id, 'person' || 1 + (m.n * 7919 + g * 104729) %% %(users)s || '@example.com',
  CASE g %% 2 WHEN 0 THEN 'writer' ELSE 'reader' END, m.owner_email, m.created_at
FROM (SELECT *, row_number() OVER (ORDER BY md5(name)) AS n FROM threat_models) m
CROSS JOIN generate_series(1, greatest(0, (%(access)s - %(models)s) / %(models)s)) g
ON CONFLICT DO NOTHING
"""
_THREATS = """
INSERT INTO threats (id, threat_model_id, name, description, risk_rating, score, mitigation, created_at, modified_at)
SELECT uuid_generate_v7(), m.id, 'Threat ' || g, repeat('what could happen ', 10) || w.word, 'High', g %% 100,
  repeat('what is done ', 10), t.at, t.at
FROM (SELECT id, name, row_number() OVER (ORDER BY md5(name)) AS n FROM threat_models) m
CROSS JOIN LATERAL generate_series(
  CASE WHEN m.name = 'Big model' THEN %(threats)s / 10 ELSE (%(threats)s * 9 / 10) / %(models)s END,
  1,
  -1
) g
CROSS JOIN LATERAL (SELECT now() - g * interval '1 second' AS at) t
CROSS JOIN LATERAL (
  SELECT CASE WHEN g = 1 AND (m.n %% 100 = 0 OR m.name = 'Model 10') THEN 'turnstile' ELSE '' END AS word
) w
"""
_DIAGRAMS = """
INSERT INTO diagrams (id, threat_model_id, name, type, description, cells)
SELECT uuid_generate_v7(), m.id, 'Diagram ' || g, 'DFD-1.0.0',
  CASE WHEN g = 1 AND (m.n %% 100 = 0 OR m.name = 'Model 10') THEN 'The turnstile at the entrance' END,
  jsonb_build_array(
    jsonb_build_object('id', 'a', 'shape', 'process', 'x', g, 'y', g, 'width', 80, 'height', 60),
    jsonb_build_object('id', 'b', 'shape', 'store', 'x', g, 'y', g, 'width', 80, 'height', 60)
  )
FROM (SELECT id, name, row_number() OVER (ORDER BY md5(name)) AS n FROM threat_models) m
CROSS JOIN generate_series(1, %(others)s / %(models)s) g
"""
_DOCUMENTS = """
INSERT INTO documents (id, threat_model_id, name, url)
SELECT uuid_generate_v7(), m.id, 'Document ' || g, 'https://example.com/' || g
FROM threat_models m
CROSS JOIN generate_series(1, %(others)s / %(models)s) g
"""
_SOURCES = """
INSERT INTO sources (id, threat_model_id, name, url, type)
SELECT uuid_generate_v7(), m.id, 'Source ' || g, 'https://example.com/' || g || '.git', 'git'
FROM threat_models m
CROSS JOIN generate_series(1, %(others)s / %(models)s) g
"""
_METADATA = """
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
SELECT t.threat_model_id, 'threat', t.id, 'ticket', 'T-' || row_number() OVER ()
FROM threats t
LIMIT %(metadata)s
"""
_COUNTS = """
UPDATE threat_models m
SET threat_count = (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id),
  diagram_count = (SELECT count(*) FROM diagrams t WHERE t.threat_model_id = m.id),
  document_count = (SELECT count(*) FROM documents t WHERE t.threat_model_id = m.id),
  source_count = (SELECT count(*) FROM sources t WHERE t.threat_model_id = m.id)
"""


def fill(conn: psycopg.Connection, scale: Scale) -> None:
    """Fill an installation, without its triggers: what they would write is written in sets.

    Args:
        conn: a superuser's connection in autocommit, with the schema in its search_path.
        scale: how much.
    """
    numbers = {name: getattr(scale, name) for name in Scale.__slots__}
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role TO replica")
        for statement in (
            _USERS,
            _MODELS,
            _OWNERS,
            _MANY,
            _ACCESS,
            _THREATS,
            _DIAGRAMS,
            _DOCUMENTS,
            _SOURCES,
            _METADATA,
        ):
            conn.execute(statement, numbers)
        conn.execute(_COUNTS)
    # Counted all at once, models leave their pages and stand in each index twice; counted one by one they stay on them.
    conn.execute("REINDEX TABLE threat_models")
    conn.execute("VACUUM ANALYZE")
