"""Runs the pgTAP files below tests/sql: one pytest item a file, in a transaction that is rolled back.

`--pgtap` chooses pgTAP itself, the stand-in (sql/pgtap_shim.sql), or both one after the other, which must then agree on
every line. Each statement is sent by itself, so that a failure names its file and line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tmi_db.statements import split

from support.database import SCHEMA, SQL, Connection, Database, run
from support.tools import find_pgtap

FILES = Path("tests", "sql")
LINE = re.compile(
    r"(?P<not>not )?ok (?P<number>\d+)(?: - (?P<description>.*?))?(?: # (?P<directive>TODO|SKIP)(?P<why>.*))?"
)
PLAN = re.compile(r"1\.\.(\d+)")
UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
ENDS_TRANSACTION = re.compile(
    r"(BEGIN|START|COMMIT|END|ABORT|PREPARE\s+TRANSACTION|ROLLBACK(?!(\s+(WORK|TRANSACTION))?\s+TO\b))\b", re.IGNORECASE
)
COUNTED = "pgtap"


# Which pgTAP -------------------------------------------------------------------------------------------------------


def load(connection: Connection, flavour: str) -> None:
    """Load pgTAP or the stand-in into the schema tap, and refuse a name that would hide one of the schema's own."""
    connection.execute("SET search_path TO tap, pg_temp")
    if flavour == "real":
        path = find_pgtap()
        assert path
        run(connection, path)
        run(connection, SQL / "pgtap_roles.sql")
    else:
        run(connection, SQL / "pgtap_shim.sql")
    connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA tap TO PUBLIC")
    hidden = connection.execute(
        "SELECT array_agg(DISTINCT p.proname) FROM pg_proc p JOIN pg_proc q USING (proname)"
        " WHERE p.pronamespace = to_regnamespace(%s) AND q.pronamespace = 'tap'::regnamespace",
        (SCHEMA,),
    ).fetchone()
    assert hidden == (None,), f"functions of {SCHEMA} and of the tests' tools share a name: {hidden}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("tmi_db").addoption(
        "--pgtap",
        choices=("real", "shim", "both"),
        help="what the files below tests/sql run on (default: pgTAP if it is installed, else the stand-in)",
    )


def flavours(config: pytest.Config) -> tuple[str, ...]:
    """Say which of the two the run uses."""
    chosen = config.getoption("--pgtap") or ("real" if find_pgtap() else "shim")
    if chosen != "shim" and not find_pgtap():
        raise pytest.UsageError("--pgtap: pgTAP is not installed; name its pgtap.sql by TMI_TEST_PGTAP")
    return ("real", "shim") if chosen == "both" else (chosen,)


def pytest_configure(config: pytest.Config) -> None:
    flavours(config)


@pytest.fixture(scope="session")
def tap_database(template: Database) -> Callable[[str], Database]:
    """Return the copy of the template that holds pgTAP ("real") or its stand-in ("shim")."""
    made: dict[str, Database] = {}

    def get(flavour: str) -> Database:
        if flavour not in made:
            database = template.copy(f"tap_{flavour}")
            with database.connect() as connection:
                load(connection, flavour)
            made[flavour] = database
        return made[flavour]

    return get


# One file ----------------------------------------------------------------------------------------------------------


@dataclass
class Assertion:
    """A line of TAP, the diagnostics below it, and the line of the file whose statement said so."""

    line: int
    text: str
    number: int
    passed: bool
    directive: str | None
    diagnostics: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return UUID.sub("<uuid>", f"line {self.line}: {self.text}")


@dataclass
class Outcome:
    """What running a file gave."""

    path: Path
    assertions: list[Assertion] = field(default_factory=list)
    plans: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def complain(self, line: int, message: str) -> None:
        """Note what is wrong with the file itself."""
        self.complaints.append(f"{self.path}:{line}: {message}")

    def read(self, line: int, text: str) -> None:
        """Take in one line of output; what is not TAP is the value of a set-up statement."""
        if match := LINE.fullmatch(text):
            directive = match["directive"]
            self.assertions.append(Assertion(line, text, int(match["number"]), not match["not"], directive))
        elif match := PLAN.fullmatch(text):
            self.plans.append(int(match[1]))
        elif text.startswith("#") and self.assertions and self.assertions[-1].line == line:
            self.assertions[-1].diagnostics.append(text)

    def judge(self, *, skipping: bool) -> list[str]:
        """Return everything that is wrong; nothing means the file passed.

        skipping: whether a skipped assertion is accepted.
        """
        problems = list(self.complaints)
        for number, assertion in enumerate(self.assertions, 1):
            where = f"{self.path}:{assertion.line}"
            # What is expected to fail and passes has been mended: the mark must go.
            bad = assertion.passed if assertion.directive == "TODO" else not assertion.passed
            if bad or (assertion.directive == "SKIP" and not skipping):
                problems.append("\n".join([f"{where}: {assertion.text}", *assertion.diagnostics]))
            if assertion.number != number:
                problems.append(
                    f"{where}: this is assertion {number} of the file, but pgTAP counted {assertion.number}"
                )
        if self.complaints:
            return problems  # the statements after an error did not run, so that no count says anything
        ran = len(self.assertions)
        if not ran:
            problems.append(f"{self.path}: there is no assertion in this file")
        elif len(self.plans) != 1:
            problems.append(f"{self.path}: a file plans once, by plan(n) or by no_plan() and finish(): {self.plans}")
        elif self.plans != [ran]:
            problems.append(f"{self.path}: planned {self.plans[0]}, but ran {ran}")
        return problems


def run_file(database: Database, path: Path) -> Outcome:
    """Run a file in a transaction and roll it back."""
    shown = Path(os.path.relpath(path))
    outcome = Outcome(shown)
    connection = database.connect(autocommit=False)
    try:
        connection.add_notice_handler(
            lambda notice: outcome.notices.append(f"{notice.severity}: {notice.message_primary}")
        )
        for statement in split(path.read_text()):
            if ENDS_TRANSACTION.match(statement.text):
                outcome.complain(statement.line, "this would end the transaction that undoes what the file does")
                break
            try:
                cursor = connection.execute(statement.text.encode())
            except psycopg.Error as error:
                position = error.diag.statement_position
                line = statement.line_at(int(position)) if position else statement.line
                outcome.complain(line, explain(error))
                break
            for text in output(cursor):
                outcome.read(statement.line, text)
    finally:
        connection.rollback()
        connection.close()
    return outcome


def output(cursor: psycopg.Cursor[Any]) -> Iterator[str]:
    """Yield the lines that a statement returned in its first column."""
    while True:
        if cursor.description:
            for row in cursor.fetchall():
                if row and isinstance(row[0], str):
                    yield from row[0].split("\n")
        if not cursor.nextset():
            return


def explain(error: psycopg.Error) -> str:
    """Say all that the server said."""
    parts = [f"{error.diag.severity}: {error.diag.sqlstate}: {error.diag.message_primary}"]
    more = {"DETAIL": error.diag.message_detail, "HINT": error.diag.message_hint, "CONTEXT": error.diag.context}
    return "\n".join([*parts, *(f"{name}: {text}" for name, text in more.items() if text)])


def disagreements(one: Outcome, other: Outcome) -> list[str]:
    """Compare what pgTAP and the stand-in said about a file, line by line."""
    first, second = ([str(assertion) for assertion in outcome.assertions] for outcome in (one, other))
    return [
        f"{one.path}: pgTAP and its stand-in differ:\n    {left}\n    {right}"
        for left, right in zip(first, second, strict=False)
        if left != right
    ]


# Pytest ------------------------------------------------------------------------------------------------------------


class Failed(AssertionError):
    """A file of SQL tests failed; the message says it all."""


class SqlItem(pytest.Function):
    """A file of SQL tests."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what the file says, and no Python."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the file."""
        return self.path, None, str(self.path.relative_to(self.config.rootpath / FILES))


class SqlFile(pytest.File):
    """Collects a file of SQL tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make one item of the file."""
        wanted = flavours(self.config)

        def check(tap_database: Callable[[str], Database], record_property: Callable[[str, object], None]) -> None:
            skipping = not os.environ.get("TMI_TEST_NO_SKIP")
            outcomes = [(flavour, run_file(tap_database(flavour), self.path)) for flavour in wanted]
            problems: list[str] = []
            for flavour, outcome in outcomes:
                record_property(COUNTED, (flavour, len(outcome.assertions)))
                found = outcome.judge(skipping=skipping)
                problems += [*found, *outcome.notices] if found else []
            if len(outcomes) == 2 and not problems:
                problems = disagreements(outcomes[0][1], outcomes[1][1])
            if problems:
                raise Failed("\n".join(dict.fromkeys(problems)))

        yield SqlItem.from_parent(self, name=self.path.stem, callobj=check)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".sql" and file_path.is_relative_to(parent.config.rootpath / FILES):
        return SqlFile.from_parent(parent, path=file_path)
    return None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many assertions the files made, since pytest counts files."""
    counts: dict[str, list[int]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == COUNTED and report.when == "call":
                    counts.setdefault(value[0], []).append(value[1])
    for flavour, numbers in sorted(counts.items()):
        tool = "pgTAP" if flavour == "real" else "the stand-in for pgTAP"
        terminalreporter.write_line(f"{sum(numbers)} assertions in {len(numbers)} files of SQL, on {tool}")
