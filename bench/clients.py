"""Whoever talks to the database: hand-written SQL, the API as one statement, the wrapper, and the peers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Engine
from tmi_db import Database
from tmi_db.context import Signer

from .peers import Asyncpg, Pgbench, engine
from .traffic import Connection
from .workbench import Workbench, pages_read

BASE = "hand-written SQL, no RLS"
API = "API, one statement"
BASE_UNPREPARED = "hand-written SQL, not prepared"
API_UNPREPARED = "API, not prepared"
WRAPPER = "tmi_db"
ASYNCPG = "asyncpg, hand-written SQL"
ORM = "SQLAlchemy ORM"
PGBENCH = "pgbench, hand-written SQL"
PGBENCH_API = "pgbench, API"

_WARM = 7
_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Clients:
    """One connection of each kind, all to the same data."""

    workbench: Workbench
    owner: Connection
    bare: Connection
    app: Connection
    # As behind a pooler, where no statement is ever prepared.
    owner_unprepared: Connection
    app_unprepared: Connection
    db: Database
    asyncpg: Asyncpg
    orm: Engine
    pgbench: Pgbench
    signer: Signer

    def connections(self) -> list[Connection]:
        """All connections that psycopg made, for listening to them."""
        wrapped = self.db._pool.getconn()
        self.db._pool.putconn(wrapped)
        mapped = self.orm.raw_connection()
        found = mapped.driver_connection
        mapped.close()
        assert found is not None
        plain = [self.owner, self.bare, self.app, self.owner_unprepared, self.app_unprepared]
        return [*plain, wrapped, found]

    def call(self, text: str, email: str, *arguments: Any, prepare: bool = True) -> list[Any]:
        """Call a function of the API as its one statement, signed as a service does.

        Args:
            text: the call, whose first argument depends on `_as(%s)`; the identity is its first parameter.
            email: whom to act for.
            arguments: its parameters.
            prepare: whether the server keeps the statement, which poolers of connections may not let it.
        """
        signed = [self.signer.sign(email), *arguments]
        connection = self.app if prepare else self.app_unprepared
        return connection.execute(one_statement(text), signed, prepare=prepare, binary=True).fetchall()

    def call_pages(self, text: str, email: str, *arguments: Any) -> int:
        """Count the pages that a call reads."""
        for _ in range(_WARM):
            self.call(text, email, *arguments)
        return _pages(self.app, one_statement(text), [self.signer.sign(email), *arguments])

    def hand(self, text: str, *arguments: Any, prepare: bool = True) -> list[Any]:
        """Run hand-written SQL."""
        connection = self.owner if prepare else self.owner_unprepared
        return connection.execute(text.encode(), arguments, prepare=prepare, binary=True).fetchall()

    def hand_pages(self, text: str, *arguments: Any) -> int:
        """Count the pages that hand-written SQL reads."""
        for _ in range(_WARM):
            self.hand(text, *arguments)
        return _pages(self.owner, text.encode(), arguments)

    def value(self, text: str, *arguments: Any) -> Any:
        """Read one value."""
        return self.hand(text, *arguments)[0][0]


@cache
def one_statement(text: str) -> bytes:
    """Make the one statement that a call is."""
    return f"SELECT f.* FROM {text} AS f".encode()


def _pages(connection: Connection, text: bytes, arguments: Sequence[Any]) -> int:
    """Count the pages of a statement, which is undone if it writes."""
    found = []
    for _ in range(_SAMPLES):
        connection.execute("BEGIN")
        try:
            row = connection.execute(b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, arguments).fetchone()
        finally:
            # Not by psycopg, which would forget the statements that it has prepared.
            connection.execute("ROLLBACK")
        assert row is not None
        found.append(pages_read(row[0]))
    return statistics.median_low(found)


@contextmanager
def clients(workbench: Workbench) -> Iterator[Clients]:
    """Connect all of them, and close them at the end."""
    with ExitStack() as stack:
        owner, bare, app, owner_unprepared, app_unprepared = (
            stack.enter_context(connect())
            for connect in (workbench.owner, workbench.bare, workbench.app, workbench.owner, workbench.app)
        )
        orm = engine(workbench.dsn)
        stack.callback(orm.dispose)
        yield Clients(
            workbench=workbench,
            owner=owner,
            bare=bare,
            app=app,
            owner_unprepared=owner_unprepared,
            app_unprepared=app_unprepared,
            db=stack.enter_context(workbench.database()),
            asyncpg=stack.enter_context(Asyncpg(workbench.dsn)),
            orm=orm,
            pgbench=Pgbench(owner.info.server_version // 10_000, 100 if workbench.scale == "tiny" else 1_000),
            signer=Signer(workbench.key),
        )
