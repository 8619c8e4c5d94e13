"""What a newcomer relies on: setting up refuses in words, the lock is whole, and make explains itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[2]
LOCK = (PROJECT / "requirements.lock").read_text()
MAKEFILE = (PROJECT / "Makefile").read_text()


@pytest.fixture
def set_up(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run tools/setup in an empty project, with a python3 that does what the given shell script says."""
    (tmp_path / "tools").mkdir()
    shutil.copy(PROJECT / "tools" / "setup", tmp_path / "tools" / "setup")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "dirname", "cat"):
        (programs / name).symlink_to(shutil.which(name) or name)

    def run(python3: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (programs / "python3").write_text(f"#!/bin/sh\n{python3}\n")
        (programs / "python3").chmod(0o755)
        return subprocess.run(
            [tmp_path / "tools" / "setup"],
            env={"PATH": str(programs), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


Setup = Callable[..., subprocess.CompletedProcess[str]]


class TestSetup:
    def test_an_old_python_is_refused_with_what_to_install(self, set_up: Setup) -> None:
        answer = set_up('[ "$1" = --version ] && echo Python 3.9.2 && exit; exit 1')
        assert answer.returncode == 1
        assert "Python 3.11, 3.12 or 3.13 is needed, and python3 is Python 3.9.2" in answer.stderr
        assert "apt-get install python3" in answer.stderr

    def test_a_python_that_was_chosen_and_does_not_suit_is_refused_by_name(self, set_up: Setup) -> None:
        answer = set_up(f'exec {sys.executable} "$@"', PYTHON="/nowhere/python3")
        assert answer.returncode == 1
        assert answer.stderr == "setup: /nowhere/python3 is not Python 3.11, 3.12 or 3.13\n"

    def test_a_python_that_cannot_install_anything_is_refused_with_what_to_install(self, set_up: Setup) -> None:
        answer = set_up(f'case "$*" in *ensurepip*|*pip*) exit 1;; esac; exec {sys.executable} "$@"')
        assert answer.returncode == 1
        assert "neither uv nor pip nor Python's ensurepip is here" in answer.stderr
        assert "apt-get install python3-venv" in answer.stderr

    def test_what_failed_is_shown_and_nothing_is_taken_for_complete(self, set_up: Setup, tmp_path: Path) -> None:
        (tmp_path / "requirements.lock").write_text("no such thing\n")
        answer = set_up(f'exec {Path(sys.executable).resolve()} "$@"')
        assert answer.returncode == 1
        assert "no such thing" in answer.stderr
        assert "could not install the packages" in answer.stderr
        assert not (tmp_path / ".venv" / ".complete").exists()


class TestLock:
    def test_every_package_has_a_hash_and_no_source(self) -> None:
        pins = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", LOCK, re.MULTILINE | re.DOTALL)
        assert len(pins) > 20
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK)

    def test_it_holds_what_the_project_asks_for(self) -> None:
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
        pinned = dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", LOCK, re.MULTILINE))
        extras = project["optional-dependencies"].values()
        wanted = [Requirement(each) for group in (project["dependencies"], *extras) for each in group]
        for requirement in wanted:
            if requirement.name != project["name"]:
                version = pinned[re.sub(r"[-_.]+", "-", requirement.name).lower()]
                assert requirement.specifier.contains(version), requirement


class TestMake:
    def test_it_lists_every_target_with_a_line(self) -> None:
        listed = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
        targets = re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.MULTILINE)
        assert len(targets) > 10
        for target in targets:
            assert re.search(rf"^  {target} +\S", listed, re.MULTILINE), target

    def test_every_generated_thing_can_be_verified(self) -> None:
        generated = set(re.findall(r"^generate(/\w+)?:", MAKEFILE, re.MULTILINE))
        assert generated > {""}
        assert generated == set(re.findall(r"^verify(/\w+)?:", MAKEFILE, re.MULTILINE))

    def test_ci_runs_what_the_readme_says(self) -> None:
        ci = PROJECT / ".ci" / "run"
        assert os.access(ci, os.X_OK)
        for target in ("lint", "verify", "test"):
            assert re.search(rf"^make {target}\b", ci.read_text(), re.MULTILINE)
