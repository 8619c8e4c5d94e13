"""Crashes in the middle of migrations: afterwards the schema is at one version, wholly, and the next run goes on.

TMI_TEST_FAULTS=all tries every place in every migration; otherwise a sample of them is tried.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.chains import Chain, copy_of_the_real_chain, dump
from support.cluster import Cluster
from support.database import Database
from tmi_db import migrate
from tmi_db.ledger import Step
from tmi_db.sql_files import NO_TRANSACTION, Script, migrations
from tmi_db.tool import ToolError
from tmi_db.waiting import lock_key

Connection = psycopg.Connection[Any]

ALL = os.environ.get("TMI_TEST_FAULTS") == "all"
PARTS = 4
CHAIN = migrations()
CONCURRENTLY = f"{NO_TRANSACTION}\nCREATE UNIQUE INDEX CONCURRENTLY notes_text_key ON notes (text);\n"


@dataclass(frozen=True)
class Place:
    """A place in a migration: before its statement of that number, or, after the last, in its commit."""

    version: int
    direction: str
    number: int

    def __str__(self) -> str:
        return f"{self.direction} {self.version:03d}, statement {self.number}"


def places(*directions: str, sample: int) -> list[Place]:
    """Every place of the chain in the order of a run up and down, or a sample that is spread evenly."""
    found = [
        Place(step.version, direction, number)
        for direction in directions
        for step in (CHAIN if direction == "up" else reversed(CHAIN))
        for number in range(len(script(step.version, direction).statements()) + 1)
    ]
    return found if ALL else [found[len(found) * i // sample] for i in range(sample)]


def script(version: int, direction: str) -> Script:
    step = CHAIN[version - 1]
    return step.up if direction == "up" else step.down


def crash(server: Cluster) -> None:
    """End the server as a power cut would: all of it, in the middle of whatever it does."""
    with server.connect() as connection:
        workers = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    assert server.pid
    for process in (server.pid, *(worker for (worker,) in workers)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    server.kill9()


def version(connection: Connection) -> int:
    row = connection.execute("SELECT coalesce(max(version), 0) FROM tmi.schema_migrations").fetchone()
    assert row
    return int(row[0])


def ledger(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT version, direction FROM tmi.migration_log ORDER BY id").fetchall()


def until(connection: Connection, query: str) -> None:
    """Ask the server until it says yes."""
    deadline = time.monotonic() + 120
    while connection.execute(query.encode()).fetchone() != (True,):
        assert time.monotonic() < deadline, query


def move_to(dsn: str, place: Place) -> None:
    """Go to the version from which the place is reached."""
    start = place.version - (place.direction == "up")
    run = migrate.up if migrate.status(dsn).version < start else migrate.down
    run(dsn, to=start)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_server_that_is_killed_in_a_migration_comes_back_at_one_version(
    durable_cluster: Callable[..., Cluster], structures: list[str], part: int
) -> None:
    server = durable_cluster()
    migrate.up(server.dsn(), to=1)
    server.execute("INSERT INTO tmi.users (email, name) VALUES ('alice@example.com', 'Alice')")
    for place in places("up", "down", sample=32)[part::PARTS]:
        if place.version == 1:
            continue
        move_to(server.dsn(), place)
        with server.connect() as connection:
            before, lines = version(connection), ledger(connection)
        racing: list[threading.Thread] = []

        def kill(step: Step, done: int, count: int, place: Place = place, racing: list[Any] = racing) -> None:
            if done == place.number:
                racing.append(threading.Thread(target=crash, args=(server,)))
                racing[0].start()
                # In its commit the server is killed at some moment or other, elsewhere before the statement is sent.
                if done < count:
                    racing[0].join()

        run = migrate.up if place.direction == "up" else migrate.down
        after = before + 1 if place.direction == "up" else before - 1
        try:
            run(server.dsn(), steps=1, options=migrate.Options(watch=kill))
            may_be = {after}
        except ToolError as error:
            assert error.exit_code == 4, error
            in_commit = place.number == len(script(place.version, place.direction).statements())
            may_be = {before, after} if in_commit else {before}
        racing[0].join()
        server.start()
        with server.connect() as connection:
            found = version(connection)
            assert found in may_be, f"killed in {place}"
            if found == after:
                lines.append((place.version, place.direction))
            assert ledger(connection) == lines, f"killed in {place}"
        assert dump(server, "postgres") == structures[found], f"killed in {place}"
    assert migrate.up(server.dsn()).after == len(CHAIN)
    assert dump(server, "postgres") == structures[-1]
    with server.connect() as connection:
        assert connection.execute("SELECT email FROM tmi.users").fetchall() == [("alice@example.com",)]


def test_a_session_that_is_ended_in_a_migration_leaves_the_version_it_came_from(
    empty_database: Database, structures: list[str]
) -> None:
    database = empty_database
    migrate.up(database.dsn, to=1)
    with database.connect() as admin:
        for place in places("up", "down", sample=24):
            if place.version == 1:
                continue
            move_to(database.dsn, place)
            before = version(admin)

            def end(step: Step, done: int, _: int, place: Place = place) -> None:
                if (step.migration.version, done) == (place.version, place.number):
                    admin.execute(
                        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND application_name = 'tmi-db'"
                    )

            run = migrate.up if place.direction == "up" else migrate.down
            with pytest.raises(ToolError, match="the connection to the server was lost in") as caught:
                run(database.dsn, steps=1, options=migrate.Options(watch=end))
            assert caught.value.exit_code == 4
            assert version(admin) == before, f"ended in {place}"
            assert dump(database.cluster, database.name) == structures[before], f"ended in {place}"


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_statement_that_fails_anywhere_in_a_migration_leaves_the_version_it_came_from(
    empty_database: Database, structures: list[str], tmp_path: Path, direction: str
) -> None:
    database, chain = empty_database, copy_of_the_real_chain(tmp_path / "sql")
    options = chain.options()
    run = migrate.up if direction == "up" else migrate.down
    if direction == "down":
        migrate.up(database.dsn, options=options)
    with database.connect() as admin:
        for place in places(direction, sample=24):
            path = chain.folder / script(place.version, direction).path.name
            before = place.version - (direction == "up")
            if before:
                run(database.dsn, to=before, options=options)
            good = path.read_text()
            statements = [statement.text for statement in script(place.version, direction).statements()]
            statements.insert(place.number, "SELECT 1 / 0")
            path.write_text(";\n".join(statements))
            with pytest.raises(ToolError, match="division by zero"):
                run(database.dsn, steps=1, options=options)
            path.write_text(good)
            if before:
                assert version(admin) == before, f"failed in {place}"
            assert dump(database.cluster, database.name) == structures[before], f"failed in {place}"


def test_a_runner_that_is_killed_frees_its_locks_within_seconds(empty_database: Database, chain: Chain) -> None:
    """Not when its statement ends: this one waits for a reader, who does not go away."""
    database = empty_database
    migrate.up(database.dsn, to=2, options=chain.options())
    program = (
        "import sys\nfrom pathlib import Path\nfrom tmi_db import migrate\n"
        "migrate.up(sys.argv[1], options=migrate.Options(root=Path(sys.argv[2]), lock_timeout=600))\n"
    )
    runner = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tmi-db'"
    with database.connect() as admin, database.connect(autocommit=False) as reader:
        reader.execute("SELECT FROM tmi.notes")
        process = subprocess.Popen([sys.executable, "-c", program, database.dsn, str(chain.root)])
        until(admin, f"SELECT EXISTS ({runner} AND wait_event_type = 'Lock')")
        process.kill()
        process.wait()
        until(admin, f"SELECT NOT EXISTS ({runner})")
        assert admin.execute("SELECT pg_try_advisory_lock(%s)", (lock_key("tmi"),)).fetchone() == (True,)
        assert version(admin) == 2


# Indexes that are built outside a transaction


@contextlib.contextmanager
def index_in_the_middle(dsn: str, chain: Chain) -> Iterator[list[BaseException]]:
    """Build an index that waits for a writer, as in the middle of any larger build; yields once it waits."""
    errors: list[BaseException] = []

    def build() -> None:
        try:
            migrate.up(dsn, options=chain.options(retries=3))
        except ToolError as error:
            errors.append(error)

    builder = threading.Thread(target=build)
    with psycopg.connect(dsn) as writer, psycopg.connect(dsn, autocommit=True) as admin:
        writer.execute("INSERT INTO tmi.notes VALUES (2, 'two')")
        builder.start()
        until(
            admin,
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE query LIKE 'CREATE UNIQUE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock')",
        )
        yield errors
        builder.join()
        with contextlib.suppress(psycopg.OperationalError):
            writer.rollback()


def index_is_valid(connection: Connection) -> bool | None:
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('tmi.notes_text_key')"
    row = connection.execute(query.encode()).fetchone()
    return bool(row[0]) if row else None


def test_an_index_whose_session_is_ended_is_built_by_the_next_run(empty_database: Database, chain: Chain) -> None:
    dsn = empty_database.dsn
    chain.add("004_index_notes", CONCURRENTLY)
    migrate.up(dsn, to=3, options=chain.options())
    with empty_database.connect() as admin:
        with index_in_the_middle(dsn, chain) as errors:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX%'"
            )
        assert "was lost in 004_index_notes.up.sql, line 2" in str(errors[0])
        assert (index_is_valid(admin), version(admin)) == (False, 3)
        migrate.up(dsn, options=chain.options())
        assert (index_is_valid(admin), version(admin)) == (True, 4)


def test_an_index_whose_server_is_killed_is_built_by_the_next_run(
    durable_cluster: Callable[..., Cluster], chain: Chain
) -> None:
    server = durable_cluster()
    chain.add("004_index_notes", CONCURRENTLY)
    migrate.up(server.dsn(), to=3, options=chain.options())
    with index_in_the_middle(server.dsn(), chain) as errors:
        crash(server)
    assert "was lost in 004_index_notes.up.sql, line 2" in str(errors[0])
    server.start()
    with server.connect() as admin:
        assert version(admin) == 3
        migrate.up(server.dsn(), options=chain.options())
        assert (index_is_valid(admin), version(admin)) == (True, 4)
