"""The page on changing the schema says what works: its examples are applied and its commands run, in a copy."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cluster import Cluster
from support.database import Database, create

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "contributing.md"
BLOCK = re.compile(r"^```(?P<language>sh|sql)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# Run by the whole of the tests; here it would run for a minute and find what the copy's example changed.
RUN_ELSEWHERE = "make test ARGS=tests/migrations/test_gates.py"


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Database]:
    database = create(cluster)
    yield database
    database.drop()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts of the project that the page is about."""
    for folder in ("python", "sql", "tools"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("Makefile", ".squawk.toml", "pyproject.toml"):
        shutil.copy(PROJECT / file, tmp_path / file)
    return tmp_path


def run(command: str, copy: Path, server: Database) -> str:
    """Run a line of the page in the copy; make says what it would run, since the environment is that of the project."""
    if command.startswith("make "):
        arguments = command.split()
        said = subprocess.run([*arguments, "--dry-run"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
        command = "\n".join(line for line in said.splitlines() if line.strip().startswith(".venv/bin/"))
        assert command, f"{arguments} runs nothing: {said}"
    command = re.sub(r"(?<!\S)\.venv/bin/(\S+)", lambda match: program(match[1]), command)
    environment = os.environ | {"PYTHONPATH": str(copy / "python"), "TMI_DB_DSN": server.dsn}
    done = subprocess.run(
        ["sh", "-ec", command], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def program(name: str) -> str:
    """The program of the environment; the copy's own command line, since that finds the SQL files beside it."""
    return f"{sys.executable} -m tmi_db" if name == "tmi-db" else str(Path(sys.executable).parent / name)


def test_the_page_works_from_its_beginning_to_its_end(copy: Path, server: Database) -> None:
    run("make migration NAME=catch_up", copy, server)
    commands, said = [], {}
    for block in BLOCK.finditer(PAGE.read_text()):
        if block["language"] == "sql":
            first, _, text = block["text"].partition("\n")
            with (copy / first.removeprefix("-- append to ")).open("a") as file:
                file.write(text)
            continue
        for command in block["text"].splitlines():
            commands.append(command)
            if command != RUN_ELSEWHERE:
                said[command] = run(command, copy, server)
    assert RUN_ELSEWHERE in commands
    assert (PROJECT / "tests" / "migrations" / "test_gates.py").exists()
    (up,) = (copy / "sql" / "migrations").glob("*_index_threats_by_status.up.sql")
    assert "CREATE INDEX idx_threats_threat_model_id_status" in up.read_text()
    assert up.name in said["make migration NAME=index_threats_by_status"]
    assert "there is nothing to write" in said["make migration NAME=nothing"]


def test_the_files_that_it_names_are_there() -> None:
    text = PAGE.read_text()
    for path in re.findall(r"`((?:sql|tests|tools|docs)/[a-z_./]+)`", text):
        assert (PROJECT / path).exists(), path
    for target in re.findall(r"`(?:[A-Z_]+=\w+ )?make ([a-z/-]+)", text):
        assert re.search(rf"^{target}:.*##", (PROJECT / "Makefile").read_text(), re.MULTILINE), target
