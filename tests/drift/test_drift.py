"""`tmi-db drift` and `tmi-db migrate adopt`, as DBAs and CI call them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from support import database as databases
from support.chains import Chain, psql
from support.cluster import Cluster
from support.database import ROOT, Database
from tmi_db import drift, expected, ledger, migrate, sql_files
from tmi_db.cli import app
from tmi_db.fingerprint import Key, compare
from tmi_db.ignoring import Ignored, read
from tmi_db.origin import Origins
from tmi_db.tool import ToolError
from tmi_db.waiting import lock_key
from typer.testing import CliRunner, Result

HEAD = len(sql_files.migrations())

TmiDb = Callable[..., Result]


@pytest.fixture
def tmi_db(monkeypatch: pytest.MonkeyPatch, live: Database) -> TmiDb:
    """`tmi_db("drift")` runs a command on the live database, in this process."""
    for variable in ("TMI_DB_DSN", "TMI_DB_SCHEMA", "TMI_DB_KEY", "DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(variable, raising=False)
    return lambda *arguments, dsn=live.dsn: CliRunner().invoke(app, arguments, env={"TMI_DB_DSN": dsn})


@pytest.fixture(scope="module")
def pristine(cluster: Cluster) -> Iterator[Database]:
    database = databases.create(cluster)
    databases.install(database, how="chain")
    yield database
    database.drop()


@pytest.fixture
def live(pristine: Database) -> Iterator[Database]:
    """A live database, whose roles are put back afterwards."""
    copy = pristine.copy()
    yield copy
    copy.drop()


def change(live: Database, *statements: str) -> None:
    with live.connect() as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_server_that_is_not_there_is_exit_code_4(tmi_db: TmiDb, tmp_path: Path) -> None:
    assert tmi_db("drift", dsn=f"host={tmp_path} dbname=x user=x").exit_code == 4


def test_a_database_that_does_not_say_its_version_is_not_called_sound(tmi_db: TmiDb, live: Database) -> None:
    change(live, "DROP TABLE schema_migrations")
    result = tmi_db("drift")
    assert result.exit_code == 1
    assert "has no table schema_migrations" in result.stderr
    result = tmi_db("drift", "--version", str(HEAD), "--json")
    assert result.exit_code == 3
    assert [each["object"] for each in json.loads(result.stdout)["findings"]] == ["table schema_migrations"]


def test_a_schema_that_is_not_there_is_no_drift_but_an_error(tmi_db: TmiDb) -> None:
    assert tmi_db("drift", "--schema", "nowhere").exit_code == 1


def test_formats_exclude_each_other(tmi_db: TmiDb) -> None:
    assert tmi_db("drift", "--json", "--markdown").exit_code == 2


def test_a_running_migration_is_waited_for(tmi_db: TmiDb, live: Database) -> None:
    with live.connect() as runner:
        runner.execute("SELECT pg_advisory_lock(%s)", [lock_key("tmi")])
        result = tmi_db("drift", "--wait", "0")
    assert result.exit_code == 1
    assert "holds the migration lock" in result.stderr


def test_an_untouched_database_has_none_and_is_not_written_to(tmi_db: TmiDb, live: Database) -> None:
    change(live, f'ALTER ROLE ALL IN DATABASE "{live.name}" SET default_transaction_read_only TO on')
    result = tmi_db("drift", "--json")
    assert result.exit_code == 3, result.stderr
    (found,) = json.loads(result.stdout)["findings"]
    assert found["object"] == "setting every role in the database"


@pytest.mark.parametrize("source", [["--expected", "embedded"], ["--expected", "released"], []])
def test_wherever_the_expected_side_comes_from_a_sound_database_has_no_drift(tmi_db: TmiDb, source: list[str]) -> None:
    result = tmi_db("drift", *source)
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "no drift" in result.stderr


def test_pending_migrations_are_not_drift(tmi_db: TmiDb, live: Database) -> None:
    migrate.down(live.dsn, to=HEAD - 1)
    result = tmi_db("drift", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["drift"], len(data["pending"])) == (0, False, 1)


def test_each_difference_says_what_it_is_how_grave_where_it_is_defined_and_how_to_undo_it(
    tmi_db: TmiDb, live: Database
) -> None:
    change(live, "ALTER TABLE threats DROP CONSTRAINT threats_score_check", "GRANT SELECT ON users TO PUBLIC")
    result = tmi_db("drift", "--json")
    assert result.exit_code == 3
    first, second = json.loads(result.stdout)["findings"]
    assert (first["object"], first["change"], first["severity"]) == ("table users", "changed", "security")
    assert first["attributes"] == [
        {"name": "granted", "expected": None, "actual": {"PUBLIC": ["SELECT"]}, "severity": "security"}
    ] or first["attributes"][0]["actual"]["PUBLIC"] == ["SELECT"]
    assert first["repair"]["label"] == "verified"
    assert first["repair"]["statements"] == ["REVOKE SELECT ON TABLE users FROM PUBLIC"]
    assert (second["object"], second["change"]) == ("constraint threats.threats_score_check", "removed")
    place = second["defined_at"]
    line = (ROOT / place["file"]).read_text().splitlines()[place["line"] - 1]
    assert "threats_score_check" in line


@pytest.mark.parametrize(
    ("statement", "said_by"),
    [
        ("ALTER TABLE threats NO FORCE ROW LEVEL SECURITY", "ALTER TABLE threats FORCE ROW LEVEL SECURITY;"),
        ("ALTER TABLE threats DISABLE ROW LEVEL SECURITY", "ALTER TABLE threats ENABLE ROW LEVEL SECURITY;"),
        ("COMMENT ON COLUMN threats.name IS 'wrong'", "COMMENT ON COLUMN threats.name IS"),
        ("ALTER FUNCTION threat_get OWNER TO tmi_app", "ALTER FUNCTION threat_get OWNER TO tmi_api;"),
        ("GRANT EXECUTE ON FUNCTION threat_get TO tmi_auth", "GRANT EXECUTE ON FUNCTION threat_get TO tmi_app;"),
        ("REVOKE SELECT ON threats FROM tmi_api", "GRANT SELECT"),
    ],
)
def test_what_changed_of_an_object_is_defined_where_it_was_said_last(
    tmi_db: TmiDb, live: Database, statement: str, said_by: str
) -> None:
    change(live, statement)
    [finding] = json.loads(tmi_db("drift", "--json").stdout)["findings"]
    place = finding["defined_at"]
    assert (ROOT / place["file"]).read_text().splitlines()[place["line"] - 1].startswith(said_by)


def test_of_migrations_that_say_different_things_the_last_counts(tmp_path: Path) -> None:
    chain = Chain(tmp_path)
    chain.add("001_first", "CREATE TABLE t (a int DEFAULT 1);\nCOMMENT ON TABLE t IS 'one';")
    chain.add(
        "002_second", "COMMENT ON COLUMN t.a IS 'a';\nCOMMENT ON TABLE t IS 'two';\nCOMMENT ON TABLE t IS 'three';"
    )
    chain.add("003_third", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 2;\nALTER TABLE t ADD COLUMN b int;")
    origins = Origins(chain.migrations)
    table, column = Key("table", "t"), Key("column", "t.a")
    assert str(origins.of(table, {}, "comment")) == "sql/migrations/002_second.up.sql:3"
    assert str(origins.of(table, {}, "persistence")) == "sql/migrations/003_third.up.sql:2"
    assert str(origins.of(column, {}, "default")) == "sql/migrations/003_third.up.sql:1"
    assert str(origins.of(column, {}, "storage")) == "sql/migrations/001_first.up.sql:1"
    assert str(Origins(chain.migrations[:2]).of(column, {}, "default")) == "sql/migrations/001_first.up.sql:1"


def test_the_repair_that_is_printed_repairs(tmi_db: TmiDb, live: Database, cluster: Cluster) -> None:
    change(
        live,
        "ALTER TABLE threats NO FORCE ROW LEVEL SECURITY",
        "DROP INDEX idx_threats_diagram_id",
        "ALTER TABLE threats DISABLE TRIGGER ALL",
        "CREATE TABLE more (id integer PRIMARY KEY)",
        "ALTER TABLE threats ALTER COLUMN score TYPE bigint",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email_idx'::regclass",
    )
    script = tmi_db("drift", "--sql")
    assert script.exit_code == 3
    assert "verified" in script.stdout
    assert "deletes what stands in table more" in script.stdout
    psql(cluster, live.name, script.stdout)
    assert tmi_db("drift").exit_code == 0


def test_without_createdb_and_with_the_rights_of_the_owner_alone_it_works(tmi_db: TmiDb, live: Database) -> None:
    change(live, "CREATE ROLE watchman LOGIN IN ROLE tmi_owner", "COMMENT ON TABLE users IS NULL")
    try:
        result = tmi_db("drift", "--json", dsn=live.dsn_for("watchman"))
        data = json.loads(result.stdout)
        assert result.exit_code == 3
        assert data["expected_from"] == expected.ON_THE_EMBEDDED
        assert {each["object"]: each["repair"]["label"] for each in data["findings"]} == {
            "membership watchman in tmi_owner": "verified",
            "table users": "verified",
        }
    finally:
        change(live, "DROP ROLE watchman")


def test_roles_are_compared_with_what_is_declared_and_never_changed(tmi_db: TmiDb, live: Database) -> None:
    change(live, "ALTER ROLE tmi_app CREATEDB")
    try:
        result = tmi_db("drift", "--json")
        (found,) = json.loads(result.stdout)["findings"]
        assert (found["object"], found["severity"]) == ("role tmi_app", "security")
        assert found["repair"] == {
            "label": "verified", "statements": ["ALTER ROLE tmi_app NOCREATEDB"], "left": [], "loses": []
        }  # fmt: skip
        with live.connect() as connection:
            row = connection.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = 'tmi_app'").fetchone()
        assert row == (True,)
    finally:
        change(live, "ALTER ROLE tmi_app NOCREATEDB")


def test_an_entry_of_the_ignore_file_counts_until_its_day(live: Database) -> None:
    change(live, "COMMENT ON TABLE users IS NULL", "GRANT SELECT ON users TO PUBLIC")
    entry = Ignored("table us*", "Reworded in spring.", date(2030, 1, 1), "comment")
    on_the_day = drift.check(live.dsn, settings=drift.Settings(ignored=[entry], today=date(2030, 1, 1), repairs=False))
    assert [detail.attribute for each in on_the_day.findings for detail in each.details] == ["granted"]
    assert [each.attribute for each in on_the_day.ignored] == ["comment"]
    after = drift.check(live.dsn, settings=drift.Settings(ignored=[entry], today=date(2030, 1, 2), repairs=False))
    assert {detail.attribute for each in after.findings for detail in each.details} == {"granted", "comment"}
    assert after.expired == [entry]


@pytest.mark.parametrize(
    "text",
    [
        "[[ignore]]\nobject = 'table users'\nexpires = 2030-01-01",
        "[[ignore]]\nobject = 'table users'\nreason = ''\nexpires = 2030-01-01",
        "[[ignore]]\nobject = 'table users'\nreason = 'x'\nexpires = 'never'",
        "[[ignore]]\nobject = 'table users'\nreason = 'x'\nexpires = 2030-01-01\nother = 1",
        "ignore = 1",
        "not toml",
    ],
)
def test_an_ignore_file_without_reason_or_day_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ignore.toml"
    path.write_text(text)
    with pytest.raises(ToolError) as error:
        read(path)
    assert error.value.exit_code == 2


def test_the_page_stands_alone_and_escapes_what_it_shows(tmi_db: TmiDb, live: Database, tmp_path: Path) -> None:
    change(live, "COMMENT ON TABLE users IS '<script>alert(1)</script>'")
    page = tmp_path / "drift.html"
    assert tmi_db("drift", "--html", str(page)).exit_code == 3
    text = page.read_text()
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", text)


def test_annotations_point_at_the_migration(tmi_db: TmiDb, live: Database) -> None:
    change(live, "DROP INDEX idx_threats_diagram_id")
    result = tmi_db("drift", "--github")
    (line,) = result.stdout.splitlines()
    found = re.fullmatch(r"::warning file=(\S+),line=(\d+),title=behaviour%3A index (\w+)::is missing", line)
    assert found is not None, line
    assert found[3] in (ROOT / found[1]).read_text().splitlines()[int(found[2]) - 1]


def test_markdown_and_terminal_show_both_sides(tmi_db: TmiDb, live: Database) -> None:
    change(live, "ALTER TABLE threats ALTER COLUMN score TYPE bigint")
    assert "| <code>integer</code> | <code>bigint</code> |" in tmi_db("drift", "--markdown").stdout
    assert "type: expected integer | is bigint" in tmi_db("drift").stdout


def test_wanted_drift_becomes_a_migration_that_leads_there_and_back(live: Database, tmp_path: Path) -> None:
    root = tmp_path / "sql"
    shutil.copytree(sql_files.sql_root(), root)
    settings = drift.Settings(root=root)
    change(live, "ALTER TABLE threats ADD COLUMN more text", "CREATE INDEX more ON threats (status)")
    up, down = drift.write_migration("keep_more", live.dsn, settings=settings)
    assert "ADD COLUMN more text" in up.read_text()
    assert "DROP COLUMN more" in down.read_text()
    assert "Loses what stands in column threats.more" in down.read_text()
    with live.connect() as connection:
        connection.execute("UPDATE schema_migrations SET version = version + 1")
    assert drift.check(live.dsn, settings=settings).findings == []
    migrate.down(live.dsn, steps=1, options=migrate.Options(root=root))
    assert drift.check(live.dsn, settings=settings).findings == []


def test_without_drift_there_is_no_migration_to_write(live: Database) -> None:
    with pytest.raises(ToolError, match="no drift to keep"):
        drift.write_migration("nothing", live.dsn)


# Adoption.


@pytest.fixture
def foreign(live: Database) -> Database:
    """A database at version 18 as another tool would have left it, without a ledger."""
    migrate.down(live.dsn, to=18)
    change(live, "DROP TABLE migration_log")
    return live


def test_what_is_not_that_version_is_not_taken_over(tmi_db: TmiDb, foreign: Database) -> None:
    change(foreign, "ALTER TABLE threats ADD COLUMN more text")
    result = tmi_db("migrate", "adopt")
    assert (result.exit_code, result.stdout) == (3, "column threats.more is there\n")
    with foreign.connect() as connection:
        assert connection.execute("SELECT to_regclass('migration_log')").fetchone() == (None,)


def test_a_version_that_is_not_known_or_another_one_is_refused(tmi_db: TmiDb, foreign: Database) -> None:
    assert tmi_db("migrate", "adopt", "--version", "17").exit_code == 2
    change(foreign, "DROP TABLE schema_migrations")
    assert tmi_db("migrate", "adopt").exit_code == 2
    result = tmi_db("migrate", "adopt", "--version", "17")
    assert result.exit_code == 3
    assert "is there" in result.stdout


@pytest.mark.parametrize("known", [True, False], ids=["golang-migrate says the version", "nobody says it"])
def test_what_is_that_version_gets_its_ledger_and_migrates_on(tmi_db: TmiDb, foreign: Database, known: bool) -> None:
    if not known:
        change(foreign, "DROP TABLE schema_migrations")
    arguments = ["migrate", "adopt", *([] if known else ["--version", "18"])]
    assert tmi_db(*arguments, "--dry-run").exit_code == 0
    with foreign.connect() as connection:
        assert connection.execute("SELECT to_regclass('migration_log')").fetchone() == (None,)
    result = tmi_db(*arguments, "--json")
    assert json.loads(result.stdout) == {"schema": "tmi", "version": 18, "written": 18, "differences": []}
    with foreign.connect() as connection:
        assert set(ledger.read(connection, "tmi", sql_files.migrations()).lines) == set(range(1, 19))
    assert migrate.up(foreign.dsn).after == HEAD
    assert tmi_db("drift").exit_code == 0


def test_the_committed_fingerprint_is_that_of_the_chain(pristine: Database) -> None:
    with pristine.connect() as connection:
        live = drift.look(connection, "tmi", drift.Settings())
    with expected.built(pristine.cluster.dsn(), HEAD) as built:
        left_out, ours, theirs = drift.comparable(expected.released(HEAD), built.objects)
    assert str(compare(ours, theirs)) == "", f"`make fingerprint` was not run (without {left_out})"
    assert drift.findings(expected.surroundings(live.objects), drift.surrounding(live.objects)) == []
