"""Documents from files: each whole or not at all, and in words when not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.database import Database
from tmi_db import demo
from tmi_db.documents import read_document
from tmi_db.tool import ToolError

SURROGATE = '{"summary": {"title": "\\ud800"}}'
CORPUS = os.environ.get("TMI_TEST_CORPUS")
"""A folder of Threat Dragon documents of version 2 to try as well; CI names one."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(database: Database) -> Run:
    """`run("import", file)` runs tmi-db on a fresh database, where Alice has an account."""
    with database.connect() as conn:
        conn.execute("SELECT tap.add_user('alice')")

    def tmi_db(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tmi_db", *map(str, arguments)],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMI_DB_DSN": database.dsn, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return tmi_db


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def numbers(document: Any) -> dict[str, int]:
    """Count what a document holds."""
    diagrams = document["detail"].get("diagrams", [])
    cells = [cell for diagram in diagrams for cell in diagram.get("cells", [])]
    threats = [threat for cell in cells for threat in (cell.get("data") or {}).get("threats") or []]
    return {"diagrams": len(diagrams), "cells": len(cells), "threats": len(threats)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "not UTF-8 text, see byte 0"),
        (b"", "not JSON, see line 1, column 1"),
        (b'{"summary": ', "not JSON, see line 1"),
        (b'{"score": NaN}', "NaN is no JSON number"),
        (b'{"summary": {"title": "a\\u0000b"}}', "$.summary.title holds a NUL character"),
        (b'{"a": [1, {"\\u0000": 2}]}', "$.a[1] has a key with a NUL character"),
        (SURROGATE.encode(), "$.summary.title holds half of a surrogate pair"),
        (b"[" * 101 + b"]" * 101, "is nested more than 100 levels deep"),
        (b"[" * 200_000, "more than 100 levels deep"),
    ],
)
def test_what_no_database_can_hold_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(content)
    with pytest.raises(ToolError) as caught:
        read_document(file)
    assert caught.value.message.startswith(f"{file}: ")
    assert said in caught.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no such file"):
        read_document(tmp_path / "nothing.json")


def test_a_hundred_levels_are_read(tmp_path: Path) -> None:
    text = "[" * 100 + "]" * 100
    assert read_document(write(tmp_path / "deep.json", text)) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), inner)
        ),
    )
)
def test_every_other_json_is_read_as_it_is(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    text = json.dumps(document)
    assert read_document(write(tmp_path_factory.mktemp("documents") / "model.json", text)) == text


def test_nothing_is_imported_for_somebody_who_does_not_exist(run: Run) -> None:
    done = run("import", demo.document(), "--as", "ghost@example.com")
    assert done.returncode == 1
    assert "user not found" in done.stderr
    assert done.stdout == ""


def test_a_forged_key_imports_nothing(run: Run) -> None:
    done = run("import", demo.document(), "--as", "alice@example.com", TMI_DB_KEY="forged." + "A" * 43)
    assert done.returncode == 1
    assert "no valid identity" in done.stderr


def test_an_unknown_format_and_a_document_of_another_kind_are_refused(run: Run, tmp_path: Path) -> None:
    other = write(tmp_path / "other.json", '{"otmVersion": "0.2.0"}')
    for arguments in ((other,), (demo.document(), "--format", "yaml")):
        done = run("import", *arguments, "--as", "alice@example.com")
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr


def test_one_bad_file_keeps_no_other_from_being_imported_and_is_told_by_name(run: Run, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.json", "{}")
    done = run("import", bad, demo.document(), "--as", "alice@example.com", "--json")
    assert done.returncode == 1
    refused, imported = json.loads(done.stdout)
    assert str(bad) in refused["error"]
    assert imported["created"] == numbers(json.loads(demo.document().read_text(encoding="utf-8")))
    assert "1 of 2 files could not be imported" in done.stderr


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(run: Run, database: Database) -> None:
    done = run("import", demo.document(), "--as", "alice@example.com", "--dry-run", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["created"]["threats"] == 47
    with database.connect() as conn:
        assert conn.execute("SELECT count(*) FROM threat_models").fetchone() == (0,)


def test_whatever_is_in_a_document_comes_to_be_and_is_counted(run: Run, database: Database, key: str) -> None:
    files = [demo.document(), *(sorted(Path(CORPUS).glob("*.json")) if CORPUS else [])]
    done = run("import", *files, "--as", "alice@example.com", "--json", TMI_DB_KEY=key)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert len(results) == len(files)
    with database.connect() as conn:
        for file, result in zip(files, results, strict=True):
            expected = numbers(json.loads(file.read_text(encoding="utf-8-sig")))
            assert result["created"] == expected, file
            row = conn.execute(
                """
                SELECT m.owner_email, m.diagram_count, m.threat_count,
                  (SELECT coalesce(sum(jsonb_array_length(d.cells)), 0) FROM diagrams d WHERE d.threat_model_id = m.id),
                  (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id)
                FROM threat_models m
                WHERE m.id = %s
                """,
                [result["threat_model_id"]],
            ).fetchone()
            assert row == (
                "alice@example.com",
                expected["diagrams"],
                expected["threats"],
                expected["cells"],
                expected["threats"],
            ), file
