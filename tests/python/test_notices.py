"""Notices: what is announced, to whom, and that a listener hears of everything or learns that it did not."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from psycopg import sql
from support import database as databases
from support.cluster import Cluster
from support.database import Connection, Database, acting_as
from tmi_db import AsyncDatabase, declared
from tmi_db import Database as TmiDatabase
from tmi_db.errors import ConnectionLost, TmiError
from tmi_db.installation import initialise
from tmi_db.notices import AsyncNotices, Notice, Notices, channel, parse

ALICE, BOB = "alice@example.com", "bob@example.com"
MODEL, OTHER = UUID("10000000-0000-4000-8000-000000000001"), UUID("10000000-0000-4000-8000-000000000002")
DIAGRAM = UUID("40000000-0000-4000-8000-000000000001")
SESSION = UUID("30000000-0000-4000-8000-000000000001")

# Only a test that fails waits so long.
PATIENCE = 20.0


class Awaited:
    """Shows the asynchronous listener as the other one, so that a test is written once."""

    def __init__(self, dsn: str, schema: str = "tmi", *, timeout: float | None = None) -> None:
        self._runner = asyncio.Runner()
        self._notices = AsyncNotices(dsn, schema, timeout=timeout)

    def __enter__(self) -> Awaited:
        try:
            self._runner.run(self._notices.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with self._runner:
            self._runner.run(self._notices.__aexit__(None, None, None))

    def __iter__(self) -> Iterator[Notice]:
        return self

    def __next__(self) -> Notice:
        try:
            return self._runner.run(self._notices.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None


KINDS: tuple[Callable[..., Any], ...] = (Notices, Awaited)


@pytest.fixture(params=KINDS, ids=["sync", "async"])
def listen(request: pytest.FixtureRequest) -> Any:
    """Make a listener of either kind."""
    return request.param


@pytest.fixture
def writer(database: Database) -> Iterator[Connection]:
    """A service's connection that acts for Alice, whose model has a diagram."""
    with ready(database) as connection:
        yield connection


def ready(database: Database) -> Connection:
    with database.connect() as admin:
        admin.execute("SELECT tap.add_user('alice'), tap.add_user('bob')")
        with admin.transaction(), acting_as(admin, ALICE):
            admin.execute("SELECT id FROM threat_model_create('Payments', p_id => %s)", (MODEL,))
            admin.execute("SELECT access_grant(%s, %s, 'writer')", (MODEL, BOB))
            admin.execute("SELECT id FROM diagram_create(%s, 'Flow', p_id => %s)", (MODEL, DIAGRAM))
    return database.connect()


def call(connection: Connection, statement: str, *arguments: Any, email: str = ALICE) -> None:
    with connection.transaction(), acting_as(connection, email):
        connection.execute(statement.encode(), arguments)


def rename(connection: Connection, name: str, diagram: UUID = DIAGRAM) -> None:
    changes = json.dumps({"name": name})
    call(connection, "SELECT id FROM diagram_update(%s, %s, %s)", MODEL, diagram, changes)


def heard(notices: Any, end: Callable[[], None]) -> list[Notice]:
    """Give what was heard until the change that `end` makes."""
    end()
    found: list[Notice] = []
    for notice in notices:
        if notice.id == END:
            return found
        found.append(notice)
    raise AssertionError("the last change was never heard of")


END = UUID("40000000-0000-4000-8000-00000000ffff")


def ending(connection: Connection) -> Callable[[], None]:
    return lambda: call(connection, "SELECT id FROM diagram_create(%s, 'End', p_id => %s)", MODEL, END)


# What is announced ----------------------------------------------------------------------------------------------------


def test_a_change_of_a_diagram_is_heard_once_a_transaction(
    listen: Callable[..., Any], database: Database, writer: Connection
) -> None:
    with listen(database.dsn_for("app"), timeout=PATIENCE) as notices:
        with writer.transaction(), acting_as(writer, ALICE):
            for name in ("Once", "Twice"):
                changes = json.dumps({"name": name})
                writer.execute("SELECT id FROM diagram_update(%s, %s, %s)", (MODEL, DIAGRAM, changes))
        call(writer, "SELECT diagram_delete(%s, %s)", MODEL, DIAGRAM)
        assert heard(notices, ending(writer)) == [
            Notice("diagram", "update", MODEL, DIAGRAM),
            Notice("diagram", "delete", MODEL, DIAGRAM),
        ]


def test_a_database_lends_a_listener_on_its_own_server_and_schema(database: Database, writer: Connection) -> None:
    with pytest.raises(TmiError), TmiDatabase(database.dsn_for("app"), schema="nowhere").notices():
        pass
    with TmiDatabase(database.dsn_for("app")).notices(timeout=PATIENCE) as notices:
        rename(writer, "New")
        assert next(notices) == Notice("diagram", "update", MODEL, DIAGRAM)

    async def listen() -> Notice:
        async with AsyncDatabase("host=/nowhere").notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
            rename(writer, "Newer")
            return await anext(notices)

    assert asyncio.run(listen()) == Notice("diagram", "update", MODEL, DIAGRAM)


def test_what_changes_nothing_or_is_rolled_back_is_not_heard_of(database: Database, writer: Connection) -> None:
    with Notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
        rename(writer, "Flow")
        with writer.transaction(force_rollback=True):
            rename(writer, "Gone")
        call(writer, "SELECT id FROM threat_create(%s, 'Replay')", MODEL)
        assert heard(notices, ending(writer)) == []


def test_the_life_of_a_session_is_heard_of_but_not_its_heartbeat(database: Database, writer: Connection) -> None:
    with Notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
        steps = {
            "insert": ("SELECT id FROM session_create(%s, 'wss://x', p_id => %s)", ALICE),
            "touch": ("SELECT id FROM session_touch(%s, %s)", ALICE),
            "join": ("SELECT id FROM session_join(%s, %s)", BOB),
            "hand over": ("SELECT id FROM session_leave(%s, %s)", ALICE),
            "end": ("SELECT id FROM session_end(%s, %s)", BOB),
        }
        found: dict[str, list[Any]] = {}
        for number, (step, (statement, email)) in enumerate(steps.items()):
            call(writer, statement, MODEL, SESSION, email=email)
            mark = UUID(int=number + 1)
            call(writer, "SELECT id FROM diagram_create(%s, 'Mark', p_id => %s)", MODEL, mark)
            found[step] = []
            while (notice := next(notices)).id != mark:
                found[step].append((notice.kind, notice.operation, notice.threat_model_id, notice.id))
        changed = ("session", "update", MODEL, SESSION)
        assert found == {
            "insert": [("session", "insert", MODEL, SESSION), changed],
            "touch": [],
            "join": [changed],
            "hand over": [changed],
            "end": [changed],
        }


def test_models_are_silent_until_they_are_switched_on_for_a_role_in_a_database(
    database: Database, writer: Connection
) -> None:
    statements = [
        "SELECT id FROM threat_model_create('Other', p_id => %s)",
        """SELECT id FROM threat_model_update(%s, '{"name": "Another"}')""",
        "SELECT id FROM threat_create(%s, 'A count is no change of its model')",
        "SELECT * FROM threat_model_delete(%s)",
    ]
    with Notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
        for statement in statements:
            call(writer, statement, OTHER)
        writer.execute(
            sql.SQL("ALTER ROLE postgres IN DATABASE {} SET tmi.notify_models TO on").format(
                sql.Identifier(database.name)
            )
        )
        with database.connect() as switched:
            for statement in statements:
                call(switched, statement, OTHER)
        assert heard(notices, ending(writer)) == [
            Notice("threat_model", "insert", OTHER, OTHER),
            Notice("threat_model", "update", OTHER, OTHER),
            Notice("threat_model", "delete", OTHER, OTHER),
        ]


def test_a_thousand_diagrams_at_once_are_a_thousand_notices(database: Database, writer: Connection) -> None:
    with Notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
        items = json.dumps([{"name": str(number)} for number in range(1000)])
        call(writer, "SELECT count(*) FROM diagram_bulk_create(%s, %s)", MODEL, items)
        found = heard(notices, ending(writer))
        assert len({notice.id for notice in found}) == 1000
        assert {(notice.kind, notice.operation) for notice in found} == {("diagram", "insert")}


def test_each_schema_has_its_own_channel(empty_database: Database) -> None:
    names = ["acme", 'Größe und "Anführung"', "x" * 63]
    assert all(len(channel(name).encode()) <= 63 for name in names)
    with empty_database.connect() as builder:
        for name in names:
            initialise(builder, name)
            declared.build(builder, name)
    with ExitStack() as stack:
        listeners = [stack.enter_context(Notices(empty_database.dsn, name, timeout=PATIENCE)) for name in names]
        admin = stack.enter_context(empty_database.connect())
        for name in names:
            admin.execute(sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(name)))
            admin.execute("INSERT INTO users (email, name) VALUES ('a@example.com', 'A')")
            for statement in (
                "INSERT INTO threat_models (id, name, owner_email, created_by)"
                " SELECT %s, 'M', u.email, u.email FROM users u",
                "INSERT INTO diagrams (threat_model_id, name, type) VALUES (%s, 'D', 'DFD-1.0.0')",
            ):
                admin.execute(statement.encode(), (model_of(name),))
        for name, listener in zip(names, listeners, strict=True):
            assert next(listener).threat_model_id == model_of(name)
            assert not listener._inbox


def model_of(schema: str) -> UUID:
    return uuid5(MODEL, schema)


def test_nobody_announces_by_hand_in_the_functions_names(login: Callable[[str], Connection]) -> None:
    for name in ("app", "auth", "report", "maintenance"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login(name).execute("SELECT tmi._notify('diagram', 'update', %s, %s)", (MODEL, DIAGRAM))


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '{"kind": "resync", "operation": "update"}',
        '{"kind": "diagram", "operation": "update", "threat_model_id": "x", "id": "y"}',
        '{"kind": "diagram", "operation": "update", "threat_model_id": 7, "id": null}',
        '{"kind": "diagram", "operation": ["update"]}',
        '{"kind": {"a": 1}, "operation": "update"}',
        f'{{"kind": "secret", "operation": "update", "threat_model_id": "{MODEL}", "id": "{DIAGRAM}"}}',
        f'{{"kind": "diagram", "operation": "drop", "threat_model_id": "{MODEL}", "id": "{DIAGRAM}"}}',
        "[" * 3900,
    ],
)
def test_what_is_no_notice_is_passed_over(
    database: Database, writer: Connection, login: Callable[[str], Connection], payload: str
) -> None:
    assert parse(payload) is None
    with Notices(database.dsn_for("app"), timeout=PATIENCE) as notices:
        login("stranger").execute("SELECT pg_notify('tmi_changes', %s)", (payload,))
        assert heard(notices, ending(writer)) == []


# How a listener lives -------------------------------------------------------------------------------------------------


def test_a_listener_ends_when_nothing_comes_and_can_begin_again(
    listen: Callable[..., Any], database: Database, writer: Connection
) -> None:
    with listen(database.dsn_for("app"), timeout=0.05) as notices:
        assert list(notices) == []
        rename(writer, "Other")
        assert list(notices) == [Notice("diagram", "update", MODEL, DIAGRAM)]


def test_what_is_announced_between_connecting_and_iterating_is_heard(
    listen: Callable[..., Any], database: Database, writer: Connection
) -> None:
    with listen(database.dsn_for("app"), timeout=PATIENCE) as notices:
        rename(writer, "Early")
        rename(writer, "Earlier")
        assert heard(notices, ending(writer)) == [Notice("diagram", "update", MODEL, DIAGRAM)] * 2


def test_a_listener_is_stopped_from_another_thread(database: Database) -> None:
    found: list[Notice] = []
    with Notices(database.dsn_for("app")) as notices:
        thread = threading.Thread(target=lambda: found.extend(notices))
        thread.start()
        notices.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert found == []


def test_a_task_that_listens_can_be_cancelled_and_leaves_no_connection(database: Database) -> None:
    async def listen_until_cancelled() -> None:
        entered = asyncio.Event()

        async def work() -> None:
            async with AsyncNotices(database.dsn_for("app")) as notices:
                entered.set()
                async for _ in notices:
                    pass

        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(listen_until_cancelled())
    connected = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'test_app'"
    # The server takes a moment to see that a client has gone.
    deadline = monotonic() + PATIENCE
    with database.connect() as admin:
        while admin.execute(connected).fetchall():
            assert monotonic() < deadline, "the listener's connection is still there"


def test_a_listener_can_be_entered_again(database: Database, writer: Connection) -> None:
    notices = Notices(database.dsn_for("app"), timeout=PATIENCE)
    for name in ("First", "Second"):
        with notices:
            rename(writer, name)
            assert next(notices) == Notice("diagram", "update", MODEL, DIAGRAM)
        assert list(notices) == []


def test_an_unreachable_server_is_refused_at_once(listen: Callable[..., Any]) -> None:
    with pytest.raises(ConnectionLost), listen("host=/nowhere dbname=x"):
        pass


def test_a_schema_that_is_not_there_is_refused_and_not_waited_for(
    listen: Callable[..., Any], database: Database
) -> None:
    with pytest.raises(TmiError, match="there is no schema 'tim'"), listen(database.dsn_for("app"), "tim"):
        pass


# Restarts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def durable(durable_cluster: Callable[..., Cluster]) -> Database:
    database = databases.create(durable_cluster(), "durable")
    databases.build(database)
    return database


def crash(cluster: Cluster) -> None:
    cluster.kill9()
    cluster.start()


def test_a_listener_outlives_restarts_and_crashes_of_the_server_and_says_that_it_may_have_missed_something(
    durable: Database,
) -> None:
    with ready(durable) as writer:
        pass
    for make in KINDS:
        with make(durable.dsn_for("app"), timeout=PATIENCE) as notices:
            for number, again in enumerate((Cluster.restart, crash)):
                again(durable.cluster)
                with durable.connect() as writer:
                    assert next(notices) == Notice("resync")
                    rename(writer, f"After {number} of {make}")
                    assert next(notices) == Notice("diagram", "update", MODEL, DIAGRAM)


def test_a_listener_of_a_server_that_is_gone_ends_in_time_or_when_it_is_stopped(durable: Database) -> None:
    with Notices(durable.dsn_for("app"), timeout=0.5) as notices:
        durable.cluster.stop()
        assert list(notices) == []
        durable.cluster.start()
        assert next(notices) == Notice("resync")
    with Notices(durable.dsn_for("app")) as notices:
        durable.cluster.stop()
        thread = threading.Thread(target=lambda: list(notices))
        thread.start()
        notices.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
