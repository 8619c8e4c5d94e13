"""The page on performance shows the figures of the last full run, and its commands and settings are taken."""

from __future__ import annotations

import re
import shlex

import pytest
from support.database import Connection, Database

from bench.__main__ import _parser
from bench.measure import Found
from bench.page import PAGE, SHOWN, kept, update
from bench.report import major

TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The lines of the page's code blocks in a language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines()]


RESULTS = [result for result in kept() if major(result) in SHOWN]


@pytest.mark.parametrize("result", RESULTS, ids=major)
def test_it_shows_the_figures_of_the_results_kept(result: Found) -> None:
    assert update(TEXT, result) == TEXT


def test_the_results_kept_are_of_full_runs_on_the_oldest_and_the_newest_server() -> None:
    assert [major(result) for result in RESULTS] == ["15", "18"]
    for result in RESULTS:
        assert result["scale"] == "full"
        assert {"operations", "wrapper", "concurrency", "growth", "load"} <= result.keys()


def test_a_page_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="no single place for figures of PostgreSQL 15"):
        update("# Performance\n", RESULTS[0])


@pytest.mark.parametrize("line", blocks("sh"))
def test_the_benchmark_takes_every_command(line: str) -> None:
    make, target, arguments = shlex.split(line)
    assert (make, target) == ("make", "bench")
    options = _parser().parse_args(shlex.split(arguments.removeprefix("ARGS=")))
    assert options.scale in ("small", "full")


@pytest.mark.parametrize("line", [line for line in blocks("sql") if not line.startswith("ALTER SYSTEM")])
def test_the_tables_take_every_setting(line: str, conn: Connection) -> None:
    conn.execute(line.encode())


def test_the_server_takes_every_setting(database: Database) -> None:
    lines = [line for line in blocks("sql") if line.startswith("ALTER SYSTEM")]
    assert lines
    with database.connect() as conn:
        for line in lines:
            # For the session, so that the tests' own server stays as it is.
            conn.execute(line.replace("ALTER SYSTEM ", "").encode())


@pytest.mark.parametrize("picture", re.findall(r"!\[[^]]*\]\(([^)]*)\)", TEXT))
def test_the_pictures_are_there(picture: str) -> None:
    assert (PAGE.parent / picture).is_file()
