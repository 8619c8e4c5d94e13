"""Keeps client and server on cores of their own while single calls are measured.

Left alone, the kernel runs them on one core or on two as it likes, and for a quick statement otherwise than for a slow
one: the ratio of the two then compares cores, not statements.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from .workbench import value


@contextmanager
def apart(dsn: str) -> Iterator[bool]:
    """Keep this thread, and what it starts, on one core, and connections that a server accepts meanwhile on others.

    Args:
        dsn: a superuser on the server.

    Yields:
        Whether that could be done: there are two cores, and the server is a process of this machine that may be moved.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    postmaster = _postmaster(dsn)
    if len(cores) < 2 or postmaster is None:
        yield False
        return
    try:
        os.sched_setaffinity(postmaster, cores[1:])
    except (PermissionError, ProcessLookupError):
        yield False
        return
    os.sched_setaffinity(0, cores[:1])
    try:
        yield True
    finally:
        os.sched_setaffinity(0, cores)
        with suppress(ProcessLookupError):
            os.sched_setaffinity(postmaster, cores)


def _postmaster(dsn: str) -> int | None:
    """Find the process that accepts connections, of a server on this machine."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not connection.info.host.startswith("/"):
            return None
        return int(value(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer"))
