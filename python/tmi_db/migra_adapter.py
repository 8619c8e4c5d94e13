"""Runs migra and schemainspect, unmodified, on psycopg 3.

Both expect psycopg2 or SQLAlchemy, and `pkg_resources`, which setuptools no longer has. An object with two attributes
and a stand-in with one function are all that they really use of these.

migra sees structure. It sees neither comments nor owners nor most rights, so its silence proves nothing by itself.
"""

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import psycopg
from psycopg.rows import namedtuple_row

from tmi_db.fingerprint import unqualified
from tmi_db.tool import ToolError

_LOCK_TIMEOUT = "10s"


@dataclass(frozen=True)
class _Server:
    server_version: int


class _Adapter:
    """What schemainspect takes for a cursor of psycopg2: rows are named tuples, the connection tells the version."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.connection = _Server(conn.info.server_version)
        self._cursor = conn.cursor(row_factory=namedtuple_row)

    def execute(self, query: str) -> list[Any]:
        return self._cursor.execute(query.encode()).fetchall()


@dataclass(frozen=True)
class Structure:
    """The statements that change tables and what hangs on them, in the order in which they must run."""

    drop_triggers: Sequence[str]
    change: Sequence[str]
    drop_tables: Sequence[str]
    # Comes when new tables are there, since foreign keys may point at them.
    constrain: Sequence[str]
    create_triggers: Sequence[str]


def differences(actual: psycopg.Connection[Any], expected: psycopg.Connection[Any], schema: str) -> list[str]:
    """List what migra would do to make one database's schema like another's: nothing, when it sees no difference.

    Args:
        actual: a connection to the database to be changed.
        expected: a connection to the database that is as it shall be.
        schema: the schema's name, the same in both.

    Raises:
        ToolError: migra is not installed, or another session holds a lock on the catalogue for too long.
    """
    migration = _import("migra").Migration(_inspect(actual, schema), _inspect(expected, schema))
    migration.set_safety(False)
    migration.add_all_changes(privileges=True)
    return [unqualified(statement.strip(), schema) for statement in migration.statements]


def structure(
    actual: psycopg.Connection[Any],
    expected: psycopg.Connection[Any],
    schema: str,
    whole: Collection[str] = (),
) -> Structure:
    """Give the statements for tables, columns, indexes, constraints, sequences, enums, views and triggers alone.

    Functions, policies and rights are left to their files, which say more than migra sees.

    Args:
        actual: as for `differences`.
        expected: as for `differences`.
        schema: as for `differences`.
        whole: tables that the expected database has more and that their own files make.

    Raises:
        ToolError: as for `differences`.
    """
    before, after = _inspect(actual, schema), _inspect(expected, schema)
    gone = sorted({table.name for table in before.tables.values()} - {table.name for table in after.tables.values()})
    _leave_out(before, gone)
    _leave_out(after, whole)
    changes = _import("migra").Changes(before, after)
    dropped, created = _constraint_changes(before, after)

    def statements(*parts: Iterable[str]) -> list[str]:
        return [unqualified(statement.strip(), schema) for part in parts for statement in part]

    return Structure(
        drop_triggers=statements(changes.triggers(drops_only=True)),
        change=statements(
            changes.enums(creations_only=True, modifications=False),
            changes.sequences(creations_only=True),
            dropped,
            changes.mv_indexes(drops_only=True),
            changes.non_table_selectable_drops(),
            changes.non_mv_indexes(drops_only=True),
            _in_declared_order(changes.tables_only_selectables(), before, after),
            changes.sequences(drops_only=True),
            changes.enums(drops_only=True, modifications=False),
            changes.non_mv_indexes(creations_only=True),
        ),
        drop_tables=gone,
        constrain=statements(
            created,
            changes.non_table_selectable_creations(),
            changes.mv_indexes(creations_only=True),
        ),
        create_triggers=statements(changes.triggers(creations_only=True)),
    )


def _inspect(conn: psycopg.Connection[Any], schema: str) -> Any:
    get_inspector = _import("schemainspect").get_inspector
    try:
        with conn.transaction():
            conn.execute(f"SET LOCAL lock_timeout TO '{_LOCK_TIMEOUT}'")
            # Names are printed in full when nothing but PostgreSQL's own is in the path.
            conn.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
            return get_inspector(_Adapter(conn), schema=schema)
    except psycopg.errors.LockNotAvailable as error:
        raise ToolError("another session holds a lock that reading the catalogue waits for") from error


def _leave_out(inspector: Any, tables: Collection[str]) -> None:
    """Make an inspector forget what is better said by others, and tables with all that belongs to them."""
    for table in inspector.tables.values():
        table.rowsecurity = False
    for trigger in inspector.triggers.values():
        trigger.enabled = "O"
    for things in (inspector.relations, inspector.tables, inspector.selectables):
        for key, thing in list(things.items()):
            if thing.relationtype == "f" or (thing.is_table and thing.name in tables):
                del things[key]
    for parts in (inspector.indexes, inspector.constraints, inspector.triggers):
        for key, part in list(parts.items()):
            if part.table_name in tables:
                del parts[key]


def _constraint_changes(before: Any, after: Any) -> tuple[list[str], list[str]]:
    """Drop foreign keys before, and create them after, the keys that they point at."""
    added, removed, modified = _differences(before.constraints, after.constraints)
    dropped = [before.constraints[key] for key in [*removed, *modified]]
    created = [after.constraints[key] for key in [*modified, *added]]
    return (
        [constraint.drop_statement for constraint in sorted(dropped, key=lambda each: not each.is_fk)],
        [constraint.create_statement for constraint in sorted(created, key=lambda each: bool(each.is_fk))],
    )


def _differences(before: Any, after: Any) -> tuple[list[str], list[str], list[str]]:
    """Name what is added, removed and modified between two mappings."""
    return (
        sorted(after.keys() - before.keys()),
        sorted(before.keys() - after.keys()),
        sorted(key for key in before.keys() & after.keys() if before[key] != after[key]),
    )


def _in_declared_order(statements: Iterable[str], before: Any, after: Any) -> list[str]:
    """Add new columns in the order of their declaration: migra adds them by name."""
    ordered = list(statements)
    for key, table in after.tables.items():
        if key not in before.tables:
            continue
        new = [column for name, column in table.columns.items() if name not in before.tables[key].columns]
        additions = [table.alter_table_statement(column.add_column_clause) for column in new]
        places = sorted(ordered.index(addition) for addition in additions if addition in ordered)
        for place, addition in zip(places, additions, strict=False):
            ordered[place] = addition
    return ordered


def _import(name: str) -> Any:
    """Import migra or schemainspect: while it loads, what it asks `pkg_resources` for is answered here."""
    stand_in = ModuleType("pkg_resources")
    stand_in.resource_stream = _resource_stream  # type: ignore[attr-defined]
    former = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = stand_in
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ToolError(f"{error.name} is not installed", hint="install tmi_db[dev]") from error
    finally:
        if former is None:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = former


def _resource_stream(module: str, path: str) -> IO[bytes]:
    file = sys.modules[module].__file__
    assert file is not None
    return (Path(file).parent / path).open("rb")
