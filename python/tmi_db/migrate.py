"""Takes a schema from one version to another, and says where it stands.

A migration's statements, the version and the line of the ledger are one transaction. What cannot run in a transaction
is a single statement whose leftovers the next run repairs. Runners of one schema take turns.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tmi_db import installation, ledger
from tmi_db.ledger import State, Step
from tmi_db.owner import notice_death, owner_sql, session
from tmi_db.runner import Options, Runner, check_script
from tmi_db.sql_files import Migration, migrations, verify_checksums
from tmi_db.tool import ToolError
from tmi_db.waiting import sole_runner

__all__ = ["Done", "MigrationStatus", "Options", "Result", "Status", "down", "plan", "route", "status", "up"]

_OLDEST_MAJOR = 15
# The minor versions that fix what was published in November 2026.
_FIXED = {15: 20, 16: 16, 17: 12, 18: 7}

# The embedded server carries this name, and listens on no port.
_EMBEDDED = "SELECT current_setting('cluster_name') = 'tmi-db' AND current_setting('listen_addresses') = ''"

_USAGE = 2

_UP, _DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken."""

    version: int
    name: str
    direction: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did: the versions before and after it, and the steps between."""

    schema: str
    before: int
    after: int
    steps: list[Done]


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """A migration, and when, by whom and in what time it was applied, where the ledger knows."""

    version: int
    name: str
    applied: bool
    applied_at: datetime | None
    applied_by: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """The version a schema is at, the newest there is, how many are pending, and every migration."""

    schema: str
    version: int
    head: int
    pending: int
    migrations: list[MigrationStatus]


def up(
    target: str | psycopg.Connection[Any],
    schema: str = "tmi",
    *,
    to: int | None = None,
    steps: int | None = None,
    options: Options | None = None,
) -> Result:
    """Apply migrations: all that are pending, those up to a version, or so many.

    On a database that was never prepared, a superuser prepares it first, as `installation.initialise` does.

    Args:
        target: a connection string, or an idle connection, which keeps its settings; direct, not through a pooler.
        schema: the installation.
        to: the version to reach.
        steps: how many to apply.
        options: how to run.

    Raises:
        ToolError: nothing was done, or all up to a version that the message names.
    """
    return _run(_UP, target, schema, to, steps, options or Options())


def down(
    target: str | psycopg.Connection[Any],
    schema: str = "tmi",
    *,
    to: int | None = None,
    steps: int | None = None,
    options: Options | None = None,
) -> Result:
    """Take migrations back: the newest one, those down to a version, or so many.

    Args:
        target: as in `up`.
        schema: the installation.
        to: the version to go back to; 0 is before the first.
        steps: how many to take back.
        options: how to run.

    Raises:
        ToolError: as in `up`.
    """
    return _run(_DOWN, target, schema, to, steps, options or Options())


def route(
    target: str | psycopg.Connection[Any],
    direction: str,
    schema: str = "tmi",
    *,
    to: int | None = None,
    steps: int | None = None,
    options: Options | None = None,
) -> list[Step]:
    """List the steps that `up` or `down` would take.

    Raises:
        ToolError: `up` or `down` would refuse.
    """
    chain = _load(schema, options or Options())
    with session(target) as conn:
        return _choose(chain, _state(conn, schema, chain).version, direction, to, steps)


def plan(
    target: str | psycopg.Connection[Any],
    direction: str,
    schema: str = "tmi",
    *,
    to: int | None = None,
    steps: int | None = None,
    options: Options | None = None,
) -> str:
    """Write what `up` or `down` would run, as SQL for psql, without running it.

    Raises:
        ToolError: `up` or `down` would refuse.
    """
    options = options or Options()
    chain = _load(schema, options)
    with session(target) as conn:
        state = _state(conn, schema, chain)
        todo = _choose(chain, state.version, direction, to, steps)
        prepared = installation.missing(conn, schema) is None
        text = [
            f"-- Schema {schema!r} from version {state.version} to {todo[-1].after if todo else state.version}.",
            "\\set ON_ERROR_STOP on",
        ]
        if not prepared:
            text.append(installation.initialise_sql(conn, schema))
        text += _terminated(owner_sql(conn, schema, options.lock_timeout))
        if todo and not (prepared and _has_tables(conn, schema)):
            text += _in_transaction(ledger.tables_sql())
        for step in todo:
            text += ["", f"-- {step}: {step.script.path.name}"]
            statements = [statement.text for statement in step.script.statements()]
            move, log = ledger.move_sql(conn, schema, step), ledger.log_sql(conn, schema, step)
            if step.script.transactional:
                text += _in_transaction([move, *statements, log])
            else:
                text += [*_terminated(statements), *_in_transaction([move, log])]
        return "\n".join(text) + "\n"


def status(target: str | psycopg.Connection[Any], schema: str = "tmi", *, options: Options | None = None) -> Status:
    """Say which migrations a schema has; nothing is written, and no lock waited for.

    Raises:
        ToolError: the schema is in no state that migrations can go on from, or the login may not know.
    """
    chain = _load(schema, options or Options())
    with session(target) as conn:
        state = _state(conn, schema, chain)
    return Status(
        schema,
        state.version,
        len(chain),
        len(chain) - state.version,
        [_status(migration, state) for migration in chain],
    )


def old_server(conn: psycopg.Connection) -> str | None:
    """Say in one sentence that the server lacks security fixes, if it does and others can reach it."""
    major, minor = divmod(conn.info.server_version, 10000)
    if major not in _FIXED or minor >= _FIXED[major]:
        return None
    row = conn.execute(_EMBEDDED).fetchone()
    if row and row[0]:
        return None
    fixed = ", ".join(f"{fixed_major}.{fixed_minor}" for fixed_major, fixed_minor in _FIXED.items())
    return f"PostgreSQL {major}.{minor} lacks the security fixes of November 2026 ({fixed}): update the server"


def _run(
    direction: str,
    target: str | psycopg.Connection[Any],
    schema: str,
    to: int | None,
    steps: int | None,
    options: Options,
) -> Result:
    chain = _load(schema, options)
    with session(target) as conn:
        _check_server(conn)
        if warning := old_server(conn):
            options.warn(warning)
        notice_death(conn)
        with _heard(conn, options.warn), sole_runner(conn, schema, options.wait, options.tell, options.pause):
            state = _state(conn, schema, chain)
            todo = _choose(chain, state.version, direction, to, steps)
            for step in todo:
                check_script(step.script)
            done: list[Done] = []
            if todo:
                _prepare(conn, schema, options)
                runner = Runner(conn, schema, options)
                runner.make_tables()
                for step in todo:
                    seconds = runner.take(step)
                    options.tell(f"{step}: {seconds:.2f} s")
                    done.append(Done(step.migration.version, step.migration.name, direction, seconds))
    return Result(schema, state.version, todo[-1].after if todo else state.version, done)


@contextmanager
def _heard(conn: psycopg.Connection[Any], warn: Callable[[str], None]) -> Iterator[None]:
    """Pass on what migrations warn of, such as rows that had to go."""

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING" and notice.message_primary:
            warn(notice.message_primary)

    conn.add_notice_handler(hear)
    try:
        yield
    finally:
        conn.remove_notice_handler(hear)


def _load(schema: str, options: Options) -> list[Migration]:
    installation.check_name(schema)
    verify_checksums(options.root)
    return migrations(options.root)


def _check_server(conn: psycopg.Connection) -> None:
    version = conn.info.server_version
    if version < _OLDEST_MAJOR * 10000:
        raise ToolError(f"the server is PostgreSQL {version // 10000}; tmi_db needs {_OLDEST_MAJOR} or newer")
    row = conn.execute("SELECT pg_is_in_recovery()").fetchone()
    if row and row[0]:
        raise ToolError("the server is a standby, which takes no migrations", hint="name the primary")


def _prepare(conn: psycopg.Connection, schema: str, options: Options) -> None:
    reason = installation.missing(conn, schema)
    if reason and not installation.is_superuser(conn):
        raise ToolError(reason, hint=installation.INIT)
    if reason:
        options.tell(reason)
        installation.initialise(conn, schema, tell=options.tell)


def _state(conn: psycopg.Connection, schema: str, chain: Sequence[Migration]) -> State:
    """Read the state in one snapshot; a schema that is not there yet is at version 0."""
    if installation.missing(conn, schema):
        return State(0, {})
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        installation.act_as_owner(conn, schema)
        return ledger.read(conn, schema, chain)


def _has_tables(conn: psycopg.Connection, schema: str) -> bool:
    with conn.transaction():
        installation.act_as_owner(conn, schema)
        return ledger.tables_exist(conn)


def _choose(chain: Sequence[Migration], version: int, direction: str, to: int | None, steps: int | None) -> list[Step]:
    """Decide which steps lead where the caller wants, and refuse what makes no sense.

    Raises:
        ToolError: it makes none.
    """
    if to is not None and steps is not None:
        raise ToolError("a version to reach and a number of steps exclude each other", _USAGE)
    head = len(chain)
    if to is None:
        available = head - version if direction == _UP else version
        wanted = steps if steps is not None else available if direction == _UP else min(1, available)
        if wanted < (steps is not None):
            raise ToolError(f"{wanted} is no number of migrations", _USAGE)
        if wanted > available:
            kind = "pending" if direction == _UP else "applied"
            raise ToolError(f"{wanted} migrations were asked for, and {available} are {kind}", _USAGE)
        to = version + wanted if direction == _UP else version - wanted
    if not 0 <= to <= head:
        raise ToolError(f"there is no migration {to}: they go from 1 to {head}", _USAGE)
    if (to < version) if direction == _UP else (to > version):
        other = _DOWN if direction == _UP else _UP
        raise ToolError(
            f"the schema is at version {version}, from which {direction} does not lead to {to}",
            _USAGE,
            hint=f"tmi-db migrate {other} --to {to}",
        )
    if direction == _UP:
        return [Step(migration, _UP) for migration in chain[version:to]]
    return [Step(migration, _DOWN) for migration in reversed(chain[to:version])]


def _status(migration: Migration, state: State) -> MigrationStatus:
    applied = migration.version <= state.version
    line = state.lines.get(migration.version)
    if not applied or line is None or line.direction != _UP:
        return MigrationStatus(migration.version, migration.name, applied, None, None, None)
    seconds = line.duration.total_seconds()
    return MigrationStatus(migration.version, migration.name, True, line.applied_at, line.applied_by, seconds)


def _terminated(statements: Sequence[str]) -> list[str]:
    return [f"{statement};" for statement in statements]


def _in_transaction(statements: Sequence[str]) -> list[str]:
    return _terminated(["BEGIN", *statements, "COMMIT"])
