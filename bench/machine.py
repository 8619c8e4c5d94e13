"""Says where measurements were taken: machine, server and its settings, versions, time."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from .measure import Found
from .workbench import value

_SETTINGS = (
    "shared_buffers",
    "work_mem",
    "max_wal_size",
    "jit",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "autovacuum",
    "max_parallel_workers_per_gather",
    "data_checksums",
    "wal_level",
)
_LIBRARIES = ("psycopg", "psycopg_pool", "asyncpg", "sqlalchemy")


def describe(dsn: str) -> Found:
    """Describe this machine and a server.

    Args:
        dsn: the server, with the settings that measurements make for themselves.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        settings = {name: value(connection, f"SHOW {name}") for name in _SETTINGS}
        server = connection.info.parameter_status("server_version") or ""
        where = "a unix socket" if connection.info.host.startswith("/") else "TCP"
    return {
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory": _memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "server": server.split()[0],
        "connected by": where,
        "settings": settings,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def _memory() -> str:
    found = re.match(r"\d+", _field("/proc/meminfo", "MemTotal") or "")
    return f"{int(found[0]) / 1024**2:.0f} GiB" if found else "unknown"


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
