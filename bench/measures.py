"""What is measured: each operation as the API does it, beside other ways of doing the same work."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from tmi_db import Database

from .data import BIG, FEW, MANY

BASE = "hand-written SQL, no RLS"
BARE = "the same, without triggers and foreign keys"
API = "API function, one statement"
WRAPPER = "tmi_db"
ORM = "SQLAlchemy ORM"
NAIVE = "a query a row, four counts each"

_ROW = """
SELECT t.*
FROM threats t
WHERE t.threat_model_id = %s
  AND EXISTS (SELECT FROM threat_model_access a WHERE a.threat_model_id = %s AND a.user_email = %s)
"""
_OWNED = """
SELECT m.*, a.role
FROM threat_model_access a
JOIN threat_models m ON m.id = a.threat_model_id
WHERE a.user_email = %s
ORDER BY m.created_at DESC, m.id DESC
LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """An operation, the ways it is done, and the figure to reach: the API's time against the first way's."""

    name: str
    ways: Mapping[str, Callable[[], Any]]
    figure: str


class _Table(DeclarativeBase):
    pass


class Threat(_Table):
    """A threat as an ORM sees it."""

    __tablename__ = "threats"
    id: Mapped[str] = mapped_column(primary_key=True)
    threat_model_id: Mapped[str] = mapped_column(ForeignKey("threat_models.id"))
    name: Mapped[str]
    description: Mapped[str]
    risk_rating: Mapped[str]
    score: Mapped[int]
    mitigation: Mapped[str]


class Access(_Table):
    """An access row as an ORM sees it."""

    __tablename__ = "threat_model_access"
    id: Mapped[str] = mapped_column(primary_key=True)
    threat_model_id: Mapped[str] = mapped_column(ForeignKey("threat_models.id"))
    user_email: Mapped[str]
    role: Mapped[str]


class ThreatModel(_Table):
    """A threat model as an ORM sees it."""

    __tablename__ = "threat_models"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    threat_count: Mapped[int]


def measures(
    owner: psycopg.Connection[Any],
    bare: psycopg.Connection[Any],
    app: psycopg.Connection[Any],
    db: Database,
    dsn: str,
) -> list[Measure]:
    """Make the measures.

    Args:
        owner: a superuser's connection with the schema in its search_path, which prepares what it repeats.
        bare: the same, without triggers and foreign keys.
        app: the same of a service's login.
        db: the wrapper, with a key.
        dsn: the superuser's connection string, for the ORM.
    """
    big = _value(owner, "SELECT id FROM threat_models WHERE name = %s", BIG)
    ids = [row[0] for row in owner.execute("SELECT id FROM threats WHERE threat_model_id = %s LIMIT 1000", [big])]
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn, options="-csearch_path=tmi"), pool_size=1
    )
    choose = random.Random(1)
    few = db.as_user(FEW)
    items = [{"name": f"New {number}", "description": "text", "risk_rating": "High"} for number in range(1000)]

    def context(email: str) -> str:
        return db._context(email)

    def call(text: str, email: str, *arguments: Any) -> list[Any]:
        statement = f"SELECT f.* FROM _as(%s) AS a CROSS JOIN LATERAL {text} AS f"
        return app.execute(statement.encode(), [context(email), *arguments], binary=True).fetchall()

    def base(text: str, *arguments: Any) -> list[Any]:
        return owner.execute(text.encode(), arguments, binary=True).fetchall()

    def orm_get() -> Any:
        with Session(engine) as session:
            query = select(Threat).join(Access, Access.threat_model_id == Threat.threat_model_id)
            return session.scalars(query.where(Access.user_email == FEW, Threat.id == choose.choice(ids))).one()

    def orm_page() -> Any:
        with Session(engine) as session:
            query = select(Threat).where(Threat.threat_model_id == big).order_by(Threat.id.desc()).limit(50)
            return session.scalars(query).all()

    def naive_list() -> Any:
        """Every model is read, then asked about one by one, and the page is cut in memory."""
        found = []
        with Session(engine) as session:
            for model in session.scalars(select(ThreatModel)).all()[:500]:
                role = session.scalar(
                    select(Access.role).where(Access.threat_model_id == model.id, Access.user_email == FEW)
                )
                if role:
                    count = session.scalar(select(func.count()).where(Threat.threat_model_id == model.id))
                    found.append((model, role, count))
        return found[:50]

    def insert_base() -> None:
        bare.execute(
            "INSERT INTO threats (threat_model_id, name, description, risk_rating) VALUES (%s, 'New', 'text', 'High')",
            [big],
        )

    def bulk_base() -> None:
        bare.execute(
            "INSERT INTO threats (threat_model_id, name, description, risk_rating)"
            " SELECT %s, r.name, r.description, r.risk_rating"
            " FROM jsonb_to_recordset(%s) AS r (name text, description text, risk_rating text)",
            [big, Jsonb(items)],
        )

    return [
        Measure(
            "get one threat",
            {
                BASE: lambda: base(f"{_ROW} AND t.id = %s", big, big, FEW, choose.choice(ids)),
                API: lambda: call("threat_get(CASE WHEN a THEN %s END, %s)", FEW, big, choose.choice(ids)),
                WRAPPER: lambda: few.threats.get(big, choose.choice(ids)),
                ORM: orm_get,
            },
            "<= 1.45x",
        ),
        Measure(
            "page of 50 threats",
            {
                BASE: lambda: base(f"{_ROW} ORDER BY t.created_at DESC, t.id DESC LIMIT 50", big, big, FEW),
                API: lambda: call("threat_list(CASE WHEN a THEN %s END)", FEW, big),
                WRAPPER: lambda: few.threats.list(big),
                ORM: orm_page,
            },
            "<= 1.3x",
        ),
        Measure(
            "list of 5 models",
            {
                BASE: lambda: base(_OWNED, FEW),
                API: lambda: call("threat_model_list(CASE WHEN a THEN 50 END)", FEW),
                WRAPPER: few.threat_models.list,
                NAIVE: naive_list,
            },
            "<= 1.8x",
        ),
        Measure(
            "list of 50 of many models",
            {
                BASE: lambda: base(_OWNED, MANY),
                API: lambda: call("threat_model_list(CASE WHEN a THEN 50 END)", MANY),
                WRAPPER: db.as_user(MANY).threat_models.list,
            },
            "<= 1.05x",
        ),
        Measure(
            "insert one threat",
            {
                BARE: insert_base,
                API: lambda: call(
                    "threat_create(CASE WHEN a THEN %s END, 'New', 'text', p_risk_rating => 'High')", FEW, big
                ),
                WRAPPER: lambda: few.threats.create(big, "New", description="text", risk_rating="High"),
            },
            "<= 2.2x of an insert without triggers",
        ),
        Measure(
            "bulk insert of 1,000",
            {
                BARE: bulk_base,
                API: lambda: call("threat_bulk_create(CASE WHEN a THEN %s END, %s)", FEW, big, Jsonb(items)),
                WRAPPER: lambda: few.threats.bulk_create(big, items),
            },
            "<= 1.10x of INSERT ... SELECT",
        ),
    ]


def _value(conn: psycopg.Connection[Any], text: str, *arguments: Any) -> Any:
    row = conn.execute(text.encode(), arguments).fetchone()
    assert row is not None
    return row[0]
