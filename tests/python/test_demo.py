"""The demo does what it says, and does it again."""

from __future__ import annotations

import json

import pytest
from support.database import Database
from tmi_db import demo

REFUSED = {
    ("Dave", "reads the model"): "TM404",
    ("Dave", "reads a threat by its id"): "TM404",
    ("Bob", "changes a threat"): "TM403",
    ("Bob", "adds threats"): "TM403",
    ("Alice", "changes it by what she read before"): "TM412",
    ("Carol", "rates a threat \u201cdreadful\u201d"): "23514",
    ("Carol", "makes herself owner"): "TM403",
    ("Carol", "deletes the model"): "TM403",
    ("Alice", "gives up her own role"): "TM409",
    ("a forger", "calls with a key of his own"): "TM401",
}
ALLOWED = {
    ("Bob", "reads the model"),
    ("Carol", "adds 25 threats at once"),
    ("Carol", "deletes one of them"),
    ("Carol", "changes a threat"),
}


@pytest.mark.parametrize("runs", [1, 2])
def test_the_demo_tells_the_same_story_each_time(empty_database: Database, runs: int) -> None:
    for _ in range(runs):
        told: list[str] = []
        story = demo.run(empty_database.dsn, "tmi", told.append)
    assert {(attempt.who, attempt.what): attempt.refused for attempt in story.attempts if attempt.refused} == REFUSED
    assert {(attempt.who, attempt.what) for attempt in story.attempts if not attempt.refused} == ALLOWED
    assert all(counts.cached == counts.counted for counts in story.counts)
    assert [counts.cached[1] for counts in story.counts] == [47, 71, 1071, 71]
    assert [(seen.who, seen.role) for seen in story.seen] == [
        ("Alice", "owner"),
        ("Bob", "reader"),
        ("Carol", "writer"),
    ]
    assert told[0] == "migrating"


def test_the_document_of_the_demo_is_of_real_size() -> None:
    document = json.loads(demo.document().read_text(encoding="utf-8"))
    diagrams = document["detail"]["diagrams"]
    cells = [cell for diagram in diagrams for cell in diagram["cells"]]
    threats = [threat for cell in cells for threat in cell["data"].get("threats", [])]
    assert len(diagrams) >= 3
    assert len(cells) >= 60
    assert len(threats) >= 40
