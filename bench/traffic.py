"""Counts what connections send, by libpq's own trace: statements and round trips, whoever sends them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, Any

import psycopg

Connection = psycopg.Connection[Any]

_SENT = re.compile(rb"^(?:[^\t\n]*\t)?F\t\d+\t(\w+)", re.MULTILINE)


@dataclass(slots=True)
class Traffic:
    """What was sent while somebody listened; None where libpq can't trace, which it does on Linux only."""

    statements: int | None = None
    round_trips: int | None = None


@contextmanager
def listening(connections: Iterable[Connection]) -> Iterator[Traffic]:
    """Listen to connections; what they sent is known at the end of the block.

    BEGIN, COMMIT and ROLLBACK are statements like others. Preparing one, which happens once, counts for nothing.
    """
    traffic = Traffic()
    with ExitStack() as stack:
        files: list[IO[bytes]] = []
        with ExitStack() as traces:
            try:
                for connection in connections:
                    files.append(stack.enter_context(tempfile.TemporaryFile()))
                    connection.pgconn.trace(files[-1].fileno())
                    traces.callback(connection.pgconn.untrace)
            except psycopg.NotSupportedError:
                files.clear()
            yield traffic
        if files:
            counts = [_count(file) for file in files]
            traffic.statements = sum(statements for statements, _ in counts)
            traffic.round_trips = sum(trips for _, trips in counts)


def _count(file: IO[bytes]) -> tuple[int, int]:
    """Count the statements and round trips of a trace."""
    file.seek(0)
    sent = [match[1] for match in _SENT.finditer(file.read())]
    prepared = sum(one == b"Parse" and other == b"Sync" for one, other in pairwise(sent))
    return sent.count(b"Query") + sent.count(b"Execute"), sent.count(b"Query") + sent.count(b"Sync") - prepared
