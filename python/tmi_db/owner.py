"""Sessions that act as tmi_owner, so that a migration means the same whoever runs it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from tmi_db.tool import ToolError

OWNER = "tmi_owner"

CANNOT_CONNECT = 4

# What a login or its database may have set otherwise, and what one file may have set for the next.
_SETTINGS = {
    "row_security": "on",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "check_function_bodies": "on",
    "client_min_messages": "warning",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "default_tablespace": "",
    "default_table_access_method": "heap",
    "transform_null_equals": "off",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "xmloption": "content",
    "jit": "off",
}
_SINCE_17 = {"transaction_timeout": "0"}

# A server that hears of its client's death only when it has an answer would hold all locks until then.
_NOTICE_DEATH = "SET client_connection_check_interval TO '2s'"


@contextlib.contextmanager
def session(target: str | psycopg.Connection[Any]) -> Iterator[psycopg.Connection]:
    """Lend a session in autocommit: of a connection string, or a connection that gets all it had back afterwards.

    Raises:
        ToolError: there is no server (4), the connection is busy, or it is lost meanwhile (4).
    """
    if isinstance(target, str):
        try:
            conn = psycopg.connect(target, autocommit=True, prepare_threshold=None, fallback_application_name="tmi-db")
        except psycopg.OperationalError as error:
            raise ToolError(f"cannot connect: {first_line(error)}", CANNOT_CONNECT) from None
        with contextlib.closing(conn), _noticing_loss(conn):
            conn.execute(_join(_settings_sql(conn)))
            yield conn
        return
    if target.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ToolError("a connection that is in a transaction cannot migrate", hint="commit or roll back first")
    habits = target.autocommit, target.row_factory, target.prepare_threshold
    target.autocommit, target.row_factory, target.prepare_threshold = True, tuple_row, None
    before = _settings_now(target)
    try:
        with _noticing_loss(target):
            target.execute(_join(_settings_sql(target)))
            yield target
    finally:
        if not target.closed:
            _put_back(target, before)
            target.autocommit, target.row_factory, target.prepare_threshold = habits


@contextlib.contextmanager
def transaction(conn: psycopg.Connection[Any], schema: str) -> Iterator[None]:
    """Run what is inside as a migration would, in a transaction; an outer one has its settings back afterwards."""
    with conn.transaction():
        before = _settings_now(conn)
        conn.execute(_join([text.replace("SET ", "SET LOCAL ", 1) for text in owner_sql(conn, schema, lock_timeout=0)]))
        yield
        _put_back(conn, before, local=True)


def owner_sql(conn: psycopg.Connection, schema: str, lock_timeout: float) -> list[str]:
    """The statements that make a session act as the owner of a schema, with the settings of migrations."""
    return [
        f"SET ROLE {OWNER}",
        # SET writes the list as it stands in functions afterwards, quoted only where it must be.
        sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(schema)).as_string(conn),
        f"SET lock_timeout TO '{round(lock_timeout * 1000)}ms'",
        *_settings_sql(conn),
    ]


def become_owner(conn: psycopg.Connection, schema: str, lock_timeout: float) -> None:
    """Make a session act as the owner of a schema.

    Raises:
        ToolError: the login is no member of tmi_owner.
    """
    try:
        conn.execute(_join(owner_sql(conn, schema, lock_timeout)))
    except psycopg.errors.InsufficientPrivilege:
        raise not_a_member(conn) from None


def notice_death(conn: psycopg.Connection) -> None:
    """Let the server notice within seconds that this client has died, where its system can."""
    with contextlib.suppress(psycopg.errors.InvalidParameterValue):
        conn.execute(_NOTICE_DEATH)


def not_a_member(conn: psycopg.Connection) -> ToolError:
    """What to say to a login that may not act as the owner."""
    return ToolError(f"{conn.info.user} is no member of {OWNER}", hint=f"connect as a superuser or a member of {OWNER}")


def _settings(conn: psycopg.Connection) -> dict[str, str]:
    return _SETTINGS | (_SINCE_17 if conn.info.server_version >= 170000 else {})


def _settings_sql(conn: psycopg.Connection) -> list[str]:
    return [f"SET {name} TO '{value}'" for name, value in _settings(conn).items()]


def _settings_now(conn: psycopg.Connection[Any]) -> dict[str, str]:
    names = ["role", "search_path", "lock_timeout", *_settings(conn)]
    with conn.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute("SELECT n, current_setting(n) FROM unnest(%s::text[]) AS n", [names]).fetchall())


def _put_back(conn: psycopg.Connection[Any], settings: dict[str, str], *, local: bool = False) -> None:
    conn.execute(
        "SELECT set_config(n, v, %s) FROM unnest(%s::text[], %s::text[]) s (n, v)",
        [local, list(settings), list(settings.values())],
    )


def _join(statements: list[str]) -> bytes:
    return "; ".join(statements).encode()


@contextlib.contextmanager
def _noticing_loss(conn: psycopg.Connection) -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        if not conn.closed:
            raise
        raise ToolError(
            f"the connection to the server was lost: {first_line(error)}",
            CANNOT_CONNECT,
            hint="run the same command again: it goes on where the schema stands",
        ) from error


def first_line(error: psycopg.Error) -> str:
    """What the server or libpq says went wrong, on one line and without what follows."""
    words = (error.diag.message_primary or str(error).strip().partition("\n")[0]).split()
    return " ".join(words) or type(error).__name__
