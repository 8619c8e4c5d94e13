"""The command line: what it says, where it says it, and the code it ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from support.cluster import Cluster
from tmi_db.cli import app
from tmi_db.cli.common import connect, resolve_dsn
from tmi_db.server import Server
from tmi_db.tool import ToolError

SECRET = "c0rrect-horse"

DATABASE_VARIABLES = (
    "TMI_DB_DSN",
    "DATABASE_URL",
    "PGSERVICE",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run tmi-db with nothing in its environment but what is said here."""
    return subprocess.run(
        [sys.executable, "-m", "tmi_db", *arguments],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk through all groups and commands."""
    command = command or typer.main.get_command(app)
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))


@pytest.fixture
def guarded(durable_cluster: Callable[..., Cluster]) -> Cluster:
    """A server that wants a password of everybody but its superuser."""
    cluster = durable_cluster()
    cluster.execute(f"CREATE ROLE alice LOGIN PASSWORD '{SECRET}'")
    (cluster.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    cluster.execute("SELECT pg_reload_conf()")
    return cluster


@pytest.fixture
def embedded(folder: Path) -> Iterator[Server]:
    server = Server(folder / "data", durable=False)
    yield server
    server.destroy()


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("frobnicate",),
            ("--frobnicate",),
            ("server",),
            ("server", "status", "--frobnicate"),
            ("server", "stop", "x"),
        ],
    )
    def test_what_is_not_a_command_ends_with_2(self, arguments: tuple[str, ...]) -> None:
        answer = run(*arguments)
        assert answer.returncode == 2
        assert "Traceback" not in answer.stderr

    @pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
    def test_every_command_explains_itself_and_its_options(self, path: tuple[str, ...]) -> None:
        command = dict(commands())[path]
        assert command.help
        assert [option.name for option in command.params if not getattr(option, "help", None)] == []

    def test_the_version_is_that_of_the_package(self) -> None:
        from tmi_db import __version__

        assert run("--version").stdout == f"{__version__}\n"


class TestConnecting:
    """Each failure is one sentence on stderr, and nothing on stdout."""

    @pytest.mark.parametrize(
        "dsn", ["host=/nowhere", "postgresql://127.0.0.1:1/tmi", "host=nowhere.invalid"], ids=["socket", "port", "name"]
    )
    def test_a_server_that_does_not_answer(self, dsn: str) -> None:
        answer = run("migrate", "status", TMI_DB_DSN=dsn)
        assert answer.returncode == 4
        assert answer.stdout == ""
        error, hint = answer.stderr.splitlines()
        assert error.startswith("error: cannot connect to ")
        assert error.endswith(": no server answers there")
        assert hint.startswith("hint: ")

    def test_a_wrong_password(self, guarded: Cluster) -> None:
        answer = run("migrate", "status", TMI_DB_DSN=f"{guarded.dsn(user='alice')} password=wr0ng-horse")
        assert answer.returncode == 4
        assert "refuses the login of user alice" in answer.stderr
        assert "wr0ng-horse" not in answer.stderr + answer.stdout

    def test_no_password(self, guarded: Cluster) -> None:
        answer = run("migrate", "status", TMI_DB_DSN=guarded.dsn(user="alice"))
        assert answer.returncode == 4
        assert "user alice needs a password" in answer.stderr

    def test_no_such_database_and_no_such_role(self, cluster: Cluster) -> None:
        assert "there is no database nowhere" in run("migrate", "status", "--dsn", cluster.dsn("nowhere")).stderr
        answer = run("migrate", "status", "--dsn", cluster.dsn(user="mallory"))
        assert "there is no role mallory" in answer.stderr
        assert answer.returncode == 4

    def test_a_server_that_says_something_unforeseen_is_quoted(self, cluster: Cluster) -> None:
        cluster.execute("CREATE DATABASE closed ALLOW_CONNECTIONS false")
        answer = run("migrate", "status", "--dsn", cluster.dsn("closed"))
        assert answer.returncode == 4
        assert 'database "closed" is not currently accepting connections' in answer.stderr

    @pytest.mark.parametrize(
        "dsn",
        [
            f"mysql://alice:{SECRET}@example.com/tmi",
            f"postgresql://alice:{SECRET}%zz@example.com/tmi",
            f"postgresql://alice:p@{SECRET}@example.com/tmi",
            f"password={SECRET} host",
        ],
    )
    @pytest.mark.parametrize("source", ["TMI_DB_DSN", "DATABASE_URL"])
    def test_a_malformed_connection_string_is_not_repeated(self, dsn: str, source: str) -> None:
        answer = run("migrate", "status", **{source: dsn})
        assert answer.returncode == 2
        assert answer.stderr.startswith(f"error: {source}")
        assert SECRET not in answer.stderr + answer.stdout


class TestChoosing:
    @pytest.fixture(autouse=True)
    def nothing_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in DATABASE_VARIABLES:
            monkeypatch.delenv(variable, raising=False)

    def test_the_option_wins_over_the_variables_and_these_in_their_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGHOST", "/libpq")
        assert resolve_dsn() == ""
        monkeypatch.setenv("DATABASE_URL", "postgresql:///url")
        assert resolve_dsn() == "postgresql:///url"
        monkeypatch.setenv("TMI_DB_DSN", "dbname=own")
        assert resolve_dsn() == "dbname=own"
        assert resolve_dsn("dbname=given") == "dbname=given"

    @pytest.mark.parametrize("variable", DATABASE_VARIABLES[2:])
    def test_each_variable_of_libpq_chooses_a_server(self, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
        monkeypatch.setenv(variable, "5432")
        assert resolve_dsn() == ""

    def test_libpqs_variables_are_enough_to_connect(self, monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> None:
        monkeypatch.setenv("PGHOST", cluster.host)
        monkeypatch.setenv("PGUSER", cluster.user)
        with connect() as connection:
            assert connection.info.dbname == "postgres"
            assert not connection.autocommit

    def test_the_embedded_server_serves_where_nothing_was_chosen(
        self, monkeypatch: pytest.MonkeyPatch, embedded: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TMI_DB_DATA", str(embedded.home))
        with connect(autocommit=True) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("tmi",)
        spoken = capsys.readouterr()
        assert str(embedded.home) in spoken.err
        assert spoken.out == ""
        connect().close()
        assert capsys.readouterr().err == ""

    def test_a_server_that_cannot_start_is_no_failure_to_connect(
        self, monkeypatch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        (folder / "letter.txt").write_text("dear")
        monkeypatch.setenv("TMI_DB_DATA", str(folder))
        with pytest.raises(ToolError) as caught:
            connect()
        assert caught.value.exit_code == 1


class TestServer:
    def test_destroying_asks_first(self, embedded: Server) -> None:
        embedded.start()
        answer = run("server", "destroy", TMI_DB_DATA=str(embedded.home))
        assert answer.returncode == 1
        assert "Remove all data" in answer.stderr
        assert embedded.status().running

    def test_a_dry_run_destroys_nothing(self, embedded: Server) -> None:
        embedded.start()
        answer = run("server", "destroy", "--dry-run", "--data-dir", str(embedded.home))
        assert answer.returncode == 0
        assert str(embedded.home) in answer.stderr
        assert embedded.status().running

    def test_from_start_to_destruction(self, embedded: Server) -> None:
        home = str(embedded.home)
        assert json.loads(run("server", "status", "--json", TMI_DB_DATA=home).stdout)["running"] is False
        started = run("server", "start", TMI_DB_DATA=home)
        assert started.stdout == f"{embedded.dsn()}\n"
        assert home in started.stderr
        status = json.loads(run("server", "status", "--json", TMI_DB_DATA=home).stdout)
        found = embedded.status()
        assert status == {
            "running": True,
            "pid": found.pid,
            "version": found.version,
            "data_dir": home,
            "dsn": embedded.dsn(),
        }
        assert str(found.pid) in run("server", "status", TMI_DB_DATA=home).stdout
        stopped = run("server", "stop", "--quiet", TMI_DB_DATA=home)
        assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, "", "")
        assert "no server runs" in run("server", "stop", TMI_DB_DATA=home).stderr
        assert run("server", "destroy", "--yes", TMI_DB_DATA=home).returncode == 0
        assert not embedded.home.exists()

    def test_psql_sees_the_schema_of_the_embedded_server(self, embedded: Server) -> None:
        shown = run(
            "server", "psql", "--schema", 'a "b\\c', "--", "-XAtc", "SHOW search_path", TMI_DB_DATA=str(embedded.home)
        )
        assert shown.stdout == '"a ""b\\c",pg_temp\n'

    def test_psql_is_handed_the_password_where_others_cannot_read_it(self, guarded: Cluster) -> None:
        dsn = f"{guarded.dsn(user='alice')} password={SECRET} sslmode=disable keepalives=0"
        shown = run(
            "server", "psql", "--", "-XAtc", "SELECT current_user", "-c", "\\! tr '\\0' ' ' < /proc/$PPID/cmdline",
            TMI_DB_DSN=dsn,
        )  # fmt: skip
        assert shown.stdout.startswith("alice\n"), shown.stderr
        assert "keepalives=0" in shown.stdout
        assert SECRET not in shown.stdout


class TestColour:
    def test_errors_are_coloured_where_that_is_wanted(self) -> None:
        assert "\x1b[" in run("migrate", "status", "--dsn", "host=/nowhere", FORCE_COLOR="1").stderr

    def test_nothing_is_coloured_or_emboldened_with_no_color(self) -> None:
        answer = run("migrate", "status", "--dsn", "host=/nowhere", FORCE_COLOR="1", NO_COLOR="1")
        assert answer.stderr.startswith("error: ")
        assert "\x1b" not in answer.stderr

    def test_a_pipe_gets_no_colour(self) -> None:
        assert "\x1b" not in run("migrate", "status", "--dsn", "host=/nowhere").stderr


class TestFailures:
    def test_a_refusal_of_the_database_is_one_sentence(self, cluster: Cluster) -> None:
        cluster.execute("CREATE ROLE passer_by LOGIN")
        answer = run("init", "--quiet", "--dsn", cluster.dsn(user="passer_by"))
        assert answer.returncode == 1
        assert answer.stderr.startswith("error: ")
        assert "Traceback" not in answer.stderr

    def test_debugging_shows_where_a_failure_comes_from(self) -> None:
        answer = run("migrate", "status", "--dsn", "host=/nowhere", TMI_DB_DEBUG="1")
        assert "Traceback" in answer.stderr
        assert answer.returncode != 0
