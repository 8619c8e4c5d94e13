"""The benchmarks run, measure every row of the figures to reach, and judge by what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.cluster import Cluster

from bench import __main__ as command
from bench import operations
from bench.measure import Figure, Found, verdict

ROOT = Path(__file__).parents[2]

# A row of the figures to reach, by how its operation is called, and the ways that it has to be done.
ROWS = {
    "get one threat": ["hand-written SQL, no RLS", "API, one statement", "tmi_db", "asyncpg, hand-written SQL"],
    "page of 50, first": ["hand-written SQL, no RLS", "API, one statement", "tmi_db", "SQLAlchemy ORM"],
    "page of 50, after": ["hand-written SQL, no RLS", "API, one statement", "tmi_db", "SQLAlchemy ORM"],
    "page of 50, near the end": ["hand-written SQL, no RLS", "API, one statement", "tmi_db", "SQLAlchemy ORM"],
    "list 50 models, of 5 ": ["a query a row", "TMI's way: reads all, cuts in memory"],
    "list 50 models, of 50 ": ["a query a row", "SQLAlchemy ORM, counts as subqueries"],
    "insert one threat": ["hand-written SQL, no triggers", "hand-written SQL, no RLS", "SQLAlchemy ORM"],
    "insert 1,000 threats": ["API, a call a row", "SQLAlchemy ORM, add_all", "SQLAlchemy ORM, bulk insert()"],
    "change the status of a threat": ["hand-written SQL, no RLS", "API, one statement", "tmi_db", "SQLAlchemy ORM"],
    "count trigger: one row": ["without count triggers", "with count triggers"],
    "count trigger: 1,000 rows of one model": ["without count triggers", "with count triggers"],
    "count trigger: 1,000 rows of 500 models": ["without count triggers", "with count triggers"],
    "count one more threat": ["UPDATE of a count"],
    "1,000 keys of metadata, of one entity": ["INSERT, not validated", "INSERT, validated", "API, one statement"],
    "1,000 keys of metadata, of 1,000 entities": ["INSERT, not validated", "INSERT, validated"],
    "move one of 1,500 cells": ["read, modify, write by psycopg", "API, one statement", "tmi_db"],
    "cell_find": ["sequential scan, no RLS", "API, one statement"],
    "threat_model_search": ["sequential scan, no RLS", "API, one statement"],
    "import": ["API, one statement", "tmi_db"],
    "check of the signature": ["in a loop", "first in a transaction"],
}


@pytest.fixture(scope="module")
def result(cluster: Cluster) -> Found:
    """What the operations found on the smallest data set, without times that mean anything."""
    names = [name for name in operations.ROWS if name != "settings"]
    return command.measure(cluster.dsn(), "tiny", 2, names)


def test_every_row_of_the_figures_is_measured_in_every_way(result: Found) -> None:
    found = {measure["name"]: measure for measure in result["operations"]}
    for row, ways in ROWS.items():
        # Of an operation that is measured once more in another way, the plain one.
        measure = found[min((name for name in found if name.startswith(row)), key=len)]
        measured = {way["name"]: way for way in measure["ways"] if way.get("microseconds")}
        assert set(ways) <= set(measured), row
        for way in measured.values():
            low, middle, high = way["microseconds"]
            assert 0 < low <= middle <= high, way
            assert way["runs"] == 2
        assert measure["figures"], row
        assert all(judged["verdict"] != "not measured" for judged in measure["figures"])


def test_a_way_that_was_not_measured_says_why(result: Found) -> None:
    ways = [way for measure in result["operations"] for way in measure["ways"]]
    assert all(way.get("microseconds") or way["skipped"] for way in ways)


def test_a_call_is_one_statement_and_one_round_trip_and_an_orm_needs_more(result: Found) -> None:
    (get,) = (measure for measure in result["operations"] if measure["name"] == "get one threat")
    sent = {way["name"]: (way["statements"], way["round_trips"]) for way in get["ways"]}
    assert sent["API, one statement"] == sent["tmi_db"] == (1, 1)
    assert sent["SQLAlchemy ORM"] == (4, 4)  # BEGIN, the role, the threat, COMMIT


def test_no_scratch_database_is_left(result: Found, cluster: Cluster) -> None:
    with cluster.connect() as conn:
        left = conn.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'tmi_scratch_%'").fetchone()
    assert left == (0,)


def test_results_say_where_they_were_taken(result: Found, cluster: Cluster) -> None:
    machine = result["machine"]
    assert machine["server"].startswith(str(cluster.version))
    assert machine["settings"]["fsync"] == "off"
    assert machine["settings"]["synchronous_commit"] == "off"
    assert set(machine) >= {"cpu", "cores", "memory", "kernel", "python", "libraries", "date"}


def test_results_are_json_markdown_and_a_picture_that_is_well_formed(
    result: Found, cluster: Cluster, tmp_path: Path
) -> None:
    command.write(result, tmp_path)
    name = f"tiny-pg{cluster.version}"
    assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) == json.loads(json.dumps(result))
    words = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    drawn = ElementTree.fromstring((tmp_path / f"{name}.svg").read_text(encoding="utf-8"))
    texts = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
    for measure in result["operations"]:
        assert f"### {measure['name']}" in words
        assert measure["name"] in texts
        assert {way["name"] for way in measure["ways"]} <= texts


def _took(**microseconds: float) -> dict[str, Any]:
    return {name: {"microseconds": [value, value, value], "pages": 10} for name, value in microseconds.items()}


@pytest.mark.parametrize(
    ("sign", "bound", "own", "base", "value", "expected"),
    [
        ("<=", 1.45, 140.0, 100.0, 1.4, "reached"),
        ("<=", 1.45, 145.0, 100.0, 1.45, "reached"),
        ("<=", 1.45, 150.0, 100.0, 1.5, "missed"),
        (">=", 5.0, 100.0, 600.0, 6.0, "reached"),
        (">=", 5.0, 100.0, 500.0, 5.0, "reached"),
        (">=", 5.0, 100.0, 400.0, 4.0, "missed"),
    ],
)
def test_a_figure_is_judged_by_the_way_and_the_base_that_it_names(
    sign: Any, bound: float, own: float, base: float, value: float, expected: str
) -> None:
    ways = _took(own=own, base=base, other=1.0)
    judged = verdict(Figure("own", sign, bound, "base"), ways, "full")
    assert judged["value"] == pytest.approx(value)
    assert judged["verdict"] == expected


@pytest.mark.parametrize(("bound", "expected"), [(99.0, "missed"), (100.0, "reached")])
def test_a_figure_without_a_base_is_a_time(bound: float, expected: str) -> None:
    assert verdict(Figure("own", "<=", bound), _took(own=100.0), "full")["verdict"] == expected


@pytest.mark.parametrize(("pages", "expected"), [(16, "reached"), (17, "missed")])
def test_pages_are_judged_by_how_many_more_they_are(pages: int, expected: str) -> None:
    ways = _took(own=1.0, base=1.0)
    ways["own"]["pages"] = pages
    assert verdict(Figure("own", "<=", 6, "base", of="pages"), ways, "full")["verdict"] == expected


@pytest.mark.parametrize(("wal", "expected"), [(210.0, "reached"), (211.0, "missed")])
def test_other_exact_numbers_are_judged_by_what_they_are_numbers_of(wal: float, expected: str) -> None:
    ways = _took(own=1.0)
    ways["own"]["exact"] = {"bytes of WAL": wal, "% HOT": 100.0}
    assert verdict(Figure("own", "<=", 210, of="bytes of WAL"), ways, "full")["verdict"] == expected
    assert verdict(Figure("own", "<=", 210, of="lines"), ways, "full")["verdict"] == "not measured"


def test_a_figure_for_another_data_set_or_without_a_measurement_is_not_judged() -> None:
    figure = Figure("own", "<=", 1.0, "base", scale="full")
    assert verdict(figure, _took(own=9.0, base=1.0), "tiny")["verdict"] == "meant for full"
    assert verdict(figure, _took(own=9.0, base=1.0), "full")["verdict"] == "missed"
    assert verdict(figure, {**_took(own=9.0), "base": {"skipped": "no server"}}, "full")["verdict"] == "not measured"
    assert verdict(figure, _took(own=9.0), "full")["verdict"] == "not measured"


def test_the_command_prints_json_and_replaces_no_results_when_only_a_part_is_measured(cluster: Cluster) -> None:
    before = _results()
    done = _bench("--scale", "tiny", "--rounds", "1", "--only", "find", "--json", "--dsn", cluster.dsn())
    assert done.returncode == 0, done.stderr
    assert [measure["name"] for measure in json.loads(done.stdout)["operations"]] == ["cell_find among 2,000 diagrams"]
    assert _results() == before


def test_an_unknown_name_ends_with_one_sentence() -> None:
    done = _bench("--only", "get", "gte")
    assert done.returncode == 2
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error == "error: there is no benchmark named gte"
    assert "get" in hint


def test_a_server_that_nobody_answers_on_ends_with_one_sentence(tmp_path: Path) -> None:
    done = _bench("--only", "get", "--dsn", f"host={tmp_path} dbname=x")
    assert done.returncode == 4
    assert done.stderr.startswith("error: cannot connect")
    assert "Traceback" not in done.stderr


def _results() -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in command.RESULTS.iterdir()}


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
