"""The asynchronous database: a pool, calls as a user, transactions, retries.

`database.py` is rendered from this module by `make generate`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import psycopg
import psycopg_pool
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.pq import TransactionStatus

from . import pooling
from ._generated.aio import AsyncApi, AsyncAuth, AsyncMaintenance
from .aio_tokens import AsyncRefreshTokens
from .calls import Function, Statements, refusal
from .context import Key, Signer
from .errors import ConnectionLost, Invalid, PoolTimeout, TmiError, from_database
from .notices import AsyncNotices

R = TypeVar("R")
T = TypeVar("T")


class AsyncDatabase:
    """A TMI database, reached through a pool of connections.

    It is used as a context manager, or with `open()` and `close()`.

    Args:
        dsn: libpq's connection string or URI; by default TMI_DB_DSN, DATABASE_URL or libpq's own variables.
        key: the signing key that the service was handed, as text or `Key`; by default TMI_DB_KEY. Only calls as a
            user need it.
        schema: the schema of the installation.
        min_size: connections kept open.
        max_size: connections at the most.
        timeout: seconds that a call waits for a connection; a server that is restarted meanwhile is found again.
        prepare: whether statements are prepared on the server. `"auto"` prepares on direct connections only, since
            PgBouncer before 1.21 mixes up its clients' prepared statements.
        retries: how often a call is repeated after a deadlock or a serialization failure.

    Raises:
        ValueError: the key is not one.
    """

    def __init__(
        self,
        dsn: str | None = None,
        *,
        key: Key | str | None = None,
        schema: str = "tmi",
        min_size: int = 1,
        max_size: int = 10,
        timeout: float = 10.0,
        prepare: Literal["auto"] | bool = "auto",
        retries: int = 5,
    ) -> None:
        """Make a pool; nothing is connected yet."""
        dsn = pooling.choose_dsn(dsn)
        chosen = pooling.choose_key(key)
        self._signer = Signer(chosen) if chosen else None
        self._statements = Statements(schema)
        self._dsn = dsn
        self._schema = schema
        self._timeout = timeout
        self._prepare = prepare
        self._retries = retries
        self._watch = pooling.Watch()
        self._pool = psycopg_pool.AsyncConnectionPool(
            dsn,
            connection_class=_Connection,
            kwargs=pooling.connection_arguments(dsn, timeout) | {"watch": self._watch},
            configure=self._configure,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            open=False,
        )

    async def open(self) -> None:
        """Connect, and wait until `min_size` connections are there.

        Raises:
            PoolTimeout: they are not there in time; `detail` says why.
        """
        await self._pool.open()
        try:
            await self._pool.wait(self._timeout)
        except psycopg_pool.PoolTimeout as error:
            raise PoolTimeout(str(error), detail=self._watch.reason) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        """Open the pool."""
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the pool."""
        await self.close()

    def as_user(self, email: str) -> AsyncApi:
        """Give the API as a user sees it. Each call is a transaction of its own and one round trip.

        Args:
            email: the user's e-mail address, which the service has authenticated.

        Raises:
            ValueError: there is no key to sign with.
        """
        self._require_signer()
        return AsyncApi(_Single(self, email))

    @property
    def auth(self) -> AsyncAuth:
        """The functions of a login service: users, providers, tokens. They need the role tmi_auth, and no user."""
        return AsyncAuth(_Single(self, None))

    @property
    def refresh_tokens(self) -> AsyncRefreshTokens:
        """Refresh tokens, with their secrets made here. They need the role tmi_auth, and no user."""
        return AsyncRefreshTokens(self.auth)

    @property
    def maintenance(self) -> AsyncMaintenance:
        """The functions of maintenance. They need the role tmi_maintenance, and no user."""
        return AsyncMaintenance(_Single(self, None))

    def notices(self, dsn: str | None = None, *, timeout: float | None = None) -> AsyncNotices:
        """Listen to the changes of diagrams, sessions and threat models: an iterator, to be entered first.

        It has a connection of its own, whether the pool is open or not, and needs no user: notices carry ids only, and
        are a reason to read again through the API.

        Args:
            dsn: a direct connection, where the pool's go through a pooler; by default as the pool connects.
            timeout: seconds without a notice after which iteration ends; None to wait for ever.
        """
        return AsyncNotices(self._dsn if dsn is None else dsn, self._schema, timeout=timeout)

    @asynccontextmanager
    async def session(
        self, email: str, *, read_only: bool = False, isolation: pooling.Isolation | None = None
    ) -> AsyncIterator[AsyncApi]:
        """Run several calls as a user in one transaction, which is rolled back when an exception leaves the block.

        It begins with the first call, in the same round trip; n calls are n + 1 round trips. Contention is not
        retried, because the code in the block can't be: see `run`.

        Args:
            email: the user's e-mail address, which the service has authenticated.
            read_only: refuse to write.
            isolation: the isolation level; the database's default if None.

        Raises:
            ValueError: there is no key to sign with.
            TmiError: a call had failed and the block went on all the same; nothing was saved.
            ConnectionLost: the connection broke while committing, and the outcome is unknown; or it broke earlier,
                and nothing was saved.
        """
        self._require_signer()
        transaction = _Transaction(self, email, pooling.begin(isolation, read_only), read_only)
        try:
            yield AsyncApi(transaction)
            await transaction.commit()
        finally:
            await transaction.end()

    async def run(
        self,
        email: str,
        work: Callable[[AsyncApi], Awaitable[T]],
        *,
        read_only: bool = False,
        isolation: pooling.Isolation | None = None,
    ) -> T:
        """Run work as a user in one transaction, again from its beginning after contention or a lost connection.

        Args:
            email: the user's e-mail address, which the service has authenticated.
            work: called with the API, perhaps several times; it should do nothing that the transaction can't undo.
            read_only: refuse to write.
            isolation: the isolation level; the database's default if None.

        Returns:
            What `work` returned the last time.

        Raises:
            Contended: contention outlived the retries.
            ConnectionLost: the connection broke while committing, and the outcome is unknown; or it broke twice.
        """
        attempts = pooling.Attempts(self._retries)
        while True:
            try:
                async with self.session(email, read_only=read_only, isolation=isolation) as tmi:
                    return await work(tmi)
            except TmiError as failure:
                delay = attempts.delay(failure, repeatable=read_only)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def call(self, email: str | None, function: Function[R], arguments: Sequence[Any]) -> list[R]:
        """Call a function in a transaction of its own; what the API that `as_user` gives is made of.

        Args:
            email: whom to act for; None for the functions that need no user.
            function: the function.
            arguments: one for each of its parameters, `UNSET` for those left out.

        Returns:
            Its rows.
        """
        text, parameters = self._statements.bind(function, arguments, identify=email is not None)
        attempts = pooling.Attempts(self._retries)
        while True:
            connection = await self._take()
            try:
                if email is not None:
                    parameters[0] = self._context(email)
                return await _execute(connection, function, arguments, text, parameters)
            except TmiError as error:
                failure = error
                if failure.sqlstate == pooling.CACHED_PLAN_STALE:
                    await connection.close()
            finally:
                await self._pool.putconn(connection)
            delay = attempts.delay(failure, repeatable=function.read_only)
            if delay is None:
                raise failure
            await asyncio.sleep(delay)

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        """Let the server's process keep its memory; and prepare statements, unless a pooler is in between.

        Behind a pooler the process that answers is not the one that the connection named.
        """
        cursor = await connection.execute(pooling.FIRST_QUERY)
        prepare = self._prepare
        if prepare == "auto":
            ((pid, _),) = await cursor.fetchall()
            prepare = pid == connection.info.backend_pid
        connection.prepare_threshold = pooling.PREPARE_AFTER if prepare else None
        connection.prepared_max = pooling.PREPARED_MAX

    async def _take(self) -> "_Connection":
        """Take a connection that can be used from the pool."""
        while True:
            try:
                connection = await self._pool.getconn()
            except psycopg_pool.PoolTimeout as error:
                raise PoolTimeout(str(error), detail=self._watch.reason) from error
            except psycopg_pool.PoolClosed as error:
                hint = "use it in a with statement, or call open() first"
                raise TmiError("the database is not open", hint=hint) from error
            if pooling.is_alive(connection):
                return connection
            await connection.close()
            await self._pool.putconn(connection)

    def _require_signer(self) -> Signer:
        if self._signer is None:
            raise ValueError("there is no key to sign with: pass key= or set TMI_DB_KEY")
        return self._signer

    def _context(self, email: str) -> str:
        try:
            return self._require_signer().sign(email)
        except ValueError as error:
            raise Invalid(str(error), field="email") from error


class _Connection(AsyncConnection[Any]):
    """Tells the database why it could not be made, which the pool would only log."""

    @classmethod
    async def connect(cls, *args: Any, **kwargs: Any) -> Self:
        watch: pooling.Watch = kwargs.pop("watch")  # the pool passes it along with libpq's parameters
        try:
            connection = await super().connect(*args, cursor_factory=AsyncRawCursor, **kwargs)
        except psycopg.Error as error:
            watch.reason = str(error)
            raise
        watch.reason = None
        return connection


class _Single:
    """Calls each function in a transaction of its own."""

    __slots__ = ("_database", "_email")

    def __init__(self, database: AsyncDatabase, email: str | None) -> None:
        self._database = database
        self._email = email

    async def rows(self, function: Function[R], arguments: Sequence[Any]) -> list[R]:
        return await self._database.call(self._email, function, arguments)


class _Transaction:
    """Calls functions in one transaction, which begins with the first of them."""

    def __init__(self, database: AsyncDatabase, email: str, begin: bytes, read_only: bool) -> None:
        self._database = database
        self._email = email
        self._begin = begin
        self._read_only = read_only
        self._connection: _Connection | None = None
        self._identified = False
        self._over = False
        self._lock = asyncio.Lock()

    async def rows(self, function: Function[R], arguments: Sequence[Any]) -> list[R]:
        async with self._lock:
            if self._over:
                raise TmiError("the session is over")
            identify = not self._identified
            text, parameters = self._database._statements.bind(function, arguments, identify=identify)
            if identify:
                parameters[0] = self._database._context(self._email)
            if self._connection is None:
                self._connection = await self._database._take()
            begin = self._begin if self._connection.info.transaction_status == TransactionStatus.IDLE else None
            try:
                rows = await _execute(self._connection, function, arguments, text, parameters, begin)
            except ConnectionLost as failure:
                failure.outcome_unknown = False  # what was never committed is not there
                raise
            self._identified = True
            return rows

    async def commit(self) -> None:
        async with self._lock:
            self._over = True
            if self._connection is None:
                return
            status = self._connection.info.transaction_status
            if status == TransactionStatus.INERROR:
                raise TmiError(
                    "a call of the session had failed, so nothing was saved",
                    sqlstate="25P02",
                    hint="let the exception leave the block, or put the call that may fail before the session",
                )
            if status == TransactionStatus.UNKNOWN:
                raise ConnectionLost("the connection broke, so nothing was saved", outcome_unknown=False)
            try:
                await self._connection.commit()
            except psycopg.Error as error:
                raise from_database(error, outcome_unknown=not self._read_only) from error

    async def end(self) -> None:
        """Roll back what was not committed, and give the connection back."""
        async with self._lock:
            self._over = True
            connection, self._connection = self._connection, None
            if connection is None:
                return
            try:
                await connection.rollback()
            except psycopg.Error:
                await connection.close()
            finally:
                await self._database._pool.putconn(connection)


async def _execute(
    connection: AsyncConnection[Any],
    function: Function[R],
    arguments: Sequence[Any],
    text: bytes,
    parameters: Sequence[Any],
    begin: bytes | None = None,
) -> list[R]:
    """Send one statement, with BEGIN before it in the same round trip if so wished, and read its rows."""
    cursor = connection.cursor(row_factory=function.row_factory)
    try:
        if begin is None:
            await cursor.execute(text, parameters, binary=True)
        else:
            async with connection.pipeline():
                await connection.execute(begin)
                await cursor.execute(text, parameters, binary=True)
    except (psycopg.Error, ValueError, OverflowError) as error:
        raise refusal(error, function, arguments) from error
    try:
        return await cursor.fetchall()
    except psycopg.Error as error:
        raise TmiError(f"the answer of {function.name} can't be read: {error}") from error
