"""The page for service authors says what works: its snippets are run, one after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import database as databases

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_snippets_work_from_the_first_to_the_last(
    database: databases.Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMI_DB_DSN", database.dsn_for("app"))
    monkeypatch.setenv("TMI_AUTH_DSN", database.dsn_for("auth"))
    monkeypatch.setenv("TMI_DB_KEY", databases.KEY)
    text = PAGE.read_text()
    names: dict[str, Any] = {"__name__": "page"}
    found = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(found) == text.count("```python")
    for snippet in found:
        line = text.count("\n", 0, snippet.start(1))
        exec(compile("\n" * line + snippet[1], str(PAGE), "exec"), names)
    assert "Forbidden TM403 None" in capsys.readouterr().out


def test_every_exception_that_the_page_names_can_be_imported_from_the_package() -> None:
    import tmi_db

    for name in re.findall(r"`(?:tmi_db\.)?([A-Z]\w+[a-z]\w*)`", PAGE.read_text()):
        assert hasattr(tmi_db, name) or name == "UUID", name
