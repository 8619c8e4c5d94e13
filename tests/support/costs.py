"""Counts what calls cost: pages, scans of whole tables, statements. Every figure is the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from tmi_db._generated import functions
from tmi_db.calls import UNSET, Function, Statements

from support.database import SCHEMA, Database

MANY, FEW = "many@example.com", "few@example.com"

# A function keeps a generic plan, if it ever does, from its sixth call in a connection on.
CALLS_UNTIL_PLANS_STAY = 7

FUNCTIONS: dict[str, Function[Any]] = {
    function.name: function for function in vars(functions).values() if isinstance(function, Function)
}


@dataclass(frozen=True)
class Cost:
    """What one call cost: pages read, and the tables that it read from end to end."""

    pages: int
    scanned: frozenset[str]


class Service:
    """A service's connection, which sends what the wrapper would send."""

    def __init__(self, database: Database, login: str = "app") -> None:
        self.connection = database.connect(login, prepare_threshold=0, cursor_factory=psycopg.RawCursor)
        # How workers share a scan is up to chance.
        self.connection.execute("SET max_parallel_workers_per_gather TO 0")
        self._superuser = database.connect()
        self._statements = Statements(SCHEMA)
        self._identify = login == "app"

    def close(self) -> None:
        self.connection.close()
        self._superuser.close()

    def context(self, email: str) -> str:
        row = self._superuser.execute("SELECT tap.sign(%s)", [email]).fetchone()
        assert row is not None
        return str(row[0])

    def bind(self, email: str, name: str, arguments: dict[str, Any]) -> tuple[bytes, list[Any]]:
        """Make the statement that the wrapper sends for a call, and its parameters."""
        function = FUNCTIONS[name]
        given = [arguments.pop(parameter, UNSET) for parameter, _ in function.parameters]
        assert not arguments, f"{name} takes no {arguments}"
        text, parameters = self._statements.bind(function, given, identify=self._identify)
        if self._identify:
            parameters[0] = self.context(email)
        return text, parameters

    def rows(self, email: str, name: str, /, **arguments: Any) -> list[Any]:
        """Call a function."""
        return self.connection.execute(*self.bind(email, name, arguments)).fetchall()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what is called within."""
        with self.connection.transaction(force_rollback=True):
            yield

    def cost(self, email: str, name: str, /, **arguments: Any) -> Cost:
        """Call a function and count, with whatever plans the connection keeps by now."""
        text, parameters = self.bind(email, name, arguments)
        with self.connection.transaction():
            before = self._scans()
            row = self.connection.execute(b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, parameters).fetchone()
            assert row is not None
            after = self._scans()
        return Cost(pages(row[0]), frozenset(table for table in after if after[table] > before.get(table, 0)))

    def _scans(self) -> dict[str, int]:
        """Say how often this session read each table from end to end, as it counts for itself within a transaction."""
        rows = self.connection.execute(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = $1", [SCHEMA]
        )
        return dict(rows.fetchall())

    def chunks_written(self) -> int:
        """Count the pieces of long values that this session wrote within its transaction."""
        row = self.connection.execute(
            """
            SELECT sum(x.n_tup_ins)
            FROM pg_stat_xact_all_tables x
            JOIN pg_class c ON c.reltoastrelid = x.relid
            WHERE c.relnamespace = $1::regnamespace
            """,
            [SCHEMA],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def settled_cost(self, email: str, name: str, /, **arguments: Any) -> Cost:
        """Count the cost of a call whose plans the connection has made up its mind about."""
        for _ in range(CALLS_UNTIL_PLANS_STAY):
            self.rows(email, name, **arguments)
        return self.cost(email, name, **arguments)


def pages(plan: Any) -> int:
    """Return how many pages an explained statement read."""
    node = plan[0]["Plan"]
    return int(node["Shared Hit Blocks"]) + int(node["Shared Read Blocks"])
