"""Who calls, and where: the people and models of `filled.sql` that costs are compared between."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from support.costs import FEW, MANY
from support.database import Connection

SMALL, FULL = "Model 5002", "Model 5001"

# The person with 5 models in a small one and in the full one, then the one with 5,000 in the same.
PLACES = ((FEW, SMALL), (FEW, FULL), (MANY, "Model 5000"), (MANY, FULL))


@dataclass(frozen=True)
class Place:
    """A person in a model, and one thing of each kind in it."""

    email: str
    user: UUID
    model: UUID
    threat: UUID
    diagram: UUID
    document: UUID
    source: UUID
    session: UUID
    cell: UUID


def find(conn: Connection, email: str, name: str) -> Place:
    row = conn.execute(
        """
        SELECT u.email, u.id, m.id, t.id, d.id, o.id, s.id, c.id, cell_entity_id(d.id, 'a')
        FROM threat_models m
        JOIN threats t ON t.threat_model_id = m.id AND t.name = 'Threat 11'
        JOIN diagrams d ON d.threat_model_id = m.id AND d.name = 'Diagram 1'
        JOIN documents o ON o.threat_model_id = m.id AND o.name = 'Document 11'
        JOIN sources s ON s.threat_model_id = m.id AND s.name = 'Source 11'
        JOIN collaboration_sessions c ON c.diagram_id = d.id
        CROSS JOIN users u
        WHERE u.email = %s
          AND m.name = %s
        """,
        [email, name],
    ).fetchone()
    assert row is not None
    return Place(*row)
