"""Waiting for others: one runner a schema, and who stands in the way of a statement."""

import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType

import psycopg

from tmi_db.tool import ToolError

_POLL_SECONDS = 0.2
_JITTER = random.SystemRandom()

# pg_locks shows the two halves of a key.
_HOLDERS = """
SELECT a.pid, a.usename, a.application_name, a.client_addr, a.state, now() - a.backend_start
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory'
  AND l.granted
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.classid::bigint = (%(key)s >> 32) & 4294967295
  AND l.objid::bigint = %(key)s & 4294967295
  AND l.objsubid = 1
  AND l.pid <> pg_backend_pid()
"""

_BLOCKERS = """
SELECT b.pid, a.usename, a.application_name, a.client_addr, a.state, clock_timestamp() - a.xact_start
FROM unnest(pg_blocking_pids(%(pid)s)) AS b (pid)
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
ORDER BY b.pid
"""


def lock_key(schema: str) -> int:
    """The key of the advisory lock that whoever migrates a schema holds; readers may take it in share."""
    return int.from_bytes(hashlib.sha256(f"tmi_db migrations of {schema}".encode()).digest()[:8], signed=True)


@contextlib.contextmanager
def sole_runner(
    conn: psycopg.Connection,
    schema: str,
    wait: float,
    tell: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
    *,
    shared: bool = False,
) -> Iterator[None]:
    """Hold the migration lock of a schema.

    It is asked for again and again, between transactions: one that waited inside a statement would hold a snapshot,
    for which the other runner's CREATE INDEX CONCURRENTLY would wait in turn, and neither would ever end.

    Args:
        conn: a direct connection in autocommit; the lock belongs to its session.
        schema: the schema.
        wait: seconds until giving up.
        tell: is told once whom it waits for.
        pause: sleeps.
        shared: for who only looks: any number of them hold it at once, and no runner.

    Raises:
        ToolError: another runner holds it still.
    """
    key = lock_key(schema)
    deadline = time.monotonic() + wait
    told = False
    while not _try_lock(conn, key, shared):
        holders = _people(conn, _HOLDERS, key=key)
        if holders and time.monotonic() >= deadline:
            raise ToolError(
                f"another session holds the migration lock of schema {schema!r}: {holders}",
                hint="wait for it to end (--wait SECONDS), or end it with pg_terminate_backend",
            )
        if not told:
            tell(f"waiting for another runner on schema {schema!r}: {holders}")
            told = True
        pause(_POLL_SECONDS * _JITTER.uniform(0.5, 1.5))
    try:
        yield
    finally:
        if not conn.closed:
            unlock = "pg_advisory_unlock_shared" if shared else "pg_advisory_unlock"
            conn.execute(f"SELECT {unlock}(%s)", [key])


class Observer:
    """Looks from a second connection at whom a session waits for, while that session's own is busy waiting."""

    def __init__(self, conn: psycopg.Connection, interval: float, tell: Callable[[str], None]) -> None:
        """Prepare to look at the session of `conn` every `interval` seconds, and to tell once whom it waits for."""
        self.seen = ""
        self._pid = conn.info.backend_pid
        self._conninfo, self._password = conn.info.dsn, conn.info.password
        self._interval = interval
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Observer":
        """Start to look."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        # Who cannot look works on without knowing: the server may have no connection left.
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(self._conninfo, password=self._password, autocommit=True) as conn,
        ):
            while not self._stop.wait(self._interval):
                held = _people(conn, _BLOCKERS, pid=self._pid)
                if held and not self.seen:
                    self._tell(f"waiting for {held}")
                self.seen = held or self.seen


def _try_lock(conn: psycopg.Connection, key: int, shared: bool) -> bool:
    lock = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    row = conn.execute(f"SELECT {lock}(%s)", [key]).fetchone()
    return bool(row and row[0])


def _people(conn: psycopg.Connection, query: str, **parameters: int) -> str:
    """Describe sessions so that somebody can find them."""
    words = []
    for pid, user, application, address, state, age in conn.execute(query.encode(), parameters):
        who = [f"pid {pid}" if pid else "a prepared transaction"]
        if user:
            who.append(f"user {user}")
        if application:
            who.append(application)
        if address:
            who.append(f"from {address}")
        if state:
            who.append(str(state))
        if age is not None:
            who.append(f"for {str(age).partition('.')[0]}")
        words.append(", ".join(who))
    return "; ".join(words)
