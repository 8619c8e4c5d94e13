"""Fixtures of the tests that run servers and commands by themselves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="tmi-db-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)
