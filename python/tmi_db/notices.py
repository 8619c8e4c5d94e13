"""Notices: hints that a diagram, a session or a threat model has changed, to whoever listens.

A notice carries ids only, and anybody who is connected to the database can hear or forge one. It is a reason to read
again through the API, and never more. Listening takes a direct connection of its own: a pooler in transaction mode
hands the server's connection, and what is said on it, to somebody else.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import random
import selectors
import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Final, Literal, Self
from uuid import UUID

import psycopg
from psycopg import conninfo, sql

from .errors import TmiError, from_database
from .pooling import choose_dsn, connection_arguments

__all__ = ["AsyncNotices", "Notice", "Notices", "channel"]

Kind = Literal["diagram", "session", "threat_model", "resync"]
Operation = Literal["insert", "update", "delete"]

_KINDS: Final = ("diagram", "session", "threat_model")
_OPERATIONS: Final = ("insert", "update", "delete")

_LONGEST_NAME = 63
_SUFFIX = "_changes"

_CONNECT_SECONDS = 10.0
_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0

# A listener has nothing to send, so only these tell it that a distant server is gone.
_KEEPALIVES: Final = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}

_CHECK: Final = b"""
SELECT pg_catalog.pg_backend_pid(), EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """A hint that something has changed.

    Attributes:
        kind: what: `diagram`, `session` (people who join or leave it included) or `threat_model`; or `resync`: the
            connection was lost and is there again, notices may have been missed, and whatever is shown is to be read
            again.
        operation: `insert`, `update` or `delete`; None for `resync`.
        threat_model_id: the model that it belongs to; None for `resync`.
        id: the diagram, the session or the model itself; None for `resync`.
    """

    kind: Kind
    operation: Operation | None = None
    threat_model_id: UUID | None = None
    id: UUID | None = None


RESYNC: Final = Notice("resync")


def channel(schema: str) -> str:
    """Name the channel of a schema: `<schema>_changes`, or the MD5 of a name too long for that instead of the name."""
    name = schema.encode()
    if len(name) + len(_SUFFIX) > _LONGEST_NAME:
        return hashlib.md5(name, usedforsecurity=False).hexdigest() + _SUFFIX
    return schema + _SUFFIX


def parse(payload: str) -> Notice | None:
    """Read a notice; None for what is not one, since anybody can say anything on a channel."""
    try:
        said = json.loads(payload)
        if said["kind"] not in _KINDS or said["operation"] not in _OPERATIONS:
            return None
        return Notice(said["kind"], said["operation"], UUID(said["threat_model_id"]), UUID(said["id"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


class _Listener:
    """What both kinds of listener know and do without waiting."""

    def __init__(self, dsn: str | None = None, schema: str = "tmi", *, timeout: float | None = None) -> None:
        """Prepare to listen; nothing is connected yet.

        Args:
            dsn: libpq's connection string or URI of a direct connection; by default TMI_DB_DSN, DATABASE_URL or
                libpq's own variables.
            schema: the schema of the installation.
            timeout: seconds without a notice after which iteration ends, a server that is gone included; it can be
                begun again. None to wait for ever.
        """
        self._dsn = choose_dsn(dsn)
        self._schema = schema
        self._channel = channel(schema)
        self._timeout = timeout
        self._inbox: deque[Notice] = deque()
        self._stopped = False

    def _arguments(self) -> dict[str, Any]:
        """Say how to connect."""
        chosen = conninfo.conninfo_to_dict(self._dsn)
        keepalives = {name: value for name, value in _KEEPALIVES.items() if name not in chosen}
        return keepalives | connection_arguments(self._dsn, _CONNECT_SECONDS)

    def _listen(self) -> bytes:
        return sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)).as_bytes()

    def _check(self, row: tuple[Any, ...] | None, backend_pid: int) -> None:
        """Refuse where nothing would ever be heard."""
        pid, found = row or (None, False)
        if pid != backend_pid:
            raise TmiError(
                "notices can't be heard through a connection pooler",
                hint="give the server's own host and port",
            )
        if not found:
            raise TmiError(f"there is no schema {self._schema!r} in the database", hint="see `tmi-db init`")

    def _receive(self, notify: psycopg.Notify) -> None:
        if notify.channel == self._channel and (notice := parse(notify.payload)):
            self._inbox.append(notice)

    def _collect(self, connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
        """Take in what has arrived, without waiting.

        Raises:
            psycopg.OperationalError: the connection is lost.
        """
        pgconn = connection.pgconn
        pgconn.consume_input()
        while said := pgconn.notifies():
            self._receive(psycopg.Notify(said.relname.decode(), said.extra.decode(errors="replace"), said.be_pid))

    def _delays(self) -> Iterator[float]:
        """Give the seconds to wait before each attempt to connect: none at first, then longer and longer."""
        yield 0.0
        longest = _FIRST_DELAY
        while True:
            # By chance, so that a server that comes back is not met by all of its listeners at once.
            yield random.uniform(longest / 2, longest)  # noqa: S311 - nothing secret
            longest = min(2 * longest, _LONGEST_DELAY)

    def _deadline(self) -> float | None:
        return None if self._timeout is None else monotonic() + self._timeout


def _remaining(deadline: float | None, seconds: float | None = None) -> float | None:
    """Give the seconds to wait: until the deadline, but no longer than said; None for ever."""
    if deadline is None:
        return seconds
    left = max(0.0, deadline - monotonic())
    return left if seconds is None else min(left, seconds)


class Notices(_Listener):
    """An iterator over the notices of an installation, which outlives restarts of the server.

    Once the `with` block is entered, every change that commits is heard: read first, then iterate. After a lost
    connection the notice `resync` comes in place of what was missed.

        with Notices(dsn) as notices:
            show(read())
            for notice in notices:
                show(read())

    One thread iterates; any may call `stop`.
    """

    _connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        """Connect and listen.

        Raises:
            ConnectionLost: the server can't be reached.
            TmiError: the connection is not a direct one, or there is no such schema.
        """
        self._stopped = False
        # Waiting ends when the connection or this has something to say.
        self._waker, self._alarm = socket.socketpair()
        self._alarm.setblocking(False)
        try:
            self._connect()
        except BaseException as error:
            self.__exit__(None, None, None)
            if isinstance(error, psycopg.Error):
                raise from_database(error, outcome_unknown=False) from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop and close the connection."""
        self._stopped = True
        self._disconnect()
        self._waker.close()
        self._alarm.close()

    def stop(self) -> None:
        """End the iteration, from another thread or a signal handler; the `with` block closes the connection."""
        self._stopped = True
        with contextlib.suppress(OSError):  # closed already, or told often enough
            self._alarm.send(b".")

    def __iter__(self) -> Self:
        """Iterate over notices as they arrive."""
        return self

    def __next__(self) -> Notice:
        """Wait for the next notice."""
        deadline = self._deadline()
        while not self._stopped:
            if self._inbox:
                return self._inbox.popleft()
            if self._connection is None:
                if not self._reconnect(deadline):
                    break
                continue
            try:
                self._collect(self._connection)
            except psycopg.OperationalError as lost:
                _log.warning("notices of schema %s: the connection is lost: %s", self._schema, lost)
                self._disconnect()
                continue
            if not self._inbox and not self._wait(self._connection.fileno(), _remaining(deadline)):
                break
        raise StopIteration

    def _connect(self) -> None:
        connection = psycopg.connect(self._dsn, cursor_factory=psycopg.RawCursor, **self._arguments())
        try:
            connection.add_notify_handler(self._receive)
            connection.execute(self._listen())
            self._check(connection.execute(_CHECK, (self._schema,)).fetchone(), connection.info.backend_pid)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _reconnect(self, deadline: float | None) -> bool:
        """Connect again, and say so to the listener; False when told to stop, or the time is over."""
        for delay in self._delays():
            self._wait(None, _remaining(deadline, delay))
            if self._stopped:
                return False
            try:
                self._connect()
            except psycopg.OperationalError as error:
                _log.debug("notices of schema %s: %s", self._schema, error)
            else:
                # What came before it belongs to the new connection, and is covered by it.
                self._inbox.clear()
                self._inbox.append(RESYNC)
                return True
            if deadline is not None and monotonic() >= deadline:
                return False
        return False

    def _wait(self, descriptor: int | None, seconds: float | None) -> bool:
        """Wait until there is something to read, or the iteration is to end; False when neither happened in time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._waker, selectors.EVENT_READ)
            if descriptor is not None:
                selector.register(descriptor, selectors.EVENT_READ)
            return bool(selector.select(seconds))


class AsyncNotices(_Listener):
    """An asynchronous iterator over the notices of an installation, which outlives restarts of the server.

    Once the `async with` block is entered, every change that commits is heard: read first, then iterate. After a lost
    connection the notice `resync` comes in place of what was missed. One task iterates; it can be cancelled, or `stop`
    be called on the same event loop.
    """

    _connection: psycopg.AsyncConnection[Any] | None = None

    async def __aenter__(self) -> Self:
        """Connect and listen.

        Raises:
            ConnectionLost: the server can't be reached.
            TmiError: the connection is not a direct one, or there is no such schema.
        """
        self._stopped = False
        self._woken = asyncio.Event()
        try:
            await self._connect()
        except psycopg.Error as error:
            raise from_database(error, outcome_unknown=False) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop and close the connection."""
        self.stop()
        await self._disconnect()

    def stop(self) -> None:
        """End the iteration; the `async with` block closes the connection."""
        self._stopped = True
        self._woken.set()

    def __aiter__(self) -> Self:
        """Iterate over notices as they arrive."""
        return self

    async def __anext__(self) -> Notice:
        """Wait for the next notice."""
        deadline = self._deadline()
        while not self._stopped:
            if self._inbox:
                return self._inbox.popleft()
            if self._connection is None:
                if not await self._reconnect(deadline):
                    break
                continue
            try:
                self._collect(self._connection)
            except psycopg.OperationalError as lost:
                _log.warning("notices of schema %s: the connection is lost: %s", self._schema, lost)
                await self._disconnect()
                continue
            if not self._inbox and not await self._wait(self._connection.fileno(), _remaining(deadline)):
                break
        raise StopAsyncIteration

    async def _connect(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._dsn, cursor_factory=psycopg.AsyncRawCursor, **self._arguments()
        )
        try:
            connection.add_notify_handler(self._receive)
            await connection.execute(self._listen())
            found = await (await connection.execute(_CHECK, (self._schema,))).fetchone()
            self._check(found, connection.info.backend_pid)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _reconnect(self, deadline: float | None) -> bool:
        """Connect again, and say so to the listener; False when told to stop, or the time is over."""
        for delay in self._delays():
            await self._wait(None, _remaining(deadline, delay))
            if self._stopped:
                return False
            try:
                await self._connect()
            except psycopg.OperationalError as error:
                _log.debug("notices of schema %s: %s", self._schema, error)
            else:
                self._inbox.clear()
                self._inbox.append(RESYNC)
                return True
            if deadline is not None and monotonic() >= deadline:
                return False
        return False

    async def _wait(self, descriptor: int | None, seconds: float | None) -> bool:
        """Wait until there is something to read, or the iteration is to end; False when neither happened in time."""
        loop = asyncio.get_running_loop()
        if descriptor is not None:
            loop.add_reader(descriptor, self._woken.set)
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        finally:
            if descriptor is not None:
                loop.remove_reader(descriptor)
            if not self._stopped:
                self._woken.clear()
        return True
