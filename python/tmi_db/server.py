"""The embedded server: a PostgreSQL of the project's own, for development, demonstrations and tests.

It listens on a unix socket only and trusts whoever can open that socket: it lies in a folder that nobody but the user
whom the server runs as (and root) can enter, so that a password would protect nothing further.
"""

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from tmi_db.account import Account, digest, readable_copy, var_tmp
from tmi_db.postgresql import Installation, installations, locate
from tmi_db.tool import ToolError

__all__ = ["Installation", "Server", "Status", "default_data_dir", "installations", "locate"]

DATABASE = "tmi"

SUPERUSER = "postgres"

# With no TCP port to collide on, the number is nothing but a part of the socket's name.
_PORT = 5432
_SOCKET = f".s.PGSQL.{_PORT}"

# sockaddr_un holds 108 bytes on Linux, 104 on macOS, the last of them NUL.
_LONGEST_SOCKET_PATH = 103

# Characters that neither libpq's list of hosts nor PostgreSQL's list of socket directories takes for something else.
_PLAIN_PATH = frozenset(b"/._-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

# Recovery after a crash replays what was written since the last checkpoint: usually a second, but not always.
_START_SECONDS = 300
_STOP_SECONDS = 60
_POLL_SECONDS = 0.02

_LOG_BYTES = 10_000_000

_DATA = "data"
_LOCK = "lock"

_DISCARD = "discard the data by `tmi-db server destroy`"

_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "cluster_name": "tmi-db",
    # In the data folder and not in /dev/shm, which is small in containers and which a killed server litters.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Compiling costs more than it saves for queries of a few rows.
    "jit": "off",
    # A schema for each organisation, migrated or copied in one transaction, holds more locks than the default allows.
    "max_locks_per_transaction": "256",
}

_VOLATILE_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Prints the server processes that work in the folder $0, the only trustworthy sign of a live server: a pid file
# outlives its process, and the number in it may have become another process's. A zombie works in no folder.
_WORKING_IN = """
for process in /proc/[0-9]*; do
  [ "$process/cwd" -ef "$0" ] && read -r name < "$process/comm" && [ "$name" = postgres ] && echo "${process#/proc/}"
done 2>/dev/null
true
"""

# Where there is no /proc, it must do that a process bears the server's name.
_NAMED_POSTGRES = 'for pid; do ps -o comm= -p "$pid" | grep -q "postgres$" && echo "$pid"; done; true'


@dataclass(frozen=True)
class Status:
    """What `Server.status` finds.

    Attributes:
        running: whether the server's main process lives.
        pid: that process.
        version: the server's version if it runs, else the major version of its data, else None.
        data_dir: the folder that holds its data, log and lock.
        dsn: how to connect to it.
    """

    running: bool
    pid: int | None
    version: str | None
    data_dir: Path
    dsn: str


def default_data_dir() -> Path:
    """Choose the folder of the embedded server: TMI_DB_DATA, else `.tmi-db` in the checkout around, else here."""
    if chosen := os.environ.get("TMI_DB_DATA"):
        return Path(chosen).absolute()
    here, checkout = Path.cwd(), Path(__file__).resolve().parents[2]
    inside = (checkout / "sql" / "roles.sql").exists() and here.is_relative_to(checkout)
    return (checkout if inside else here) / ".tmi-db"


class Server:
    """One PostgreSQL server with a data folder of its own; any number can run side by side.

    As root it runs as `postgres`, else `nobody`: PostgreSQL refuses root. Every method may be called from several
    processes at once, and after any of them was killed.
    """

    def __init__(
        self,
        data_dir: str | os.PathLike[str] | None = None,
        installation: Installation | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        durable: bool = True,
        database: str = DATABASE,
    ) -> None:
        """Describe the server; nothing is touched before `start`.

        Args:
            data_dir: the folder for its data, log, lock and socket; by default `default_data_dir()`. Where the user
                whom the server runs as cannot enter it, one under /var/tmp takes its place (see the property `home`).
            installation: the PostgreSQL to run; by default the one its data needs, else `locate()`.
            settings: settings of PostgreSQL that win over the server's own.
            durable: False trades safety for speed: a crash may lose the last transactions, one of the machine all data.
            database: the database to create and to connect to.
        """
        self.wanted_home = Path(data_dir).absolute() if data_dir else default_data_dir()
        self._installation = installation
        self._settings = _SETTINGS | ({} if durable else _VOLATILE_SETTINGS) | dict(settings or {})
        self._durable = durable
        self._database = database

    def __enter__(self) -> "Server":
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and keep its data."""
        self.stop()

    @cached_property
    def home(self) -> Path:
        """The folder that really holds the server's files."""
        fallback = var_tmp(f"tmi-db-{digest(self.wanted_home)}")
        for place in (self.wanted_home, fallback):
            if _has(place, _DATA):
                return place
        # The folder itself may be root's still, if another process is just handing it over.
        return self.wanted_home if Account.unprivileged().may_reach(self.wanted_home) else fallback

    @property
    def _account(self) -> Account:
        """The user whom the server runs as: the owner of its data, once there are data."""
        # In /var/tmp anybody may have put data that only look like one's own.
        if self.home == self.wanted_home and self._data.exists():
            return Account.owning(self._data)
        return Account.unprivileged()

    @property
    def _data(self) -> Path:
        return self.home / _DATA

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    @property
    def socket_dir(self) -> Path:
        """The folder of the server's socket: its home, unless the name of that is too long or too strange for one."""
        path = os.fsencode(self.home / _SOCKET)
        if len(path) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.issuperset(path):
            return self.home
        return Path("/tmp", f"tmi-db-{digest(self.home)}")

    def dsn(self, dbname: str | None = None) -> str:
        """Say how to connect to one of the server's databases, by default to its own, as the superuser."""
        return make_conninfo(host=str(self.socket_dir), port=_PORT, user=SUPERUSER, dbname=dbname or self._database)

    def start(self) -> str:
        """Start the server unless it runs, making its data and its database where there are none.

        Returns:
            The connection string of its database.

        Raises:
            ToolError: it cannot be started; the message says why.
        """
        with self._alone():
            if not self._pid():
                self._make_data()
                self._launch()
            self._make_database()
        return self.dsn()

    def stop(self) -> bool:
        """Stop the server and keep its data: clients are disconnected, their open transactions rolled back.

        Returns:
            Whether it was running.
        """
        if not _is_home(self.home):
            return False
        with self._alone():
            return self._stop()

    def destroy(self) -> bool:
        """Stop the server and remove its data and everything else it has made in its home.

        Returns:
            Whether there was anything to remove.
        """
        if not _is_home(self.home):
            return False
        with self._alone():
            self._stop()
            found = self._data.exists()
            for folder in (self._data, self._unfinished, self.socket_dir):
                if folder != self.home:
                    shutil.rmtree(folder, ignore_errors=True)
            for file in (_SOCKET, f"{_SOCKET}.lock", ".gitignore", self._log.name, self._old_log.name, _LOCK):
                (self.home / file).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.home.rmdir()
        return found

    def status(self) -> Status:
        """Look whether the server runs; nothing is changed, and nobody is waited for."""
        pid = self._pid()
        version = self._data_version()
        if pid:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.dsn("postgres")) as connection:
                version = connection.info.parameter_status("server_version")
        return Status(bool(pid), pid, version and version.split()[0], self.home, self.dsn())

    @property
    def _unfinished(self) -> Path:
        return self.home / "data.new"

    @property
    def _old_log(self) -> Path:
        return self.home / "server.log.old"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other process from starting, stopping or destroying this server meanwhile.

        The kernel frees the lock with the process that holds it, however that ends.
        """
        while True:
            self._make_home()
            with (self.home / _LOCK).open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # Whoever destroyed the server while this process waited has removed the file as well.
                if _is_still(lock, self.home / _LOCK):
                    yield
                    return

    def _make_home(self) -> None:
        home = self.home
        # Its owner and mode are about to be changed: not those of a folder that somebody named by mistake.
        if home.is_dir() and not _is_home(home) and any(home.iterdir()):
            raise ToolError(
                f"{home} holds something else already", hint="choose a folder that is empty or not there yet"
            )
        try:
            self._account.make_private_folder(home)
        except OSError as error:
            raise ToolError(
                f"cannot make {home}: {error.strerror}", hint="set TMI_DB_DATA or --data-dir to a folder of your own"
            ) from None

    def _make_data(self) -> None:
        """Make the data under another name, so that a folder `data` is a complete one, whatever was killed when."""
        if self._data.exists():
            if not (self._data / "global" / "pg_control").exists() or not self._data_version():
                raise ToolError(f"{self._data} is damaged: it lacks files of PostgreSQL", hint=_DISCARD)
            return
        (self.home / ".gitignore").write_text("*\n")
        programs = self._programs()
        # C.UTF-8 knows the letters of every language, and sorts alike everywhere; a few systems lack it.
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(self._unfinished, ignore_errors=True)
            made = self._account.run(
                programs.bin_dir / "initdb",
                "--pgdata", self._unfinished,
                "--username", SUPERUSER,
                "--auth-local", "trust",
                "--auth-host", "reject",
                "--encoding", "UTF8",
                "--locale", locale,
                "--lc-messages", "C",
                "--data-checksums",
                *([] if self._durable else ["--no-sync"]),
            )  # fmt: skip
            if made.returncode == 0:
                break
        else:
            raise ToolError(f"initdb failed: {_last_line(made.stderr)}")
        self._unfinished.rename(self._data)

    def _programs(self) -> Installation:
        """Choose the PostgreSQL that fits the data, runnable by the server's user."""
        needed = self._data_version()
        if self._installation:
            chosen = self._installation
        elif needed:
            chosen = next((each for each in installations() if str(each.major) == needed), None) or locate()
        else:
            chosen = locate()
        if needed and str(chosen.major) != needed:
            raise ToolError(
                f"PostgreSQL {chosen.version} cannot read the data in {self.home}, made by PostgreSQL {needed}",
                hint=f"install PostgreSQL {needed}, or {_DISCARD}",
            )
        return readable_copy(chosen, self._account)

    def _launch(self) -> None:
        programs = self._programs()
        self._end_leftovers()
        if self.socket_dir != self.home:
            self._account.make_private_folder(self.socket_dir)
        # Nobody works with data and socket now; a pid in these files may be a stranger's, and PostgreSQL would give up.
        for stale in (self._pid_file, self.socket_dir / _SOCKET, self.socket_dir / f"{_SOCKET}.lock"):
            stale.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._old_log)
        known = self._log.stat().st_size if self._log.exists() else 0
        settings = self._settings | {"unix_socket_directories": str(self.socket_dir)}
        # pg_ctl hands names to a shell without proper quotes: relative ones are harmless, whatever the home is called.
        started = self._account.run(
            programs.bin_dir / "pg_ctl",
            "start",
            "--silent",
            "--wait",
            "--timeout", str(_START_SECONDS),
            "--pgdata", self._data.name,
            "--log", self._log.name,
            "--options", " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items()),
            cwd=self.home,
        )  # fmt: skip
        if started.returncode != 0:
            log = self._log.read_bytes()[known:].decode(errors="replace") if self._log.exists() else ""
            failures = [line for line in log.splitlines() if "FATAL:" in line or "PANIC:" in line]
            reason = failures[0].partition(":  ")[2] if failures else _last_line(started.stderr)
            raise ToolError(f"PostgreSQL {programs.version} does not start: {reason}", hint=f"its log is {self._log}")

    def _make_database(self) -> None:
        with self._first_connection() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._database]).fetchone():
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(self._database)))

    def _first_connection(self) -> psycopg.Connection[TupleRow]:
        """Connect as soon as the server lets anybody in: one that was left alone while starting may still recover."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return psycopg.connect(self.dsn("postgres"), autocommit=True)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or not self._pid():
                    raise ToolError(
                        f"the server in {self.home} lets nobody in: {_last_line(str(error))}",
                        exit_code=4,
                        hint=f"its log is {self._log}",
                    ) from None
            time.sleep(_POLL_SECONDS)

    def _stop(self) -> bool:
        pid = self._pid()
        if not pid:
            return False
        # Fast, then immediate (recovery at the next start), then as if the machine had failed.
        for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, way)
            if self._gone(pid):
                return True
        raise ToolError(f"the server in {self.home} (process {pid}) cannot be stopped")

    def _gone(self, *pids: int) -> bool:
        """Wait for processes to end; False if they don't."""
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if not set(pids) & set(self._working(*pids)):
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _end_leftovers(self) -> None:
        """End what a killed main process left behind: a busy backend notices late, and blocks the next start."""
        for way in (signal.SIGQUIT, signal.SIGKILL):
            left = self._working()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, way)
            if self._gone(*left):
                return
        raise ToolError(f"processes of a server that was killed still use {self._data}")

    def _pid(self) -> int | None:
        """Find the main process of the server if it lives."""
        try:
            pid = int(self._pid_file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        return pid if pid in self._working(pid) else None

    def _working(self, *pids: int) -> list[int]:
        """List the processes of the server; where there is no /proc, only `pids` are looked at."""
        # As the server's user: inside a container, root may not look where the processes of others work.
        script = _WORKING_IN if Path("/proc/self/cwd").exists() else _NAMED_POSTGRES
        found = self._account.run("/bin/sh", "-c", script, self._data, *map(str, pids))
        return [int(line) for line in found.stdout.split()]

    def _data_version(self) -> str | None:
        try:
            return (self._data / "PG_VERSION").read_text().strip() or None
        except FileNotFoundError:
            return None


def _is_home(folder: Path) -> bool:
    """Tell whether a server has been at home in a folder."""
    return _has(folder, _LOCK) or _has(folder, _DATA)


def _has(home: Path, name: str) -> bool:
    try:
        return (home / name).exists()
    except PermissionError:
        raise ToolError(
            f"{home} belongs to another user", hint="set TMI_DB_DATA or --data-dir to a folder of your own"
        ) from None


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1].strip()
