"""What a schema knows of its migrations: the version it is at, and the ledger of what was done to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql

from tmi_db.sql_files import Migration, Script, sql_root
from tmi_db.statements import split
from tmi_db.tool import ToolError

_VERSIONS = "SELECT version, dirty FROM schema_migrations ORDER BY version"
_EMPTY = "DELETE FROM {table}"
_KEEP_ONE = "DELETE FROM {table} WHERE version <> N"
_LAST_LINES = """
SELECT DISTINCT ON (version) version, direction, sha256, applied_at, applied_by, duration
FROM migration_log
ORDER BY version, id DESC
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One file to run, and the version that the schema is at before and after it."""

    migration: Migration
    direction: str

    @property
    def script(self) -> Script:
        """The file."""
        return self.migration.up if self.direction == "up" else self.migration.down

    @property
    def before(self) -> int:
        """The version before."""
        return self.migration.version - (self.direction == "up")

    @property
    def after(self) -> int:
        """The version after."""
        return self.migration.version - (self.direction == "down")

    def __str__(self) -> str:
        """Name the step for people."""
        return f"{self.direction} {self.migration.version:03d} {self.migration.name}"


@dataclass(frozen=True, slots=True)
class Line:
    """The newest line of the ledger on one migration."""

    direction: str
    sha256: str
    applied_at: datetime
    applied_by: str
    duration: timedelta


@dataclass(frozen=True, slots=True)
class State:
    """The version of a schema (0 before the first migration) and the newest line on each migration."""

    version: int
    lines: dict[int, Line]


def tables_exist(conn: psycopg.Connection) -> bool:
    """Whether the two tables are there, on the search_path of the connection."""
    query = "SELECT to_regclass('schema_migrations') IS NOT NULL AND to_regclass('migration_log') IS NOT NULL"
    row = conn.execute(query).fetchone()
    return bool(row and row[0])


def tables_sql() -> list[str]:
    """The statements that make the two tables, for tmi_owner with the schema as search_path."""
    return [statement.text for statement in split((sql_root() / "bookkeeping.sql").read_text(encoding="utf-8"))]


def read(conn: psycopg.Connection, schema: str, chain: Sequence[Migration]) -> State:
    """Read the state of a schema, as its owner with the schema as search_path.

    Raises:
        ToolError: it is in no state that migrations can go on from; the hint says how to mend that.
    """
    if not tables_exist(conn):
        # golang-migrate may have made the first of the two.
        row = conn.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
        return State(_version(conn, schema, chain) if row and row[0] else 0, {})
    version = _version(conn, schema, chain)
    lines = {int(row[0]): Line(*row[1:]) for row in conn.execute(_LAST_LINES)}
    for migration in chain[:version]:
        line = lines.get(migration.version)
        # Without a line, or after a way back, another tool applied it: nothing is known of the file it used.
        if line and line.direction == "up" and line.sha256 != migration.up.sha256:
            raise ToolError(
                f"{migration.up.path.name} was changed after it had been applied to schema {schema!r} "
                f"on {line.applied_at:%Y-%m-%d} by {line.applied_by}",
                hint="restore it from version control; what shall change is a new migration",
            )
    return State(version, lines)


def move_sql(conn: psycopg.Connection, schema: str, step: Step) -> str:
    """The statement that moves the version, which touches one row unless another tool has moved it meanwhile."""
    if step.before == 0:
        text = "INSERT INTO {table} (version, dirty) SELECT {after}, false WHERE NOT EXISTS (SELECT FROM {table})"
    elif step.after == 0:
        text = "DELETE FROM {table} WHERE version = {before} AND NOT dirty"
    else:
        text = "UPDATE {table} SET version = {after} WHERE version = {before} AND NOT dirty"
    return _on_versions(conn, schema, text, before=step.before, after=step.after)


def log_sql(conn: psycopg.Connection, schema: str, step: Step, duration: timedelta | None = None) -> str:
    """The statement that writes the ledger; without a duration it is the age of the transaction."""
    return (
        sql.SQL("INSERT INTO {} (version, name, direction, sha256, duration) VALUES ({}, {}, {}, {}, {})")
        .format(
            sql.Identifier(schema, "migration_log"),
            sql.Literal(step.migration.version),
            sql.Literal(step.migration.name),
            sql.Literal(step.direction),
            sql.Literal(step.script.sha256),
            sql.SQL("clock_timestamp() - now()") if duration is None else sql.Literal(duration),
        )
        .as_string(conn)
    )


def _version(conn: psycopg.Connection, schema: str, chain: Sequence[Migration]) -> int:
    rows = conn.execute(_VERSIONS).fetchall()
    if len(rows) > 1:
        raise ToolError(
            f"schema_migrations of schema {schema!r} holds {len(rows)} versions where one is expected: "
            f"{', '.join(str(row[0]) for row in rows)}",
            hint=f"find out which is true, N, and run: {_on_versions(conn, schema, _KEEP_ONE)}",
        )
    if not rows:
        return 0
    version, dirty = int(rows[0][0]), bool(rows[0][1])
    if dirty:
        raise _dirty(conn, schema, version)
    if version < 1:
        raise ToolError(
            f"schema_migrations of schema {schema!r} holds {version}, which is no version",
            hint=f"before the first migration it is empty: {_on_versions(conn, schema, _EMPTY)}",
        )
    if version > len(chain):
        raise ToolError(
            f"schema {schema!r} is at version {version}, and this tmi_db knows none after {len(chain)}",
            hint="install the tmi_db that migrated it, or a newer one",
        )
    return version


def _dirty(conn: psycopg.Connection, schema: str, version: int) -> ToolError:
    undone = "UPDATE {table} SET version = {before}, dirty = false" if version > 1 else _EMPTY
    back = _on_versions(conn, schema, undone, before=version - 1)
    forth = _on_versions(conn, schema, "UPDATE {table} SET dirty = false")
    return ToolError(
        f"another tool stopped in the middle of migration {version:03d}: schema {schema!r} is marked dirty",
        hint=f"golang-migrate sends a file as one transaction, so look whether the file's objects are there; "
        f"if they are not, run: {back}; if all are, run: {forth}; then migrate again",
    )


def _on_versions(conn: psycopg.Connection, schema: str, text: str, **values: int) -> str:
    literals = {name: sql.Literal(value) for name, value in values.items()}
    return sql.SQL(text).format(table=sql.Identifier(schema, "schema_migrations"), **literals).as_string(conn)
