"""Takes one step of the chain on a prepared session: all of it or nothing, or something that the next run repairs."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from tmi_db import installation, ledger
from tmi_db.ledger import Step
from tmi_db.owner import CANNOT_CONNECT, become_owner, first_line
from tmi_db.sql_files import NO_TRANSACTION, Script
from tmi_db.statements import Statement, tokens
from tmi_db.tool import ToolError
from tmi_db.waiting import Observer

_LONGEST_PAUSE_SECONDS = 30.0

_TRANSACTION_WORDS = frozenset(
    ("abort", "begin", "commit", "end", "prepare", "release", "rollback", "savepoint", "start")
)
_NOT_IN_A_TRANSACTION = "25001"
_JITTER = random.SystemRandom()
_WORTH_ANOTHER_TRY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)

_INDEX = """
SELECT i.indisvalid AND i.indisready
FROM pg_catalog.pg_index i
WHERE i.indexrelid = to_regclass(%(index)s)
  AND (%(table)s::text IS NULL OR i.indrelid = to_regclass(%(table)s))
"""


def _silent(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Args:
        root: the folder that holds `migrations/`; by default the one of this package.
        lock_timeout: seconds that a statement waits for a lock, and so others behind it.
        retries: how often a migration that did not get its locks is tried again.
        wait: seconds to wait for another runner.
        tell: is told what happens, in words.
        warn: is told what somebody should see even when nothing else is shown.
        watch: is told before each statement, and once more before the commit: the step, the number of statements that
            have run, and of all.
        pause: sleeps for some seconds.
    """

    root: Path | None = None
    lock_timeout: float = 1.0
    retries: int = 10
    wait: float = 300.0
    tell: Callable[[str], None] = _silent
    warn: Callable[[str], None] = _silent
    watch: Callable[[Step, int, int], None] = _silent
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class ConcurrentIndex:
    """The one kind of statement that may stand outside a transaction, since it can be repeated after any crash."""

    creates: bool
    name: str
    table: str | None


class _Failure(Exception):
    """A statement or a commit that failed, and where."""

    def __init__(self, where: str, cause: psycopg.Error) -> None:
        super().__init__(where)
        self.where = where
        self.cause = cause


class Runner:
    """Takes steps in one schema, whose migration lock the caller holds."""

    def __init__(self, conn: psycopg.Connection, schema: str, options: Options) -> None:
        """Work on a connection in autocommit."""
        self._conn = conn
        self._schema = schema
        self._options = options

    def make_tables(self) -> None:
        """Make the runner's own tables where they are missing."""
        become_owner(self._conn, self._schema, self._options.lock_timeout)
        if not ledger.tables_exist(self._conn):
            installation.run(self._conn, ledger.tables_sql())

    def take(self, step: Step) -> float:
        """Take a step, again and again while others hold the locks it needs.

        Returns:
            The seconds it took.

        Raises:
            ToolError: a statement failed, or the locks were never free; the schema is where it was.
        """
        started = time.monotonic()
        last = self._options.retries
        for attempt in range(last + 1):
            observed = attempt > 0 or attempt == last or not step.script.transactional
            with self._observer(step) if observed else contextlib.nullcontext() as observer:
                try:
                    self._try(step)
                    return time.monotonic() - started
                except _Failure as failure:
                    held = observer.seen if observer else ""
                    if self._conn.closed:
                        raise _lost(step, failure) from failure.cause
                    if not isinstance(failure.cause, _WORTH_ANOTHER_TRY):
                        raise _failed(step, failure) from failure.cause
                    if attempt == last:
                        raise _busy(step, failure, attempt + 1, held) from failure.cause
            self._back_off(step, attempt, held)
        raise AssertionError("the last attempt returns or raises")

    def _back_off(self, step: Step, attempt: int, held: str) -> None:
        # At least as long as the attempt made others wait, so that they get on; at random, so that runners part.
        longest = min(_LONGEST_PAUSE_SECONDS, self._options.lock_timeout * 2 ** (attempt + 1))
        seconds = _JITTER.uniform(longest / 2, longest)
        by = f", held by {held}" if held else ""
        self._options.tell(f"{step} did not get its locks{by}; attempt {attempt + 2} in {seconds:.1f} s")
        self._options.pause(seconds)

    def _observer(self, step: Step) -> Observer:
        tell = _silent if step.script.transactional else self._options.tell
        return Observer(self._conn, max(0.01, self._options.lock_timeout / 5), tell)

    def _try(self, step: Step) -> None:
        name = step.script.path.name
        if step.script.transactional:
            become_owner(self._conn, self._schema, self._options.lock_timeout)
            with self._reported(f"{name}, at its commit"), self._conn.transaction():
                self._move(step)
                statements = step.script.statements()
                for number, statement in enumerate(statements):
                    self._options.watch(step, number, len(statements))
                    self._execute(name, statement)
                self._conn.execute(ledger.log_sql(self._conn, self._schema, step).encode())
                self._options.watch(step, len(statements), len(statements))
            return
        # Its waits block no reader and no writer, and giving up would throw away all that was built.
        become_owner(self._conn, self._schema, lock_timeout=0)
        duration = self._alone(step)
        with self._reported(f"{name}, at its commit"), self._conn.transaction():
            self._move(step)
            self._conn.execute(ledger.log_sql(self._conn, self._schema, step, duration).encode())

    def _alone(self, step: Step) -> timedelta:
        """Create or drop an index concurrently, unless a run that was cut off has done so already."""
        name = step.script.path.name
        statement, index = concurrent_index(step.script)
        started = time.monotonic()
        valid = self._is_valid(index)
        if index.creates and valid is False:
            self._options.tell(f"{step}: dropping what a run that was cut off left of {index.name}")
            self._drop(index)
        elif valid is (True if index.creates else None):
            self._options.tell(f"{step}: found done by a run that was cut off")
            return timedelta()
        self._options.watch(step, 0, 1)
        try:
            self._execute(name, statement)
        except _Failure:
            # An invalid index slows every write, and a unique one goes on refusing rows.
            if index.creates and not self._conn.closed:
                with contextlib.suppress(psycopg.Error):
                    self._drop(index)
            raise
        self._options.watch(step, 1, 1)
        return timedelta(seconds=time.monotonic() - started)

    def _is_valid(self, index: ConcurrentIndex) -> bool | None:
        """Whether the index can be used; None when there is none of its name (on its table)."""
        row = self._conn.execute(_INDEX, {"index": index.name, "table": index.table}).fetchone()
        return bool(row[0]) if row else None

    def _drop(self, index: ConcurrentIndex) -> None:
        self._conn.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}".encode())

    def _move(self, step: Step) -> None:
        # At the beginning, so that another tool's runner can't move the version until this transaction ends.
        if self._conn.execute(ledger.move_sql(self._conn, self._schema, step).encode()).rowcount != 1:
            raise ToolError(
                f"another tool moved schema {self._schema!r} away from version {step.before} meanwhile",
                hint="see `tmi-db migrate status`",
            )

    def _execute(self, name: str, statement: Statement) -> None:
        try:
            self._conn.execute(statement.text.encode(), prepare=False)
        except psycopg.Error as error:
            position = error.diag.statement_position
            line = statement.line_at(int(position)) if position else statement.line
            raise _Failure(f"{name}, line {line}", error) from error

    @contextlib.contextmanager
    def _reported(self, where: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise _Failure(where, error) from error


def check_script(script: Script) -> None:
    """Refuse what would break the promise that a migration is done wholly or not at all.

    Raises:
        ToolError: it would.
    """
    if not script.transactional:
        concurrent_index(script)
        return
    for statement in script.statements():
        words = [token.text.lower() for token in tokens(statement.text) if token.kind == "word"]
        if words and words[0] in _TRANSACTION_WORDS:
            raise ToolError(
                f"{script.path.name}, line {statement.line}: {words[0].upper()} has no place in a migration, "
                "which is one transaction"
            )
        if words[:1] == ["copy"] and "stdin" in words:
            raise ToolError(f"{script.path.name}, line {statement.line}: COPY has no standard input in a migration")


def concurrent_index(script: Script) -> tuple[Statement, ConcurrentIndex]:
    """Read a migration that runs outside a transaction.

    Raises:
        ToolError: it is not exactly one CREATE INDEX CONCURRENTLY name ON table or DROP INDEX CONCURRENTLY name.
    """
    statements = script.statements()
    if len(statements) == 1:
        texts = [token.text if token.kind == "name" else token.text.lower() for token in tokens(statements[0].text)]
        match [text for text in texts if text != "unique"]:
            case ["create", "index", "concurrently", name, "on", "only", table, *_] if name != "if":
                return statements[0], ConcurrentIndex(True, name, table)
            case ["create", "index", "concurrently", name, "on", table, *_] if name != "if":
                return statements[0], ConcurrentIndex(True, name, table)
            case ["drop", "index", "concurrently", "if", "exists", name] | ["drop", "index", "concurrently", name]:
                return statements[0], ConcurrentIndex(False, name, None)
    raise ToolError(
        f"{script.path.name} says `{NO_TRANSACTION}`, so it must be a single CREATE INDEX CONCURRENTLY name ON table "
        "or DROP INDEX CONCURRENTLY name",
        hint="nothing else can be repeated after every crash; IF NOT EXISTS would keep an index left invalid by one",
    )


def _lost(step: Step, failure: _Failure) -> ToolError:
    return ToolError(
        f"the connection to the server was lost in {failure.where}: {first_line(failure.cause)}",
        CANNOT_CONNECT,
        hint=f"run the same command again: it goes on from version {step.before}, or {step.after} if that was kept",
    )


def _failed(step: Step, failure: _Failure) -> ToolError:
    diagnosis = failure.cause.diag
    hints = [diagnosis.message_detail, diagnosis.message_hint]
    if failure.cause.sqlstate == _NOT_IN_A_TRANSACTION:
        hints.append(f"such a statement stands alone in a migration whose first line is `{NO_TRANSACTION}`")
    return ToolError(
        f"{failure.where}: {first_line(failure.cause)} ({failure.cause.sqlstate}); "
        f"the schema stays at version {step.before}",
        hint=" ".join(hint for hint in hints if hint) or None,
    )


def _busy(step: Step, failure: _Failure, attempts: int, held: str) -> ToolError:
    times = f"{attempts} attempts" if attempts > 1 else "one attempt"
    return ToolError(
        f"{failure.where}: its locks were not free in {times}{f', held by {held}' if held else ''}; "
        f"the schema stays at version {step.before}",
        hint=failure.cause.diag.message_detail or "end those transactions, or try again when they have ended",
    )
