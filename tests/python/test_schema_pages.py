"""The schema pages: complete, current, and readable in a browser that may ask nobody for anything."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import database as databases
from support.cluster import Cluster
from support.database import ROOT
from support.tools import PROGRAMS
from tmi_db import drift, drift_report, expected, fingerprint, schema_pages, sql_files
from tmi_db.diagram import draw
from tmi_db.fingerprint import Fingerprint, Key
from tmi_db.schema_pages import Model

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=2000",
    "--dump-dom",
]

# What the browser asks for itself has no page that began it.
ASKED = re.compile(r'"initiator":"(?!not an origin)[^"]*".*?"url":"(https?://[^/"]+)')


@pytest.fixture(scope="module")
def live(cluster: Cluster) -> Iterator[databases.Database]:
    database = databases.create(cluster)
    databases.install(database, how="declared")
    yield database
    database.drop()


@pytest.fixture(scope="module")
def objects(live: databases.Database) -> Fingerprint:
    with live.connect() as connection:
        return fingerprint.take(connection, databases.SCHEMA)


@pytest.fixture(scope="module")
def model(objects: Fingerprint) -> Model:
    return schema_pages.model(objects.inside(), 1)


def test_every_object_says_why_it_is_there(model: Model) -> None:
    assert model.uncommented == []


def test_an_object_without_a_comment_is_named(objects: Fingerprint) -> None:
    key = Key("column", "threats.name")
    bare = {name: value for name, value in objects.objects[key].items() if name != "comment"}
    spoilt = Fingerprint(objects.server_version, {**objects.inside().objects, key: bare})
    assert schema_pages.model(spoilt, 1).uncommented == ["column threats.name"]


def test_the_committed_pages_are_current(cluster: Cluster) -> None:
    version = len(sql_files.migrations())
    with expected.built(cluster.dsn(), version) as built:
        model = schema_pages.model(built.objects, version)
    for page in ("schema.md", "schema.html"):
        text = schema_pages.render(f"{page}.j2", model)
        assert (ROOT / "docs" / page).read_text() == text, "`make docs` was not run"


def test_both_pages_show_every_table_column_rule_and_question(model: Model) -> None:
    for page in ("schema.md.j2", "schema.html.j2"):
        text = html.unescape(schema_pages.render(page, model))
        for table in model.tables:
            for parts in (table.columns, table.constraints, table.indexes, table.triggers, table.policies):
                for name, attributes in parts:
                    assert name in text
                    assert attributes["comment"].replace("|", "\\|" if page.endswith("md.j2") else "|") in text


def test_a_live_database_adds_sizes_and_scans(live: databases.Database, model: Model) -> None:
    with live.connect() as connection:
        sizes = schema_pages.measure(connection, databases.SCHEMA)
    assert sizes.tables["threats"]["total"] > 0
    assert f"those of database {live.name}" in schema_pages.render("schema.html.j2", model, sizes)


def test_the_diagram_draws_each_table_and_each_foreign_key(model: Model) -> None:
    drawing = draw(model.tables)
    assert drawing.count('class="name"') == len(model.tables)
    keys = sum("FOREIGN KEY" in each["definition"] for table in model.tables for _, each in table.constraints)
    assert drawing.count('class="arrow"') == keys


def browse(page: Path, width: int, tmp_path: Path, dark: bool) -> tuple[dict[str, int], str, set[str]]:
    """Open a page in a frame of a width: (what is measured, the console, the hosts that were asked)."""
    framed = tmp_path / "framed.html"
    framed.write_text(
        f'<iframe id="f" width="{width}" height="900" srcdoc="{html.escape(page.read_text())}"></iframe><script>'
        "f.onload = () => { const d = f.contentDocument; const s = f.contentWindow.getComputedStyle(d.body);"
        "document.title = JSON.stringify({ contents: d.documentElement.scrollWidth,"
        " light: parseInt(s.color.slice(4)), back: parseInt(s.backgroundColor.slice(4)) }); };</script>"
    )
    program = next(found for found in map(shutil.which, PROGRAMS["chromium"]) if found)
    log = tmp_path / "net.json"
    done = subprocess.run(
        [
            program,
            *CHROMIUM,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--log-net-log={log}",
            framed.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout[: done.stdout.find("<iframe")] or done.stdout)
    assert title is not None, done.stderr
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return json.loads(html.unescape(title[1])), console, set(ASKED.findall(log.read_text()))


@pytest.fixture
def pages(tmp_path: Path, model: Model, live: databases.Database, objects: Fingerprint) -> list[Path]:
    with live.connect(autocommit=False) as connection:
        connection.execute("ALTER TABLE threats ALTER COLUMN score TYPE bigint")
        connection.execute("CREATE TABLE more (id integer)")
        actual = fingerprint.take(connection, databases.SCHEMA)
        connection.rollback()
    report = drift.Report("tmi", "db", 150000, 1, 1, [], "a test", [], drift.findings(objects, actual))
    texts = {"schema": schema_pages.render("schema.html.j2", model), "drift": drift_report.html(report)}
    paths = []
    for name, text in texts.items():
        paths.append(tmp_path / f"{name}.html")
        paths[-1].write_text(text)
    return paths


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_shows_them_without_a_word_to_anybody(
    pages: list[Path], tmp_path: Path, width: int, dark: bool
) -> None:
    for page in pages:
        seen, console, hosts = browse(page, width, tmp_path, dark)
        assert seen["contents"] <= width, f"{page.name} must be scrolled sideways"
        assert (seen["light"] > seen["back"]) == dark
        assert console == ""
        assert hosts == set()


@pytest.mark.needs("chromium")
def test_a_page_that_asks_somebody_or_complains_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "leak.html"
    page.write_text("<img src='http://127.0.0.1:9/x.png'><script>console.error('no')</script>")
    _, console, hosts = browse(page, 400, tmp_path, dark=False)
    assert hosts == {"http://127.0.0.1:9"}
    assert "no" in console
