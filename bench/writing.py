"""What writing costs: one threat, a thousand threats, a thousand keys of metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import count, cycle
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from .clients import API, ASYNCPG, BASE, ORM, PGBENCH, PGBENCH_API, WRAPPER, Clients, one_statement
from .data import FEW
from .measure import Figure, Measure, Way
from .peers import Access, Threat, request
from .traffic import Connection
from .unchecked import UNCHECKED, unchecked

BARE = "hand-written SQL, no triggers"
ROW_BY_ROW = "API, a call a row"
ORM_ALL = "SQLAlchemy ORM, add_all"
ORM_BULK = "SQLAlchemy ORM, bulk insert()"
ASYNCPG_BULK = "asyncpg, hand-written SQL"

FIELDS: dict[str, Any] = {
    "name": "Replay of a captured token",
    "description": "Somebody who reads the traffic of the station's network presents a token again.",
    "risk_rating": "High",
    "score": 70,
    "mitigation": "Tokens are bound to the channel, and each is good for one request.",
}
_COLUMNS = ", ".join(FIELDS)
_INSERT = f"INSERT INTO threats (threat_model_id, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s) RETURNING *"
_INSERT_ALL = f"""
INSERT INTO threats (threat_model_id, {_COLUMNS})
SELECT %s, r.name, r.description, r.risk_rating, r.score, r.mitigation
FROM jsonb_to_recordset(%s) AS r (name text, description text, risk_rating text, score integer, mitigation text)
RETURNING *
"""
_API_INSERT = (
    "threat_create(CASE WHEN _as(%s) THEN %s::uuid END, %s, %s, p_risk_rating => %s, p_score => %s, p_mitigation => %s)"
)
_API_INSERT_ALL = "threat_bulk_create(CASE WHEN _as(%s) THEN %s::uuid END, %s)"
_UPDATE = """
UPDATE threats t SET status = %s
WHERE t.threat_model_id = %s AND t.id = %s
  AND EXISTS (
    SELECT FROM threat_model_access a
    WHERE a.threat_model_id = %s AND a.user_email = %s AND a.role IN ('writer', 'owner')
  )
RETURNING t.*
"""
_API_UPDATE = "threat_update(CASE WHEN _as(%s) THEN %s::uuid END, %s, %s)"
_HUNDRED = f"""
INSERT INTO threats (threat_model_id, {_COLUMNS})
SELECT %s, %s, %s, %s, %s, %s FROM generate_series(1, 100)
RETURNING id
"""
_MODEL = "INSERT INTO threat_models (name, owner_email, created_by) VALUES ('Written to', %s, %s) RETURNING id"
_CLEAR = b"DELETE FROM threats WHERE threat_model_id = %s"


def one(clients: Clients) -> Iterator[Measure]:
    """Measure inserting one threat; what was inserted is deleted before the next way's turn."""
    model = clients.value(_MODEL, FEW, FEW)
    few = clients.db.as_user(FEW)
    values = list(FIELDS.values())
    optional = {name: value for name, value in FIELDS.items() if name != "name"}
    floor = unchecked(clients.owner, _API_INSERT)

    def with_triggers() -> None:
        clients.owner.execute(_CLEAR, [model])

    def without() -> None:
        clients.bare.execute(_CLEAR, [model])

    def orm() -> list[Threat]:
        with request(clients.orm) as session:
            _require_writer(session, model)
            threat = Threat(threat_model_id=model, **FIELDS)
            session.add(threat)
        return [threat]

    bare = Way(
        BARE,
        lambda: clients.bare.execute(_INSERT.encode(), [model, *values], binary=True).fetchall(),
        repeat=5,
        after=without,
    )
    api = Way(
        API,
        lambda: clients.call(_API_INSERT, FEW, model, *values),
        repeat=5,
        after=with_triggers,
        pages=lambda: clients.call_pages(_API_INSERT, FEW, model, *values),
    )
    yield Measure(
        "insert one threat",
        [
            bare,
            api,
            Way(UNCHECKED, lambda: clients.call(floor, FEW, model, *values), repeat=5, after=with_triggers),
            Way(
                WRAPPER, lambda: [few.threats.create(model, FIELDS["name"], **optional)], repeat=5, after=with_triggers
            ),
            Way(
                BASE,
                lambda: clients.hand(_INSERT, model, *values),
                repeat=5,
                after=with_triggers,
                pages=lambda: clients.hand_pages(_INSERT, model, *values),
            ),
            Way(
                ASYNCPG,
                clock=clients.asyncpg.clock(_INSERT, lambda: [model, *values]),
                repeat=5,
                after=with_triggers,
                statements=1,
            ),
            Way(ORM, orm, repeat=5, after=with_triggers),
            *_pgbench(clients, model, values, without, with_triggers),
        ],
        [
            Figure(API, "<=", 2.2, BARE),
            Figure(API, "<=", 40, of="pages"),
            Figure(API, "<=", 1, of="round trips"),
        ],
        rows=1,
        tidy=lambda: _vacuum(clients.owner),
    )
    # As every installation is that has not chosen otherwise.
    for connection in (clients.bare, clients.app):
        connection.execute("SET synchronous_commit TO on")
    yield Measure(
        "insert one threat, safe on the disk",
        [
            bare,
            api,
        ],
        [Figure(API, "<=", 2.2, BARE)],
        rows=1,
        tidy=lambda: _vacuum(clients.owner),
        note="Commits wait for the disk, as they do where nobody has decided otherwise.",
    )
    _remove(clients, model)


def many(clients: Clients) -> Iterator[Measure]:
    """Measure inserting a thousand threats into an empty model."""
    model = clients.value(_MODEL, FEW, FEW)
    few = clients.db.as_user(FEW)
    items: list[dict[str, Any]] = [{**FIELDS, "name": f"Threat {number}"} for number in range(1000)]

    def with_triggers() -> None:
        clients.owner.execute(_CLEAR, [model])

    def row_by_row() -> list[Any]:
        return [clients.call(_API_INSERT, FEW, model, *item.values())[0] for item in items]

    def orm(add: Callable[[Session], Sequence[Threat]]) -> Sequence[Threat]:
        with request(clients.orm) as session:
            _require_writer(session, model)
            return add(session)

    def add_all(session: Session) -> Sequence[Threat]:
        made = [Threat(threat_model_id=model, **item) for item in items]
        session.add_all(made)
        return made

    def bulk(session: Session) -> Sequence[Threat]:
        rows = [{"threat_model_id": model, **item} for item in items]
        return session.scalars(insert(Threat).returning(Threat), rows).all()

    yield Measure(
        "insert 1,000 threats",
        [
            Way(BASE, lambda: clients.hand(_INSERT_ALL, model, Jsonb(items)), after=with_triggers),
            Way(
                API,
                lambda: clients.call(_API_INSERT_ALL, FEW, model, Jsonb(items)),
                after=with_triggers,
            ),
            Way(WRAPPER, lambda: few.threats.bulk_create(model, items), after=with_triggers),
            Way(
                BARE,
                lambda: clients.bare.execute(_INSERT_ALL.encode(), [model, Jsonb(items)], binary=True).fetchall(),
                after=lambda: clients.bare.execute(_CLEAR, [model]),
            ),
            Way(ROW_BY_ROW, row_by_row, after=with_triggers),
            Way(
                ASYNCPG_BULK,
                clock=clients.asyncpg.clock(_INSERT_ALL, lambda: [model, json.dumps(items)]),
                after=with_triggers,
                statements=1,
            ),
            Way(ORM_ALL, lambda: orm(add_all), after=with_triggers),
            Way(ORM_BULK, lambda: orm(bulk), after=with_triggers),
        ],
        [
            Figure(API, "<=", 1.10, BASE),
            Figure(API, ">=", 4, ROW_BY_ROW),
            Figure(API, "<=", 1, of="round trips"),
            Figure(WRAPPER, ">=", 5, ORM_ALL),
        ],
        rows=1000,
        tidy=lambda: _vacuum(clients.owner),
        note="The base inserts by jsonb_to_recordset with all triggers and foreign keys, and returns the rows."
        " Bulk insert() returns them too.",
    )
    _remove(clients, model)


def change(clients: Clients) -> Iterator[Measure]:
    """Measure changing one field of a threat, with little text beside it and with much."""
    yield from _change(clients, "change the status of a threat", FIELDS["description"])
    words = " ".join(sha256(b"%d" % (number % 2000)).hexdigest()[: 3 + number % 7] for number in range(3000))
    yield from _change(clients, "change the status of a threat with 20 KB of text", words)


def _change(clients: Clients, name: str, description: str) -> Iterator[Measure]:
    """Measure changing the status of threats that have this description."""
    model = clients.value(_MODEL, FEW, FEW)
    few = clients.db.as_user(FEW)
    made = clients.hand(_HUNDRED, model, *(FIELDS | {"description": description}).values())
    threats = cycle([row[0] for row in made])
    numbers = count()

    def status() -> str:
        return f"step {next(numbers)}"

    def by_hand() -> list[Any]:
        return [status(), model, next(threats), model, FEW]

    def by_api() -> list[Any]:
        return [model, next(threats), Jsonb({"status": status()})]

    def orm() -> list[Threat]:
        with request(clients.orm) as session:
            _require_writer(session, model)
            threat = session.get_one(Threat, next(threats))
            threat.status = status()
        return [threat]

    yield Measure(
        name,
        [
            Way(
                BASE,
                lambda: clients.hand(_UPDATE, *by_hand()),
                repeat=5,
                pages=lambda: clients.hand_pages(_UPDATE, *by_hand()),
            ),
            Way(
                API,
                lambda: clients.call(_API_UPDATE, FEW, *by_api()),
                repeat=5,
                pages=lambda: clients.call_pages(_API_UPDATE, FEW, *by_api()),
            ),
            Way(WRAPPER, lambda: [few.threats.update(model, next(threats), {"status": status()})], repeat=5),
            Way(ASYNCPG, clock=clients.asyncpg.clock(_UPDATE, by_hand), repeat=5, statements=1),
            Way(ORM, orm, repeat=5),
        ],
        [Figure(API, "<=", 1, of="round trips")],
        rows=1,
        tidy=lambda: _vacuum(clients.owner),
    )
    _remove(clients, model)


def counter(clients: Clients) -> Iterator[Measure]:
    """Measure the update that keeps a model's count: what it writes to the log, and whether it leaves indexes alone."""
    model = clients.value(_MODEL, FEW, FEW)
    name = "UPDATE of a count"
    with clients.workbench.owner() as guard:
        guard.execute("SET ROLE tmi_guard")

        def update() -> None:
            guard.execute("UPDATE threat_models SET threat_count = threat_count + 1 WHERE id = %s", [model])

        yield Measure(
            "count one more threat",
            [Way(name, update, repeat=10, exact=lambda: {**_logged(clients, update), **_hot(clients, model)})],
            [Figure(name, "<=", 210, of="bytes of WAL"), Figure(name, ">=", 99, of="% HOT")],
            connections=[guard],
        )
    _remove(clients, model)


def _logged(clients: Clients, update: Callable[[], None]) -> dict[str, float]:
    """Tell how much of the log one update is. Nobody else may write meanwhile."""
    times = 100
    where = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
    # After a checkpoint the first change of a page writes all of it.
    update()
    before = clients.value(where)
    for _ in range(times):
        update()
    return {"bytes of WAL": round(float(clients.value(where) - before) / times, 1)}


def _hot(clients: Clients, model: Any) -> dict[str, float]:
    """Tell how many of the updates that inserts cause leave the indexes alone."""

    def updates() -> tuple[int, int]:
        # What a backend has counted is shown at the latest when it is asked to.
        clients.hand("SELECT pg_stat_force_next_flush()")
        text = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'threat_models'::regclass"
        made, hot = clients.hand(text)[0]
        return int(made), int(hot)

    before = updates()
    for _ in range(200):
        clients.hand(_INSERT, model, *FIELDS.values())
    after = updates()
    return {"% HOT": round(100 * (after[1] - before[1]) / (after[0] - before[0]), 1)}


def _pgbench(
    clients: Clients, model: Any, values: list[Any], without: Callable[[], None], with_triggers: Callable[[], None]
) -> Iterator[Way]:
    """Yield what the server alone takes, by hand and by the API."""
    pgbench = clients.pgbench
    by_hand = pgbench.clock(clients.workbench.without_triggers, _INSERT, lambda: [str(model), *map(str, values)])
    by_api = pgbench.clock(
        clients.workbench.service,
        one_statement(_API_INSERT).decode(),
        lambda: [clients.signer.sign(FEW), str(model), *map(str, values)],
    )
    for name, clock, after in (
        (f"{PGBENCH}, no triggers", by_hand, without),
        (PGBENCH_API, by_api, with_triggers),
    ):
        yield Way(
            name, clock=clock, repeat=pgbench.transactions, after=after, most=20, statements=1, skipped=pgbench.missing
        )


def _require_writer(session: Session, model: Any) -> None:
    """Check the role as a handler of requests does, by a query of its own."""
    query = select(Access.role).where(Access.threat_model_id == model, Access.user_email == FEW)
    assert session.scalars(query).one() in ("writer", "owner")


def _vacuum(connection: Connection) -> None:
    """Remove what deleted rows left in the table and its indexes."""
    connection.execute("VACUUM (INDEX_CLEANUP ON) threats")
    connection.execute("VACUUM threat_models")


def _remove(clients: Clients, model: Any) -> None:
    clients.owner.execute("DELETE FROM threat_models WHERE id = %s", [model])
    _vacuum(clients.owner)
