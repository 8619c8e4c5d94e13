"""The stand-in for pgTAP says what pgTAP says, and the collector of SQL tests lets nothing pass that went wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import database as databases
from support.cluster import Cluster
from support.database import ROOT, SQL, Database, run
from support.pgtap import Outcome, load, run_file

EXAMPLES = SQL / "pgtap_examples.sql"


@pytest.fixture(scope="module")
def playground(cluster: Cluster) -> Iterator[Callable[[str], Database]]:
    """Make databases with a table or two, where service logins may make no temporary tables."""
    made: dict[str, Database] = {}

    def get(flavour: str) -> Database:
        if flavour not in made:
            made[flavour] = database = databases.create(cluster)
            with database.connect() as connection:
                run(connection, ROOT / "sql" / "roles.sql")
                run(connection, SQL / "logins.sql")
                connection.execute("CREATE SCHEMA tmi")
                connection.execute("CREATE SCHEMA tap")
                connection.execute("GRANT USAGE ON SCHEMA tap TO PUBLIC")
                connection.execute(f'REVOKE TEMP ON DATABASE "{database.name}" FROM PUBLIC')
                run(connection, SQL / "pgtap_playground.sql")
                load(connection, flavour)
        return made[flavour]

    yield get
    for database in made.values():
        database.drop()


@pytest.fixture
def judge(playground: Callable[[str], Database], tmp_path: Path) -> Callable[..., list[str]]:
    """Run SQL as the collector does and return what it finds wrong."""

    def run_and_judge(sql: str, *, skipping: bool = True) -> list[str]:
        path = tmp_path / "file.sql"
        path.write_text(sql)
        problems = run_file(playground("shim"), path).judge(skipping=skipping)
        return [problem.replace(os.path.relpath(path), "FILE") for problem in problems]

    return run_and_judge


# The stand-in ------------------------------------------------------------------------------------------------------


def normalised(outcome: Outcome) -> list[str]:
    """Return the output without what the two may word differently: where an error was caught, and the order of sets."""
    lines = []
    for assertion in outcome.assertions:
        diagnostics = "\n".join(assertion.diagnostics)
        diagnostics = re.sub(r"\n#\s+CONTEXT:(\n#\s{10,}.*)*", "", diagnostics)
        diagnostics = re.sub(r"(Columns differ between queries:)(\n#.*)*", r"\1", diagnostics)
        if re.search(r"(Extra|Missing) \w+:", diagnostics):
            diagnostics = "\n".join(sorted(diagnostics.split("\n")))
        lines.append(f"{assertion}\n{diagnostics}")
    return lines


@pytest.mark.needs("pgtap")
def test_pgtap_and_the_stand_in_say_the_same(playground: Callable[[str], Database]) -> None:
    real, shim = (run_file(playground(flavour), EXAMPLES) for flavour in ("real", "shim"))
    assert real.complaints == []
    assert shim.complaints == []
    assert normalised(shim) == normalised(real)
    assert shim.plans == real.plans == [len(real.assertions)]


@pytest.mark.needs("pgtap")
def test_the_stand_in_has_the_signatures_of_pgtap(playground: Callable[[str], Database]) -> None:
    query = """
        SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') ' || pg_get_function_result(p.oid)
        FROM pg_proc p
        WHERE p.pronamespace = 'tap'::regnamespace AND p.proname NOT LIKE '\\_%'
    """
    signatures = {}
    for flavour in ("real", "shim"):
        with playground(flavour).connect() as connection:
            signatures[flavour] = {row[0] for row in connection.execute(query)}
    assert signatures["shim"] <= signatures["real"]


def test_every_assertion_of_the_stand_in_is_seen_to_pass_and_to_fail(playground: Callable[[str], Database]) -> None:
    with playground("shim").connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'tap'::regnamespace"
            " AND prorettype = 'text'::regtype AND proname NOT LIKE '\\_%'"
            " AND proname NOT IN ('plan', 'finish', 'diag', 'skip', 'pass', 'fail')"
        )
        names = {row[0] for row in rows}
    outcome = run_file(playground("shim"), EXAMPLES)
    statements = EXAMPLES.read_text().split("\n")
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for assertion in outcome.assertions:
        if match := re.match(r"SELECT (\w+)\(", statements[assertion.line - 1]):
            seen[assertion.passed].add(match[1])
    assert names - seen[True] == set()
    assert names - seen[False] == set()


# The collector -----------------------------------------------------------------------------------------------------


def test_a_file_whose_assertions_hold_passes(judge: Callable[..., list[str]]) -> None:
    assert judge("SELECT plan(2);\nSELECT ok(true, 'a');\nSELECT is(1, 1, 'b');") == []
    assert judge("SELECT no_plan();\nSELECT ok(true, 'a');\nSELECT * FROM finish();") == []


def test_a_file_without_assertions_fails(judge: Callable[..., list[str]]) -> None:
    assert judge("") == ["FILE: there is no assertion in this file"]
    assert judge("SELECT plan(0);") != []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT plan(2); SELECT ok(true, 'a');",
        "SELECT plan(1); SELECT ok(true, 'a'); SELECT ok(true, 'b');",
        "SELECT no_plan(); SELECT ok(true, 'a');",
    ],
    ids=["too few", "too many", "not finished"],
)
def test_a_file_that_breaks_its_plan_fails(judge: Callable[..., list[str]], sql: str) -> None:
    assert len(judge(sql)) == 1


def test_a_failing_assertion_is_shown_with_its_line_and_diagnostics(judge: Callable[..., list[str]]) -> None:
    [problem] = judge("SELECT plan(2);\n\nSELECT ok(true, 'a');\nSELECT is(\n  1, 2, 'b');")
    assert problem.startswith("FILE:4: not ok 2 - b\n")
    assert "have: 1" in problem


def test_an_error_is_shown_with_its_line(judge: Callable[..., list[str]]) -> None:
    [problem] = judge("SELECT plan(1);\nSELECT\n  nonsense;\nSELECT ok(true, 'a');")
    assert problem.startswith('FILE:3: ERROR: 42703: column "nonsense" does not exist')


def test_an_error_after_the_last_assertion_fails_the_file(judge: Callable[..., list[str]]) -> None:
    [problem] = judge("SELECT plan(1);\nSELECT ok(true, 'a');\nSELECT 1 / 0;")
    assert problem.startswith("FILE:3: ERROR: 22012")


@pytest.mark.parametrize("statement", ["COMMIT", "end", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK WORK AND CHAIN"])
def test_a_file_may_not_end_its_transaction(judge: Callable[..., list[str]], statement: str) -> None:
    assert judge(f"SELECT plan(1);\nSELECT ok(true, 'a');\n{statement};") != []


def test_a_file_may_go_back_to_a_savepoint(judge: Callable[..., list[str]]) -> None:
    sql = "SELECT plan(1); SAVEPOINT s; DELETE FROM things; {}; SELECT isnt_empty('SELECT 1 FROM things', 'back');"
    for statement in ("ROLLBACK TO s", "rollback work to savepoint s"):
        assert judge(sql.format(statement)) == []


def test_what_a_file_does_is_undone(judge: Callable[..., list[str]]) -> None:
    assert judge("SELECT plan(1); DELETE FROM things; SELECT is_empty('SELECT 1 FROM things', 'gone');") == []
    assert judge("SELECT plan(1); SELECT isnt_empty('SELECT 1 FROM things', 'back');") == []


def test_a_skipped_assertion_fails_where_skipping_is_not_allowed(judge: Callable[..., list[str]]) -> None:
    sql = "SELECT plan(1); SELECT skip('no time');"
    assert judge(sql) == []
    assert len(judge(sql, skipping=False)) == 1


def test_an_assertion_that_is_expected_to_fail_may_not_pass(judge: Callable[..., list[str]]) -> None:
    assert judge("SELECT plan(1); SELECT * FROM todo('later', 1); SELECT ok(false, 'a');") == []
    assert len(judge("SELECT plan(1); SELECT * FROM todo('later', 1); SELECT ok(true, 'a');")) == 1


# The run -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pytest_run(tmp_path: Path, cluster: Cluster) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run pytest in another project that uses this one's plugins."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run_pytest(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--rootdir",
            str(tmp_path),
            "-p",
            "no:cacheprovider",
            *arguments,
        ]
        return subprocess.run(
            [*command, "--pg", str(cluster.bin_dir), str(tmp_path)],
            env=_without_settings() | {"PYTHONPATH": str(ROOT / "tests")} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_pytest


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TMI_TEST_NO"))}


def test_pytest_fails_for_a_file_that_fails_and_says_where(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    files = tmp_path / "tests" / "sql" / "some"
    files.mkdir(parents=True)
    (files / "good.sql").write_text("SELECT plan(1);\nSELECT has_table('users');\n")
    (files / "bad.sql").write_text("SELECT plan(1);\n\nSELECT has_table('no_users');\n")
    run = pytest_run("-p", "conftest", "--pgtap", "shim")
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "tests/sql/some/bad.sql:3: not ok 1 - Table no_users should exist" in run.stdout
    assert "2 assertions in 2 files of SQL, on the stand-in for pgTAP" in run.stdout
    assert "1 failed, 1 passed" in run.stdout


def test_a_run_that_may_skip_nothing_fails_for_a_skip(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_runs(): pass\n@pytest.mark.needs('chromium')\ndef test_looks(): pass\n"
    )
    bare = {"PATH": str(tmp_path)}
    assert pytest_run("-p", "conftest", **bare).returncode == pytest.ExitCode.OK
    run = pytest_run("-p", "conftest", TMI_TEST_NO_SKIP="1", **bare)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "TMI_TEST_NO_SKIP is set, and tests were skipped" in run.stdout
