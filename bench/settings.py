"""What settings of the server change, each beside another value of it on connections that differ in nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from psycopg.types.json import Jsonb

from .clients import Clients, one_statement
from .data import BIG, FEW, MANY
from .drawings import APPLY, SEARCH, drawing
from .measure import Measure, Way
from .traffic import Connection
from .workbench import connect, with_settings

_BY_NAME = "threat_list(CASE WHEN _as(%s) THEN %s::uuid END, 200, NULL, 'name')"
_GET = "threat_model_get(CASE WHEN _as(%s) THEN %s::uuid END)"

_COUNTED = 2_000


def settings(clients: Clients) -> Iterator[Measure]:
    """Measure just-in-time compilation, memory for sorting, how cells are compressed, and an old snapshot."""
    big = clients.value("SELECT id FROM threat_models WHERE name = %s", BIG)
    with ExitStack() as stack:

        def set_to(**values: str) -> Connection:
            return stack.enter_context(connect(with_settings(clients.workbench.service, **values)))

        # Set aside of the login's own: `tmi-db init` turns it off for services.
        yield _compared(
            clients,
            "jit, a word that is everywhere searched in all models",
            {"jit=off": set_to(jit="off"), "jit=on": set_to(jit="on")},
            SEARCH,
            MANY,
            "threat",
        )
        yield _compared(
            clients,
            "work_mem, a large model's threats sorted by name",
            {f"work_mem={size}": set_to(work_mem=size) for size in ("4MB", "64kB", "64MB")},
            _BY_NAME,
            FEW,
            big,
        )
        yield _compression(clients, {method: set_to(default_toast_compression=method) for method in _methods(clients)})
        yield from _snapshot(clients)


def _compared(
    clients: Clients, name: str, connections: dict[str, Connection], text: str, email: str, *arguments: Any
) -> Measure:
    def way(name: str, connection: Connection) -> Way:
        def call() -> list[Any]:
            signed = [clients.signer.sign(email), *arguments]
            return connection.execute(one_statement(text), signed, binary=True).fetchall()

        return Way(name, call)

    return Measure(
        f"setting: {name}",
        [way(setting, connection) for setting, connection in connections.items()],
        connections=list(connections.values()),
    )


def _methods(clients: Clients) -> list[str]:
    """Say how this server can compress long values."""
    found: list[str] = clients.value("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
    return found


def _compression(clients: Clients, connections: dict[str, Connection]) -> Measure:
    """Measure an edit of a large drawing: each compresses the cells anew, in its own way."""
    text = "INSERT INTO threat_models (name, owner_email, created_by) VALUES ('Kept', %s, %s) RETURNING id"
    model = clients.value(text, FEW, FEW)
    cells, places = drawing(), itertools.count(1)
    moved = cells[0]["id"]

    def way(method: str) -> Way:
        name = f"default_toast_compression={method}"
        if method not in connections:
            return Way(name, skipped=f"this server is built without {method}")
        diagram = clients.value(
            "INSERT INTO diagrams (threat_model_id, name, type, cells)"
            " VALUES (%s, 'Large', 'DFD-1.0.0', %s) RETURNING id",
            model,
            Jsonb(cells),
        )

        def move() -> list[Any]:
            operation = {"id": moved, "operation": "update", "data": {"x": next(places)}}
            arguments = [clients.signer.sign(FEW), model, diagram, Jsonb([operation])]
            return connections[method].execute(one_statement(APPLY), arguments, binary=True).fetchall()

        return Way(name, move)

    return Measure(
        f"setting: one of {len(cells):,} cells moved",
        [way("pglz"), way("lz4")],
        connections=list(connections.values()),
        tidy=lambda: clients.owner.execute("VACUUM (INDEX_CLEANUP ON) diagrams"),
    )


def _snapshot(clients: Clients) -> Iterator[Measure]:
    """Measure reading a model whose count was written often while somebody's transaction stayed open."""
    names = [BIG, "Model 2"]
    quiet, busy = (clients.value("SELECT id FROM threat_models WHERE name = %s", name) for name in names)
    with clients.workbench.owner() as old, clients.workbench.owner() as guard:
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM users").fetchone()
        guard.execute("SET ROLE tmi_guard")
        for _ in range(_COUNTED):
            guard.execute("UPDATE threat_models SET threat_count = threat_count WHERE id = %s", [busy])

        def way(name: str, model: Any) -> Way:
            return Way(
                name,
                lambda: clients.call(_GET, FEW, model),
                repeat=5,
                pages=lambda: clients.call_pages(_GET, FEW, model),
            )

        yield Measure(
            "setting: an old snapshot",
            [way("a model at rest", quiet), way(f"its count written {_COUNTED:,} times", busy)],
            note="A transaction that stays open keeps every version of a row that was written since; none is vacuumed.",
        )
        old.execute("ROLLBACK")
    clients.owner.execute("VACUUM (INDEX_CLEANUP ON) threat_models")
