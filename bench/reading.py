"""What reading costs: one threat, a page of a large model, the list of somebody's models."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from .clients import (
    API,
    API_UNPREPARED,
    ASYNCPG,
    BASE,
    BASE_UNPREPARED,
    ORM,
    PGBENCH,
    PGBENCH_API,
    WRAPPER,
    Clients,
    one_statement,
)
from .data import BIG, FEW, FIVE, MANY
from .measure import Figure, Measure, Way
from .peers import CHILDREN, Access, Threat, ThreatModel, request
from .unchecked import LEAST, UNCHECKED, least_checked, unchecked

CACHED = "hand-written SQL, by our index"
ORM_COUNTING = "SQLAlchemy ORM, counts as subqueries"
ORM_CACHED = "SQLAlchemy ORM, cached counts"
QUERY_A_ROW = "a query a row"
TMI = "TMI's way: reads all, cuts in memory"

# The same for all ways: the first call after another way's turn finds the core's caches full of the other's data.
_IN_A_ROW = 10

_VISIBLE = "EXISTS (SELECT FROM threat_model_access a WHERE a.threat_model_id = %s AND a.user_email = %s)"
_GET = f"SELECT t.* FROM threats t WHERE t.threat_model_id = %s AND t.id = %s AND {_VISIBLE}"
_ANY_THOUSAND = "SELECT id FROM threats WHERE threat_model_id = %s ORDER BY md5(id::text) LIMIT 1000"
_FIRST = f"""
SELECT t.* FROM threats t WHERE t.threat_model_id = %s AND {_VISIBLE}
ORDER BY t.created_at DESC, t.id DESC LIMIT 50
"""
_NEXT = f"""
SELECT t.* FROM threats t WHERE t.threat_model_id = %s AND {_VISIBLE} AND (t.created_at, t.id) < (%s, %s)
ORDER BY t.created_at DESC, t.id DESC LIMIT 50
"""
_LIST = """
SELECT m.*, a.role
FROM threat_model_access a JOIN threat_models m ON m.id = a.threat_model_id
WHERE a.user_email = %s
ORDER BY m.created_at DESC, m.id DESC
LIMIT 50
"""
_LIST_BY_INDEX = """
SELECT m.*, a.role
FROM threat_model_access a JOIN threat_models m ON m.id = a.threat_model_id
WHERE a.user_email = %s
ORDER BY a.model_created_at DESC, a.threat_model_id DESC
LIMIT 50
"""
_LIST_IDS = _LIST.replace("m.*, a.role", "m.id")
_ONE_OF_THE_LIST = """
SELECT m.*, a.role,
  (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id),
  (SELECT count(*) FROM diagrams t WHERE t.threat_model_id = m.id),
  (SELECT count(*) FROM documents t WHERE t.threat_model_id = m.id),
  (SELECT count(*) FROM sources t WHERE t.threat_model_id = m.id)
FROM threat_models m JOIN threat_model_access a ON a.threat_model_id = m.id
WHERE m.id = %s AND a.user_email = %s
"""

API_GET = "threat_get(CASE WHEN _as(%s) THEN %s::uuid END, %s::uuid)"
_API_FIRST = "threat_list(CASE WHEN _as(%s) THEN %s::uuid END, 50)"
_API_NEXT = (
    "threat_list(CASE WHEN _as(%s) THEN %s::uuid END, 50, jsonb_build_object('created_at', %s::text, 'id', %s::text))"
)
_API_LIST = "threat_model_list(CASE WHEN _as(%s) THEN 50 END)"


def get(clients: Clients) -> Iterator[Measure]:
    """Measure getting one threat of a large model, each time another one of a thousand that stand anywhere in it."""
    big = clients.value("SELECT id FROM threat_models WHERE name = %s", BIG)
    ids = [row[0] for row in clients.hand(_ANY_THOUSAND, big)]
    some = random.Random(1)
    few = clients.db.as_user(FEW)
    floor, least = unchecked(clients.owner, API_GET), least_checked(clients.owner, API_GET)

    def orm() -> list[Threat]:
        with request(clients.orm) as session:
            _require_role(session, big, FEW)
            return [session.scalars(select(Threat).where(Threat.threat_model_id == big, Threat.id == one())).one()]

    def one() -> Any:
        return some.choice(ids)

    def by_hand() -> list[Any]:
        return [big, one(), big, FEW]

    newer = clients.owner.info.server_version >= 180_000
    yield Measure(
        "get one threat",
        [
            Way(
                BASE,
                lambda: clients.hand(_GET, *by_hand()),
                repeat=_IN_A_ROW,
                pages=lambda: clients.hand_pages(_GET, *by_hand()),
            ),
            Way(
                API,
                lambda: clients.call(API_GET, FEW, big, one()),
                repeat=_IN_A_ROW,
                pages=lambda: clients.call_pages(API_GET, FEW, big, one()),
            ),
            Way(UNCHECKED, lambda: clients.call(floor, FEW, big, one()), repeat=_IN_A_ROW),
            Way(LEAST, lambda: clients.call(least, FEW, big, one()), repeat=_IN_A_ROW),
            Way(WRAPPER, lambda: [few.threats.get(big, one())], repeat=_IN_A_ROW),
            Way(ASYNCPG, clock=clients.asyncpg.clock(_GET, by_hand), repeat=_IN_A_ROW, statements=1),
            Way(ORM, orm, repeat=_IN_A_ROW),
            Way(BASE_UNPREPARED, lambda: clients.hand(_GET, *by_hand(), prepare=False), repeat=_IN_A_ROW),
            Way(API_UNPREPARED, lambda: clients.call(API_GET, FEW, big, one(), prepare=False), repeat=_IN_A_ROW),
            *_pgbench(clients, _GET, by_hand, API_GET, FEW, lambda: [big, one()]),
        ],
        [
            Figure(API, "<=", 1.40 if newer else 1.45, BASE),
            Figure(API_UNPREPARED, "<=", 1.40 if newer else 1.45, BASE_UNPREPARED),
            Figure(API, "<=", 14, of="pages"),
            Figure(API, "<=", 1, of="round trips"),
            Figure(WRAPPER, ">=", 5, ORM),
        ],
        rows=1,
    )


def page(clients: Clients) -> Iterator[Measure]:
    """Measure pages of a large model: the first, one in the middle, one near the end."""
    big = clients.value("SELECT id FROM threat_models WHERE name = %s", BIG)
    threats = clients.value("SELECT count(*) FROM threats WHERE threat_model_id = %s", big)
    yield _page(clients, big, f"page of 50, first of {threats:,}", None)
    for place, depth in (("after", threats // 2), ("near the end, after", threats - 100)):
        last = clients.hand(
            "SELECT created_at, id FROM threats WHERE threat_model_id = %s"
            " ORDER BY created_at DESC, id DESC OFFSET %s LIMIT 1",
            big,
            depth - 1,
        )[0]
        yield _page(clients, big, f"page of 50, {place} {depth:,} of {threats:,}", last)


def _page(clients: Clients, big: UUID, name: str, last: tuple[Any, ...] | None) -> Measure:
    few = clients.db.as_user(FEW)
    text, api_text = (_FIRST, _API_FIRST) if last is None else (_NEXT, _API_NEXT)
    arguments = [big, big, FEW, *(last or ())]
    api_arguments = [big, *([last[0].isoformat(), str(last[1])] if last else [])]
    after = {"created_at": last[0], "id": last[1]} if last else None
    floor, least = unchecked(clients.owner, api_text), least_checked(clients.owner, api_text)

    def orm() -> Sequence[Threat]:
        with request(clients.orm) as session:
            _require_role(session, big, FEW)
            query = select(Threat).where(Threat.threat_model_id == big)
            if last is not None:
                query = query.where(tuple_(Threat.created_at, Threat.id) < tuple_(*last))
            return session.scalars(query.order_by(Threat.created_at.desc(), Threat.id.desc()).limit(50)).all()

    return Measure(
        name,
        [
            Way(
                BASE,
                lambda: clients.hand(text, *arguments),
                repeat=_IN_A_ROW,
                pages=lambda: clients.hand_pages(text, *arguments),
            ),
            Way(
                API,
                lambda: clients.call(api_text, FEW, *api_arguments),
                repeat=_IN_A_ROW,
                pages=lambda: clients.call_pages(api_text, FEW, *api_arguments),
            ),
            Way(UNCHECKED, lambda: clients.call(floor, FEW, *api_arguments), repeat=_IN_A_ROW),
            Way(LEAST, lambda: clients.call(least, FEW, *api_arguments), repeat=_IN_A_ROW),
            Way(WRAPPER, lambda: few.threats.list(big, limit=50, after=after), repeat=_IN_A_ROW),
            Way(ASYNCPG, clock=clients.asyncpg.clock(text, lambda: arguments), repeat=_IN_A_ROW, statements=1),
            Way(ORM, orm, repeat=_IN_A_ROW),
            Way(BASE_UNPREPARED, lambda: clients.hand(text, *arguments, prepare=False), repeat=_IN_A_ROW),
            Way(API_UNPREPARED, lambda: clients.call(api_text, FEW, *api_arguments, prepare=False), repeat=_IN_A_ROW),
            *_pgbench(clients, text, lambda: arguments, api_text, FEW, lambda: api_arguments),
        ],
        [
            Figure(API, "<=", 1.3, BASE),
            Figure(API_UNPREPARED, "<=", 1.3, BASE_UNPREPARED),
            Figure(API, "<=", 6, BASE, of="pages"),
            Figure(API, "<=", 1, of="round trips"),
            Figure(WRAPPER, ">=", 4, ORM),
        ],
        rows=50,
    )


def models(clients: Clients) -> Iterator[Measure]:
    """Measure listing 50 models with counts and role, for somebody with five and somebody with many."""
    total = clients.value("SELECT count(*) FROM threat_models")
    for email, at_most, pages in ((FIVE, 1.8, 25), (MANY, 1.05, 260)):
        his = clients.value("SELECT count(*) FROM threat_model_access WHERE user_email = %s", email)
        yield Measure(
            f"list 50 models, of {his:,} among {total:,}",
            _list_ways(clients, email),
            [
                Figure(API, "<=", at_most, BASE),
                Figure(API, "<=", pages, of="pages", scale="full"),
                Figure(API, "<=", 1, of="round trips"),
                # A list of five is six queries, of which no forty can be saved.
                *([Figure(API, ">=", 40, QUERY_A_ROW, scale="full")] if email == MANY else []),
                Figure(WRAPPER, ">=", 5, ORM_COUNTING),
                Figure(API, ">=", 10_000, TMI, scale="full"),
            ],
            rows=min(50, his),
            note="TMI's way reads every model, asks for the role in each by itself, counts four tables for each model"
            " that may be seen, and cuts the page in memory, all by prepared statements of psycopg.",
        )


def _list_ways(clients: Clients, email: str) -> list[Way]:
    user = clients.db.as_user(email)

    def orm(counting: bool) -> Sequence[Any]:
        counts = [
            select(func.count()).select_from(child).where(child.threat_model_id == ThreatModel.id).scalar_subquery()
            for child in CHILDREN
        ]
        query = (
            select(ThreatModel, Access.role, *(counts if counting else ()))
            .join(Access, Access.threat_model_id == ThreatModel.id)
            .where(Access.user_email == email)
            .order_by(ThreatModel.created_at.desc(), ThreatModel.id.desc())
            .limit(50)
        )
        with request(clients.orm) as session:
            return session.execute(query).all()

    def a_query_a_row() -> list[Any]:
        ids = clients.hand(_LIST_IDS, email)
        return [clients.hand(_ONE_OF_THE_LIST, id, email)[0] for (id,) in ids]

    def tmi() -> list[Any]:
        found = []
        for model in clients.hand("SELECT m.* FROM threat_models m ORDER BY m.created_at DESC, m.id DESC"):
            role = clients.hand(
                "SELECT role FROM threat_model_access WHERE threat_model_id = %s AND user_email = %s", model[0], email
            )
            if role:
                counts = [
                    clients.value(f"SELECT count(*) FROM {child.__tablename__} WHERE threat_model_id = %s", model[0])
                    for child in CHILDREN
                ]
                found.append((*model, role[0][0], *counts))
        return found[:50]

    return [
        Way(
            BASE,
            lambda: clients.hand(_LIST, email),
            repeat=_IN_A_ROW,
            pages=lambda: clients.hand_pages(_LIST, email),
        ),
        Way(
            API,
            lambda: clients.call(_API_LIST, email),
            repeat=_IN_A_ROW,
            pages=lambda: clients.call_pages(_API_LIST, email),
        ),
        Way(WRAPPER, lambda: user.threat_models.list(limit=50), repeat=_IN_A_ROW),
        Way(
            CACHED,
            lambda: clients.hand(_LIST_BY_INDEX, email),
            repeat=_IN_A_ROW,
            pages=lambda: clients.hand_pages(_LIST_BY_INDEX, email),
        ),
        Way(ASYNCPG, clock=clients.asyncpg.clock(_LIST, lambda: [email]), repeat=_IN_A_ROW, statements=1),
        Way(ORM_COUNTING, lambda: orm(counting=True), repeat=_IN_A_ROW),
        Way(ORM_CACHED, lambda: orm(counting=False), repeat=_IN_A_ROW),
        Way(QUERY_A_ROW, a_query_a_row, repeat=_IN_A_ROW),
        Way(TMI, tmi, most=3),
    ]


def _require_role(session: Session, model: UUID, email: str) -> str:
    """Check the role as a handler of requests does, by a query of its own."""
    query = select(Access.role).where(Access.threat_model_id == model, Access.user_email == email)
    return session.scalars(query).one()


def _pgbench(
    clients: Clients,
    text: str,
    arguments: Callable[[], list[Any]],
    api_text: str,
    email: str,
    api_arguments: Callable[[], list[Any]],
) -> Iterator[Way]:
    """Yield what the server alone takes, by hand and by the API."""
    pgbench, bench = clients.pgbench, clients.workbench
    by_hand = pgbench.clock(bench.dsn, text, lambda: [str(value) for value in arguments()])
    by_api = pgbench.clock(
        bench.service,
        one_statement(api_text).decode(),
        lambda: [clients.signer.sign(email), *map(str, api_arguments())],
    )
    for name, clock in ((PGBENCH, by_hand), (PGBENCH_API, by_api)):
        yield Way(name, clock=clock, repeat=pgbench.transactions, most=20, statements=1, skipped=pgbench.missing)
