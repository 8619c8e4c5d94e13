"""What the pools of `Database` and `AsyncDatabase` have in common: how they connect, and when they try again."""

import os
import random
import select
from dataclasses import dataclass
from typing import Any, Final, Literal

import psycopg
from psycopg import conninfo

from .context import Key
from .errors import ConnectionLost, Contended, TmiError

Isolation = Literal["read committed", "repeatable read", "serializable"]

# Half a megabyte, freed at once. glibc gives memory back to the kernel as soon as 128 KB of it are free, and a call
# that needs as much takes it again each time; a large value that was freed raises that line, for as long as the
# server's process lives (mallopt(3), M_MMAP_THRESHOLD). In a subquery: the planner would copy a constant.
FIRST_QUERY: Final = (
    b"SELECT pg_catalog.pg_backend_pid(), "
    b"pg_catalog.octet_length(pg_catalog.repeat(pg_catalog.repeat(' ', 1024), (SELECT 512)))"
)

# Each function is called with a few choices of its arguments at most; beyond this the server's memory is at stake.
PREPARED_MAX: Final = 500
PREPARE_AFTER: Final = 2

_ISOLATION: Final = {
    "read committed": " ISOLATION LEVEL READ COMMITTED",
    "repeatable read": " ISOLATION LEVEL REPEATABLE READ",
    "serializable": " ISOLATION LEVEL SERIALIZABLE",
}

SERIALIZATION_FAILURE: Final = "40001"
DEADLOCK_DETECTED: Final = "40P01"
CACHED_PLAN_STALE: Final = "0A000"
_FIRST_DELAY = 0.02
_LONGEST_DELAY = 0.5


def choose_dsn(dsn: str | None) -> str:
    """Choose the database: the argument, TMI_DB_DSN, DATABASE_URL, else libpq's own variables."""
    return dsn or os.environ.get("TMI_DB_DSN") or os.environ.get("DATABASE_URL") or ""


def choose_key(key: Key | str | None) -> Key | None:
    """Choose the signing key: the argument, else TMI_DB_KEY; None where there is neither."""
    if isinstance(key, Key):
        return key
    text = key or os.environ.get("TMI_DB_KEY")
    return Key.parse(text) if text else None


def connection_arguments(dsn: str, timeout: float) -> dict[str, Any]:
    """Say how connections are made: without `options` or settings, which a pooler refuses or mixes up."""
    arguments: dict[str, Any] = {"autocommit": True, "prepare_threshold": None, "fallback_application_name": "tmi_db"}
    if "connect_timeout" not in conninfo.conninfo_to_dict(dsn) and "PGCONNECT_TIMEOUT" not in os.environ:
        arguments["connect_timeout"] = max(2, round(timeout))
    return arguments


def begin(isolation: Isolation | None, read_only: bool) -> bytes:
    """Compose the statement that begins a transaction."""
    level = "" if isolation is None else _ISOLATION[isolation]
    return f"BEGIN{level}{' READ ONLY' if read_only else ''}".encode()


def is_alive(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Say, without a round trip, whether an idle connection can still be used.

    A server has nothing to say to an idle connection but farewell. Who knows that before sending a call can send it
    elsewhere; afterwards it would be unknown whether it was carried out.
    """
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


class Watch:
    """Remembers why connecting failed last, which the pool only logs."""

    reason: str | None = None


@dataclass(slots=True)
class Attempts:
    """Decides whether what failed is tried again.

    Attributes:
        retries: how often contention, that is a deadlock or a serialization failure, is answered by another attempt.
    """

    retries: int
    _contended: int = 0
    _reconnected: bool = False

    def delay(self, failure: TmiError, *, repeatable: bool) -> float | None:
        """Give the seconds to wait before the next attempt, or None to give up.

        Args:
            failure: why the last attempt failed.
            repeatable: whether to do it twice is as good as once, so that an unknown outcome is no obstacle.
        """
        if isinstance(failure, Contended) and failure.sqlstate in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED):
            if self._contended == self.retries:
                return None
            self._contended += 1
            # By chance, since those who met once would meet again if they waited equally long.
            longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2**self._contended)
            return random.uniform(longest / 4, longest)  # noqa: S311 - nothing secret
        lost = isinstance(failure, ConnectionLost) and (repeatable or not failure.outcome_unknown)
        if (lost or failure.sqlstate == CACHED_PLAN_STALE) and not self._reconnected:
            self._reconnected = True
            return 0.0
        return None
