"""A PostgreSQL server that belongs to the tests: started in a second, removed always.

Each server has a folder that the starting process keeps locked; a folder that can be locked was left by a killed run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from tmi_db.account import Account
from tmi_db.server import Installation, Server

PREFIX = f"tmi-test-{os.getuid()}-"
SHARED_MEMORY = Path("/dev/shm")
ENOUGH = 1 << 30

SETTINGS = {
    "autovacuum": "off",  # a test that counts rows or pages must not race with a worker
    "dynamic_shared_memory_type": "mmap",  # inside PGDATA, so that a killed server leaves nothing elsewhere
    "lc_messages": "C",
    "log_min_messages": "warning",
    "max_connections": "100",
    "shared_buffers": "64MB",
}
# A lost cluster costs nothing, except where a fault is what is tested.
FAST = {"wal_level": "minimal", "max_wal_senders": "0"}


def _home() -> Path:
    """Return where clusters live: memory when there is room, else the disk; short, since socket paths are limited."""
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH:
        return SHARED_MEMORY
    temporary = Path(tempfile.gettempdir())
    return temporary if len(str(temporary)) < 40 else Path("/tmp")


@contextlib.contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[int]:
    """Hold a lock on a folder, which the system releases when the process ends, however it ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)


def sweep() -> None:
    """Stop and delete the clusters of runs that were killed; a cluster in use is locked and stays."""
    for home in {_home(), SHARED_MEMORY, Path(tempfile.gettempdir())}:
        if not home.is_dir():
            continue
        with _locked(home):
            for folder in home.glob(f"{PREFIX}*"):
                with contextlib.suppress(BlockingIOError, FileNotFoundError), _locked(folder, wait=False):
                    _server(folder).destroy()
                    shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path, *arguments: Any, **options: Any) -> Server:
    return Server(folder / "pg", *arguments, database="postgres", **options)


@dataclass
class Cluster:
    """A running server. The attributes are those that pytest-postgresql's `depends_on` reads, too."""

    installation: Installation
    settings: Mapping[str, str] = field(default_factory=dict)
    durable: bool = False
    user: str = "postgres"
    password: str | None = None
    port: int = 5432
    options: str = ""
    maintenance_dbname: str = "postgres"
    template_dbname: str | None = None

    def __post_init__(self) -> None:
        """Make the folder, lock it, and start."""
        self._keep = contextlib.ExitStack()
        home = _home()
        with _locked(home):  # no sweep may come between making the folder and locking it
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
            self._keep.enter_context(_locked(self.folder))
        self._keep.callback(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            account = Account.unprivileged()
            os.chown(self.folder, account.uid, account.gid)
            settings = SETTINGS | ({} if self.durable else FAST) | dict(self.settings)
            self._server = _server(self.folder, self.installation, settings=settings, durable=self.durable)
            self._keep.callback(self._server.destroy)
            self.start()
        except BaseException:
            self.remove()
            raise

    @property
    def host(self) -> str:
        """The folder of the unix socket."""
        return str(self._server.socket_dir)

    @property
    def bin_dir(self) -> Path:
        """The folder of the server's programs, pg_dump and psql among them."""
        return self.installation.bin_dir

    @property
    def version(self) -> int:
        """The server's major version."""
        return self.installation.major

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self._server.home / "data"

    def dsn(self, dbname: str = "postgres", user: str | None = None) -> str:
        """Return a connection string."""
        return make_conninfo(host=self.host, port=self.port, dbname=dbname, user=user or self.user)

    def connect(self, dbname: str = "postgres", user: str | None = None) -> psycopg.Connection[Any]:
        """Open an autocommit connection, as the superuser unless said otherwise."""
        return psycopg.connect(self.dsn(dbname, user), autocommit=True)

    def execute(self, *statements: str, dbname: str = "postgres") -> None:
        """Run statements as the superuser, outside a transaction."""
        with self.connect(dbname) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def start(self) -> None:
        """Start the server and wait until it answers, after a crash too."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server in good order."""
        self._server.stop()

    def restart(self) -> None:
        """Stop the server in good order and start it again."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int | None:
        """The main process, if it lives."""
        return self._server.status().pid

    def kill9(self) -> None:
        """End the main process without a word: nothing is written out any more; `start` recovers."""
        process = self.pid
        if process:
            os.kill(process, signal.SIGKILL)
            while self.pid == process:
                time.sleep(0.005)

    def remove(self) -> None:
        """Stop the server, whatever its state, and delete its folder."""
        self._keep.close()
