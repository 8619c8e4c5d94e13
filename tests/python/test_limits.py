"""The page of limits says what SQL and Python enforce: all of it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.database import Connection
from tmi_db import context, documents
from tmi_db.context import Key
from tmi_db.generate import rule

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "limits.md"
FUNCTIONS = {path.stem: path.read_text() for path in (PROJECT / "sql" / "functions").rglob("*.sql")}


def page_table(heading: str) -> list[list[str]]:
    """Read a table of the page: its rows, each as its cells."""
    lines = PAGE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def number(text: str) -> str:
    """Write a limit as the code does: `8 MB` is 8388608, `1,000 items` is 1000."""
    amount, _, unit = text.replace(",", "").partition(" ")
    return str(int(amount) << 20) if unit == "MB" else amount


def test_everything_that_can_be_too_large_is_on_the_page() -> None:
    raising = {name for name, text in FUNCTIONS.items() if re.search(r"RAISE EXCEPTION[^;]*ERRCODE = 'TM413'", text)}
    listed = {name for row in page_table("a call") for name in re.findall(r"`(\w+)`", row[2])}
    assert listed == raising


@pytest.mark.parametrize("row", page_table("a call"), ids=lambda row: row[0])
def test_a_limit_of_calls_is_what_the_functions_enforce(row: list[str]) -> None:
    for name in re.findall(r"`(\w+)`", row[2]):
        code = FUNCTIONS[name].partition("\nCOMMENT ON")[0]
        refused = re.findall(r"(?:IF|ELSIF)\s([^;]*?)\sTHEN\s+RAISE EXCEPTION '([^']*)'[^;]*ERRCODE = 'TM413'", code)
        matching = [condition for condition, message in refused if row[1].split()[0] in message]
        assert matching, f"{name} says nothing of {row[1]}"
        assert any(number(row[1]) in re.findall(r"\d+", condition) for condition in matching)


@pytest.mark.parametrize("row", page_table("a duration"), ids=lambda row: row[0])
def test_a_duration_is_what_the_functions_say(row: list[str], conn: Connection) -> None:
    what, shortest, longest, default, function = row
    code = FUNCTIONS[function.strip("`")]
    comment = code.partition("\nCOMMENT ON")[2]
    assert what
    for words in (shortest, longest):
        assert words == "" or words in comment
    assert default == "" or f"DEFAULT '{default}'" in code


def test_a_context_and_a_document_are_as_short_in_python_as_the_page_says() -> None:
    page = PAGE.read_text()
    assert f"at most {context.MAXIMUM_TTL} seconds" in page
    assert number("64 MB") == str(documents._LARGEST_BYTES)
    assert f"nested at most {documents._DEEPEST}" in page


def test_every_rule_for_a_value_is_on_the_page(conn: Connection) -> None:
    checks = conn.execute(
        "SELECT c.conrelid::regclass::text, pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c"
        " WHERE c.connamespace = 'tmi'::regnamespace AND c.contype = 'c' ORDER BY 1, c.conname"
    )
    lengths = conn.execute(
        "SELECT t.tgrelid::regclass::text, t.tgargs FROM pg_trigger t WHERE t.tgfoid = 'tmi._row_lengths'::regproc"
    )
    demanded = [(table, rule(expression)) for table, expression in checks]
    for table, arguments in lengths:
        words = arguments.decode().split("\0")
        demanded += [
            (table, f"{column} has at most {limit} characters")
            for column, limit in zip(words[::2], words[1::2], strict=False)
        ]
    assert sorted((table, words.strip("`")) for table, words in page_table("a table")) == sorted(demanded)


def test_a_key_has_an_id_that_the_database_takes_and_no_longer_one(conn: Connection) -> None:
    longest = "a" * 32
    pads = (bytes(64), bytes(64))
    conn.execute("INSERT INTO context_keys (id, inner_pad, outer_pad) VALUES (%s, %s, %s)", (longest, *pads))
    assert Key(longest, bytes(32)).id == longest
    with pytest.raises(ValueError, match="1 to 32"):
        Key(longest + "a", bytes(32))
