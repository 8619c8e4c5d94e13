"""Calls that meet each other: all at once from behind a barrier, or one while another's transaction is open."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psycopg
from tmi_db.context import Key, sign

from support.database import KEY, Connection, Database

PATIENCE = 30


@dataclass(frozen=True)
class Call:
    """A statement of a login, for a user if one is named."""

    statement: str
    arguments: Sequence[Any] = ()
    email: str | None = None
    login_name: str | None = None

    @property
    def login(self) -> str:
        """Who makes it if nobody is named: services act for users, the login service for nobody."""
        return self.login_name or ("app" if self.email else "auth")

    def make(self, connection: Connection) -> Outcome:
        """Make the call in the connection's transaction."""
        try:
            if self.email:
                connection.execute("SELECT _as(%s)", (sign(Key.parse(KEY), self.email),))
            cursor = connection.execute(self.statement.encode(), self.arguments)
            return Outcome(cursor.fetchall() if cursor.description else [])
        except psycopg.Error as error:
            return Outcome(sqlstate=error.sqlstate or "", message=str(error))


@dataclass
class Outcome:
    """What a call gave: rows, or the SQLSTATE of its refusal."""

    rows: list[Any] = field(default_factory=list)
    sqlstate: str | None = None
    message: str = ""

    @property
    def value(self) -> Any:
        """The one value that was asked for."""
        assert self.sqlstate is None, self.message
        return self.rows[0][0]


def race(database: Database, *calls: Call) -> list[Outcome]:
    """Make all calls at once, each on a connection of its own, and give their outcomes in the same order."""
    outcomes = [Outcome() for _ in calls]
    barrier = threading.Barrier(len(calls))
    with ExitStack() as stack:
        connections = [stack.enter_context(database.connect(call.login, autocommit=False)) for call in calls]
        for connection in connections:
            connection.execute("SELECT 1")

        def run(number: int) -> None:
            barrier.wait(PATIENCE)
            outcomes[number] = calls[number].make(connections[number])
            _finish(connections[number], outcomes[number])

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return outcomes


def meet(database: Database, *calls: Call, then: Call | None = None) -> list[Outcome]:
    """Make each call while the transactions of those before it are open, which it has to wait for.

    calls: the first is carried out and holds what it locked; each later one is made when the one before it waits.
    then: what the first transaction does last of all, before it is committed.
    """
    outcomes = [Outcome() for _ in calls]
    threads: list[threading.Thread] = []
    with ExitStack() as stack:
        admin = stack.enter_context(database.connect())
        connections = [stack.enter_context(database.connect(call.login, autocommit=False)) for call in calls]

        def run(number: int) -> None:
            outcomes[number] = calls[number].make(connections[number])
            _finish(connections[number], outcomes[number])

        outcomes[0] = calls[0].make(connections[0])
        assert outcomes[0].sqlstate is None, outcomes[0].message
        try:
            for number in range(1, len(calls)):
                threads.append(threading.Thread(target=run, args=(number,)))
                threads[-1].start()
                _until_blocked(admin, connections[number].info.backend_pid, threads[-1])
            if then:
                last = then.make(connections[0])
                assert last.sqlstate is None, last.message
        finally:
            _finish(connections[0], outcomes[0])
            for thread in threads:
                thread.join()
    return outcomes


def _finish(connection: Connection, outcome: Outcome) -> None:
    """Commit, unless the call was refused."""
    if outcome.sqlstate is not None:
        connection.rollback()
        return
    try:
        connection.commit()
    except psycopg.Error as error:
        outcome.rows, outcome.sqlstate, outcome.message = [], error.sqlstate or "", str(error)


def _until_blocked(admin: Connection, waiter: int, thread: threading.Thread) -> None:
    deadline = monotonic() + PATIENCE
    while True:
        row = admin.execute("SELECT pg_blocking_pids(%s) <> '{}'", (waiter,)).fetchone()
        if row and row[0]:
            return
        assert thread.is_alive() and monotonic() < deadline, "a call did not wait for those before it"
