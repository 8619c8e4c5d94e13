"""Splitting SQL into statements: where psql and the server would, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tmi_db.sql_files import sql_root
from tmi_db.statements import split

SQL_FILES = sorted(sql_root().rglob("*.sql"))

# Semicolons, and what can hide or bare them.
NASTY = [
    "",
    ";",
    "'",
    "''",
    '"',
    '""',
    "\\",
    "\\'",
    "$$",
    "$a$",
    "$1",
    "--",
    "/*",
    "*/",
    "(",
    ")",
    "\n",
    "\r",
    "é",
    " ",
    "e",
]
nasty = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)


def plain(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def unicode_escaped(text: str) -> str:
    return "U&'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def continued(text: str) -> str:
    """A literal in two parts: the second is read by the rules of the first."""
    return f"E'{''.join(c for c in text if c.isalnum())}' -- ; '\n {escaped(text)[1:]}"


def dollar(text: str) -> str:
    return f"$tag${text.replace('$tag$', '')}$tag$"


def name(text: str) -> str:
    return '"x' + text.replace('"', '""') + '"'


def line_comment(text: str) -> str:
    return "--" + text.replace("\n", "").replace("\r", "") + "\n"


def block_comment(text: str) -> str:
    inner = text.replace("/*", "").replace("*/", "").replace("*", "").replace("/", "")
    return f"/*{inner}/* {inner} ; */{inner}*/"


literals = st.one_of(*(nasty.map(form) for form in (plain, escaped, unicode_escaped, continued, dollar)))
gaps = st.lists(
    st.one_of(st.sampled_from([" ", "\n", "\t", "\r\n", "\f"]), nasty.map(line_comment), nasty.map(block_comment)),
    min_size=1,
    max_size=3,
).map("".join)


@st.composite
def statement(draw: st.DrawFn) -> str:
    """Valid SQL of many forms, with something nasty wherever a literal, a name or a gap can stand."""
    gap, literal, identifier = draw(gaps), draw(literals), draw(nasty.map(name))
    return draw(
        st.sampled_from(
            [
                f"SELECT{gap}{literal}",
                f"SELECT{gap}({literal},{gap}{literal}){gap}AS{gap}{identifier}",
                f"SELECT 1{gap}AS{gap}e$a$b{gap}",
                f"SELECT{gap}$1{gap}+ $2",
                f"SELECT 2{gap}- 1 * 3 /{gap}4",
                f"CREATE{gap}RULE r AS ON INSERT TO t DO ALSO (SELECT{gap}{literal};{gap}SELECT 2;)",
                f"DO{gap}{literal}",
                f"COMMENT{gap}ON TABLE{gap}{identifier}{gap}IS {literal}",
                f"CREATE{gap}FUNCTION f(){gap}RETURNS int LANGUAGE plpgsql AS $b$BEGIN{gap}RETURN 1; END$b$",
                f"CREATE FUNCTION f(){gap}BEGIN{gap}ATOMIC SELECT CASE WHEN true THEN 1 END;{gap}SELECT 2; END",
                f"CREATE OR{gap}REPLACE PROCEDURE p() BEGIN ATOMIC{gap}SELECT {literal}; END",
                f"BEGIN{gap}",
                f"SELECT{gap}CASE WHEN true THEN 1 END",
                f"CREATE TABLE{gap}{identifier} (a int DEFAULT (1){gap})",
            ]
        )
    )


def meaning(text: str) -> list[tuple[str, str]]:
    """The tokens of the server's lexer, comments left out."""
    return [
        (token.name, text[token.start : token.end + 1])
        for token in pglast.parser.scan(text)
        if token.name not in ("SQL_COMMENT", "C_COMMENT")
    ]


@given(st.lists(statement(), max_size=5), gaps, st.booleans())
def test_statements_end_where_the_server_s_parser_ends_them(parts: list[str], gap: str, last: bool) -> None:
    text = gap + f"{gap};{gap}".join(parts) + (";" if last else "") + gap
    assert [meaning(found.text) for found in split(text)] == [meaning(part) for part in pglast.split(text)]


@given(nasty, nasty)
def test_no_text_at_all_makes_it_fail_or_lose_a_statement(before: str, after: str) -> None:
    text = f"{before}SELECT 1{after}"
    found = split(text)
    assert all(part.text in text for part in found)
    assert "SELECT 1" in "".join(part.text for part in found) or any(hide in before for hide in ("--", "/*"))


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: str(path.relative_to(sql_root())))
def test_every_sql_file_is_split_where_the_server_s_parser_splits_it(path: Path) -> None:
    text = path.read_text()
    assert [meaning(part.text) for part in split(text)] == [meaning(part) for part in pglast.split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ;; -- nothing;\n /* ; */ ;", []),
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("-- why\nSELECT 1 -- because;\n;", ["SELECT 1"]),
        (r"SELECT 'a\'; SELECT 2", [r"SELECT 'a\'", "SELECT 2"]),
        (r"SELECT E'a\'; SELECT 2'", [r"SELECT E'a\'; SELECT 2'"]),
        (r"SELECT namee'a\'; SELECT 2", [r"SELECT namee'a\'", "SELECT 2"]),
        ("SELECT a$b$; SELECT c$b$", ["SELECT a$b$", "SELECT c$b$"]),
        ("SELECT $b$; $$ $a$ $b$; SELECT 2", ["SELECT $b$; $$ $a$ $b$", "SELECT 2"]),
        ("SELECT 1 /* /* ; */ ; */; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 --\r; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT\u00a0; SELECT 2", ["SELECT\u00a0", "SELECT 2"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"],
        ),
        ("BEGIN; SELECT 1; END", ["BEGIN", "SELECT 1", "END"]),
        ("SELECT 'open; SELECT 2", ["SELECT 'open; SELECT 2"]),
        (r"SELECT E'open\'; SELECT 2\ "[:-1], [r"SELECT E'open\'; SELECT 2\ "[:-1]]),
        ("SELECT $a$ open; SELECT 2", ["SELECT $a$ open; SELECT 2"]),
        ("SELECT (1; SELECT 2", ["SELECT (1; SELECT 2"]),
        ("SELECT 1); SELECT 2", ["SELECT 1)", "SELECT 2"]),
    ],
)
def test_a_semicolon_counts_only_where_psql_counts_it(text: str, expected: list[str]) -> None:
    assert [part.text for part in split(text)] == expected


def test_a_statement_knows_the_line_on_which_it_begins() -> None:
    parts = split("-- one\n\nSELECT 1;\n/* four\n five */ SELECT\n  2;\nSELECT 3")
    assert [part.line for part in parts] == [3, 5, 7]
    assert parts[1].line_at(parts[1].text.index("2") + 1) == 6
