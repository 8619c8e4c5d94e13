"""The page on drift says what works: its commands are run, and its words are those of the program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import database as databases
from support.cluster import Cluster
from support.database import ROOT
from tmi_db.drift import Report
from tmi_db.drift_report import as_data
from tmi_db.ignoring import read
from tmi_db.severity import Severity

PAGE = (ROOT / "docs" / "drift.md").read_text()
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]
# Without drift there is nothing to keep, which is an error and not a success.
CODES = {"tmi-db drift --write-migration keep_it": 1}


@pytest.fixture(scope="module")
def live(cluster: Cluster) -> databases.Database:
    database = databases.create(cluster)
    databases.install(database, how="chain")
    return database


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_run(command: str, live: databases.Database, tmp_path: Path) -> None:
    environment = os.environ | {"TMI_DB_DSN": live.dsn, "PYTHONPATH": str(ROOT / "python")}
    arguments = [sys.executable, "-m", "tmi_db", *command.split()[1:]]
    done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == CODES.get(command, 0), done.stdout + done.stderr


def test_it_names_every_field_and_every_severity() -> None:
    fields = as_data(Report("tmi", "db", 150000, 1, 1, [], "a test", [], []))
    for name in [*fields, *Severity]:
        assert f"`{name}`" in PAGE or f"| {name} |" in PAGE or f"`{name}[]" in PAGE, name


def test_its_ignore_file_is_one(tmp_path: Path) -> None:
    found = re.search(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    (tmp_path / "drift.toml").write_text(found[1])
    (entry,) = read(tmp_path / "drift.toml")
    assert entry.object == "membership dba in tmi_owner"
