"""`tmi-db migrate` and the commands around it, as people and scripts call them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.chains import dump
from support.cluster import Cluster
from support.database import KEY, ROOT, Database
from tmi_db import context, migrate, sql_files
from tmi_db.cli import app
from typer.testing import CliRunner, Result

HEAD = len(sql_files.migrations())
UPGRADING = ROOT / "docs" / "upgrading.md"

TmiDb = Callable[..., Result]


@pytest.fixture
def tmi_db(monkeypatch: pytest.MonkeyPatch) -> Iterator[TmiDb]:
    """`tmi_db("migrate", "up", dsn=...)` runs a command in this process."""
    for variable in ("TMI_DB_DSN", "TMI_DB_SCHEMA", "TMI_DB_KEY", "DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str, dsn: str | None = None, key: str | None = None, **options: Any) -> Result:
        environment = {name: value for name, value in {"TMI_DB_DSN": dsn, "TMI_DB_KEY": key}.items() if value}
        return CliRunner().invoke(app, arguments, env=environment, **options)

    yield run


@pytest.fixture
def dsn(empty_database: Database) -> str:
    return empty_database.dsn


def test_a_target_that_makes_no_sense_is_exit_code_2(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("migrate", "up", "--to", str(HEAD + 1), dsn=dsn)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: there is no migration {HEAD + 1}: they go from 1 to {HEAD}\n"


@pytest.mark.parametrize("option", [["--dry-run"], ["--steps", "1"]])
def test_a_fleet_is_migrated_for_real_and_wholly(tmi_db: TmiDb, dsn: str, option: list[str]) -> None:
    assert tmi_db("migrate", "up", "--all-schemas", *option, dsn=dsn).exit_code == 2


def test_a_migration_is_not_written_under_a_name_that_no_file_can_have(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("migrate", "new", "Bad-Name", dsn=dsn)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'Bad-Name' cannot name a migration" in result.stderr


def test_a_server_that_is_not_there_is_exit_code_4(tmi_db: TmiDb, tmp_path: Path) -> None:
    assert tmi_db("migrate", "status", dsn=f"host={tmp_path} dbname=x user=x").exit_code == 4


def test_pending_migrations_are_exit_code_3(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("migrate", "status", "--json", dsn=dsn)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["version"], found["pending"]) == (3, 0, HEAD)
    assert tmi_db("migrate", "up", dsn=dsn).exit_code == 0
    result = tmi_db("migrate", "status", "--json", dsn=dsn)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["version"], found["pending"]) == (0, HEAD, 0)
    assert set(found["migrations"][0]) == {"version", "name", "applied", "applied_at", "applied_by", "seconds"}


def test_people_read_a_table(tmi_db: TmiDb, dsn: str) -> None:
    tmi_db("migrate", "up", "--to", "1", dsn=dsn)
    result = tmi_db("migrate", "status", dsn=dsn)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["version", "name", "applied", "by", "seconds"]
    assert lines[1][:2] == ["001", "create_users"]
    assert lines[1][-2] == "postgres"
    assert lines[2] == ["002", "create_user_providers", "pending"]
    assert result.stderr == f"schema 'tmi' is at version 1 of {HEAD}\n"


def test_scripts_read_json_and_people_read_stderr(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("migrate", "up", "--to", "2", "--json", dsn=dsn)
    found = json.loads(result.stdout)
    assert {**found, "steps": len(found["steps"])} == {"schema": "tmi", "before": 0, "after": 2, "steps": 2}
    assert "up 002 create_user_providers" in result.stderr
    quiet = tmi_db("migrate", "up", "--to", "3", "--quiet", dsn=dsn)
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
    again = tmi_db("migrate", "up", "--to", "3", dsn=dsn)
    assert again.stderr == "schema 'tmi' is at version 3: there is nothing to do\n"


def test_a_dry_run_prints_sql_and_does_nothing(tmi_db: TmiDb, empty_database: Database) -> None:
    before = dump(empty_database.cluster, empty_database.name)
    result = tmi_db("migrate", "up", "--to", "1", "--dry-run", dsn=empty_database.dsn)
    assert (result.exit_code, result.stderr) == (0, "")
    assert 'SET search_path TO "tmi", pg_temp;' in result.stdout
    assert "CREATE TABLE users (" in result.stdout
    assert dump(empty_database.cluster, empty_database.name) == before


def test_a_step_back_says_what_is_lost_and_asks_only_at_a_terminal(tmi_db: TmiDb, dsn: str) -> None:
    tmi_db("migrate", "up", "--to", "14", dsn=dsn)
    result = tmi_db("migrate", "down", dsn=dsn)
    assert result.exit_code == 0
    assert "down 014 update_diagrams: Cells become text again; what stood in diagrams.metadata is lost" in result.stderr
    assert migrate.status(dsn).version == 13


@pytest.mark.parametrize(("answer", "version"), [("n\n", 1), ("y\n", 0)])
def test_at_a_terminal_a_step_back_is_asked_for(dsn: str, answer: str, version: int) -> None:
    migrate.up(dsn, to=1)
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "tmi_db", "migrate", "down", "--dsn", dsn]
    with subprocess.Popen(command, stdin=follower, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        os.write(leader, answer.encode())
        assert process.stderr
        told = process.stderr.read().decode()
    os.close(leader)
    os.close(follower)
    assert "Take this back in database" in told
    assert (process.returncode, migrate.status(dsn).version) == (int(answer == "n\n"), version)


def test_a_fleet_is_migrated_past_the_schema_that_fails(tmi_db: TmiDb, empty_database: Database) -> None:
    for schema in ("a", "b", "c"):
        migrate.up(empty_database.dsn, schema, to=1)
    with empty_database.connect() as admin:
        admin.execute("UPDATE b.schema_migrations SET dirty = true")
        result = tmi_db("migrate", "up", "--all-schemas", "--to", "2", "--json", dsn=empty_database.dsn)
        assert result.exit_code == 1
        assert [(row["schema"], row.get("after")) for row in json.loads(result.stdout)] == [
            ("a", 2),
            ("b", None),
            ("c", 2),
        ]
        assert "1 of 3 schemas were not migrated" in result.stderr
        admin.execute("UPDATE b.schema_migrations SET dirty = false")
    result = tmi_db("migrate", "up", "--all-schemas", "--to", "2", "--json", dsn=empty_database.dsn)
    assert [(row["schema"], row["before"], row["after"]) for row in json.loads(result.stdout)] == [
        ("a", 2, 2),
        ("b", 1, 2),
        ("c", 2, 2),
    ]


# init, schema, key, context


def test_init_says_what_it_does_and_what_it_leaves(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("init", "--schema", "acme", dsn=dsn)
    assert result.exit_code == 0
    assert "schema 'acme': owned by tmi_owner, closed to PUBLIC" in result.stderr
    assert result.stderr.count("left as it is without --lock-down") == 3
    assert "left as it is" not in tmi_db("init", "--schema", "acme", "--lock-down", dsn=dsn).stderr


def test_init_dry_run_prints_sql(tmi_db: TmiDb, dsn: str) -> None:
    result = tmi_db("init", "--dry-run", dsn=dsn)
    assert 'CREATE SCHEMA IF NOT EXISTS "tmi" AUTHORIZATION "tmi_owner";' in result.stdout
    assert tmi_db("schema", "list", "--json", dsn=dsn).stdout == "[]\n"


def test_a_login_is_let_in_as_something_that_exists(tmi_db: TmiDb, database: Database) -> None:
    result = tmi_db("schema", "grant", "test_stranger", "--as", "root", dsn=database.dsn)
    assert (result.exit_code, result.stderr) == (
        2,
        "error: --as is one of app, auth, report, maintenance, not root\n",
    )


def test_a_login_is_let_in_and_shut_out(tmi_db: TmiDb, database: Database) -> None:
    def logins() -> list[str]:
        return list(json.loads(tmi_db("schema", "list", "--json", dsn=database.dsn).stdout)[0]["logins"])

    planned = tmi_db("schema", "revoke", "test_app", "--dry-run", dsn=database.dsn)
    assert planned.stdout == 'REVOKE ALL ON SCHEMA "tmi" FROM "test_app";\n'
    assert "test_app" in logins()
    assert tmi_db("schema", "revoke", "test_app", dsn=database.dsn).exit_code == 0
    assert "test_app" not in logins()
    assert tmi_db("schema", "grant", "test_app", dsn=database.dsn).exit_code == 0
    assert "test_app" in logins()


@pytest.mark.parametrize("key", [None, "nonsense"])
def test_without_a_key_nobody_is_signed_for(tmi_db: TmiDb, key: str | None) -> None:
    result = tmi_db("context", "alice@example.com", key=key)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "TMI_DB_KEY" in result.stderr
    assert "nonsense" not in result.stderr


def test_a_context_makes_a_report_s_transaction_see_what_its_user_sees(tmi_db: TmiDb, database: Database) -> None:
    with database.connect() as admin, database.connect("report", autocommit=False) as report:
        admin.execute("INSERT INTO users (email, name) VALUES ('alice@example.com', 'A'), ('bob@example.com', 'B')")
        statement = tmi_db("context", "alice@example.com", key=KEY).stdout
        report.execute(statement.encode())
        assert report.execute("SELECT email FROM users").fetchall() == [("alice@example.com",)]


def test_keys_are_made_listed_without_their_secrets_and_retired(tmi_db: TmiDb, database: Database) -> None:
    made = tmi_db("key", "new", "next", dsn=database.dsn)
    assert made.exit_code == 0, made.stderr
    key = context.Key.parse(made.stdout)
    assert (made.exit_code, key.id) == (0, "next")
    listed = tmi_db("key", "list", "--json", dsn=database.dsn)
    assert [(row["id"], row["retired_at"]) for row in json.loads(listed.stdout)] == [("test", None), ("next", None)]
    assert made.stdout.strip().partition(".")[2] not in listed.stdout
    refused = tmi_db("key", "new", "third", dsn=database.dsn)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "two keys are live already" in refused.stderr
    assert tmi_db("key", "retire", "next", dsn=database.dsn).exit_code == 0
    assert json.loads(tmi_db("key", "list", "--json", dsn=database.dsn).stdout)[1]["retired_at"]


def test_a_schema_without_migrations_has_no_keys(tmi_db: TmiDb, dsn: str) -> None:
    tmi_db("init", dsn=dsn)
    result = tmi_db("key", "list", dsn=dsn)
    assert (result.exit_code, result.stderr) == (
        1,
        "error: schema 'tmi' has no keys yet\nhint: run `tmi-db migrate up`\n",
    )


# The page for DBAs


def test_every_command_of_the_upgrading_page_works(durable_cluster: Callable[..., Cluster], tmp_path: Path) -> None:
    server = durable_cluster()
    programs = os.pathsep.join((str(Path(sys.executable).parent), str(server.bin_dir), os.environ["PATH"]))
    blocks = re.findall(r"^```sh\n(.*?)^```$", UPGRADING.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path,
            env={"PATH": programs, "TMI_DB_DSN": server.dsn(), "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    assert migrate.status(server.dsn()).pending == 0
