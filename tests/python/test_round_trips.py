"""Every kind of call is one statement and one round trip, however much it carries; for both twins of the wrapper."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import database as databases
from support.blocking import Blocking
from support.wire import Wire
from tmi_db import AsyncDatabase, Database

ALICE = "alice@example.com"
MANY = 1000

# psycopg prepares a statement when it is sent for the sixth time, which is a round trip of its own, once a connection.
SENDS_UNTIL_PREPARED = 6


@pytest.fixture(scope="module")
def shop(template: databases.Database) -> Iterator[databases.Database]:
    clone = template.copy()
    with clone.connect() as admin:
        admin.execute("SELECT tap.add_user('alice')")
    yield clone
    clone.drop()


@pytest.fixture
def wire(shop: databases.Database) -> Iterator[Wire]:
    wire = Wire(shop.dsn_for("app"))
    yield wire
    wire.close()


@pytest.fixture(params=["sync", "async"])
def alice(request: pytest.FixtureRequest, wire: Wire) -> Iterator[Any]:
    """A person at a service with one connection, so that what it has prepared stays prepared."""
    options: dict[str, Any] = {"key": databases.KEY, "max_size": 1, "timeout": 20}
    with contextlib.ExitStack() as stack:
        if request.param == "sync":
            db: Any = stack.enter_context(Database(wire.dsn, **options))
        else:
            db = stack.enter_context(Blocking(lambda: AsyncDatabase(wire.dsn, **options)))
        yield db.as_user(ALICE)


class Shop:
    """A model with a thing of each kind, and what is to be done to them next."""

    def __init__(self, alice: Any) -> None:
        self.alice = alice
        self.model = alice.threat_models.create("Payments").id
        self.threat = alice.threats.create(self.model, "Spoofing").id
        cells = [{"id": "a", "shape": "cylinder"}]
        self.diagram = alice.diagrams.create(self.model, "Checkout", cells=cells).id
        self.number = 0

    def next(self) -> str:
        self.number += 1
        return f"n{self.number}"


Call = Callable[[Shop], Callable[[], Any]]


def _delete(shop: Shop) -> Callable[[], Any]:
    threat = shop.alice.threats.create(shop.model, "To go").id
    return lambda: shop.alice.threats.delete(shop.model, threat)


def _rename(shop: Shop) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": "/name", "value": shop.next()}]


def _redraw(shop: Shop) -> list[dict[str, Any]]:
    return [{"id": "a", "operation": "update", "data": {"id": "a", "shape": "cylinder", "label": shop.next()}}]


def _document(shop: Shop) -> dict[str, Any]:
    return {
        "version": "2.0",
        "summary": {"title": shop.next()},
        "detail": {"contributors": [], "diagrams": [], "diagramTop": 0, "reviewer": "", "threatTop": 0},
    }


# Each prepares what it needs, and returns the call that is counted.
CALLS: dict[str, Call] = {
    "get": lambda s: lambda: s.alice.threats.get(s.model, s.threat),
    "page": lambda s: lambda: s.alice.threats.list(s.model, limit=50),
    "sorted and filtered page": lambda s: lambda: s.alice.threats.list(s.model, sort="name", filter={"score_min": 1}),
    "list of models": lambda s: s.alice.threat_models.list,
    "search": lambda s: lambda: s.alice.threat_models.search("payments"),
    "whole document": lambda s: lambda: s.alice.threat_models.document(s.model),
    "create": lambda s: lambda: s.alice.threats.create(s.model, "Tampering"),
    "bulk create": lambda s: lambda: s.alice.threats.bulk_create(s.model, [{"name": "T"} for _ in range(MANY)]),
    "update": lambda s: lambda: s.alice.threats.update(s.model, s.threat, {"name": s.next()}),
    "patch": lambda s: lambda: s.alice.threats.patch(s.model, s.threat, _rename(s)),
    "delete": _delete,
    "metadata": lambda s: lambda: s.alice.metadata.set(s.model, "threat", s.threat, "owner", s.next()),
    "bulk of metadata": lambda s: (
        lambda: s.alice.metadata.bulk_set(
            s.model, "threat", s.threat, [{"key": f"k{n}", "value": s.next()} for n in range(MANY)]
        )
    ),
    "operation on cells": lambda s: lambda: s.alice.cells.apply_ops(s.model, s.diagram, _redraw(s)),
    "grant": lambda s: lambda: s.alice.access.grant(s.model, ALICE, "owner"),
    "import": lambda s: lambda: s.alice.threat_models.import_(_document(s)),
}


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_is_one_round_trip_once_its_statement_is_prepared(alice: Any, wire: Wire, kind: str) -> None:
    shop = Shop(alice)
    for _ in range(SENDS_UNTIL_PREPARED):
        CALLS[kind](shop)()
    for _ in range(2):
        call = CALLS[kind](shop)
        with wire.counting() as trips:
            call()
        assert trips == [1]
