"""SQL, the page and Python tell the same about errors."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from support.database import Connection
from tmi_db import errors
from tmi_db.errors import (
    SQLSTATES,
    Conflict,
    ConnectionLost,
    Contended,
    Forbidden,
    Invalid,
    NotFound,
    PoolTimeout,
    TmiError,
    TooLarge,
    error_class,
    from_database,
)

PROJECT = Path(__file__).parents[2]


def raised_in_sql() -> dict[str, Path]:
    """The codes that leave functions, each with a file that raises it."""
    codes: dict[str, Path] = {}
    for path in sorted((PROJECT / "sql").rglob("*.sql")):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        for statement in re.findall(r"\bRAISE EXCEPTION\b(.*?);", text, re.DOTALL):
            for clause in re.findall(r"\bERRCODE\s*=\s*('[^']+'|CASE\b.*?\bEND\b)", statement, re.DOTALL):
                for code in re.findall(r"'([0-9A-Z]{5})'", clause):
                    if not (code == "TMDRY" and "WHEN SQLSTATE 'TMDRY'" in text):  # never leaves its function
                        codes[code] = path
    return codes


def page_table(heading: str) -> list[list[str]]:
    lines = (PROJECT / "docs" / "errors.md").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_no_code_is_raised_that_python_does_not_know() -> None:
    raised = raised_in_sql()
    assert len(raised) >= 7
    for code, path in raised.items():
        assert code in SQLSTATES, f"{code} of {path.relative_to(PROJECT)}"


def test_no_code_of_ours_is_known_that_nothing_raises() -> None:
    assert {code for code in SQLSTATES if code.startswith("TM")} == {
        code for code in raised_in_sql() if code.startswith("TM")
    }


def test_the_page_lists_exactly_what_python_maps() -> None:
    listed = {code.rstrip("*"): name for code, name, *_ in page_table("SQLSTATE")}
    assert listed == {code: kind.__name__ for code, kind in SQLSTATES.items()}


def test_the_page_explains_every_attribute_and_exception() -> None:
    page = (PROJECT / "docs" / "errors.md").read_text()
    for attribute in vars(TmiError("x")):
        assert f"`{attribute}`" in page, attribute
    for name in errors.__all__:
        if name[0].isupper() and name != "SQLSTATES":
            assert name in page, name


def raise_in_database(conn: Connection, **options: str) -> TmiError:
    using = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.SQL(name), sql.Literal(value)) for name, value in options.items()
    )
    statement = sql.SQL("DO {}").format(sql.Literal(f"BEGIN RAISE EXCEPTION 'told' USING {using.as_string(conn)}; END"))
    with pytest.raises(psycopg.Error) as raised, conn.transaction():
        conn.execute(statement)
    return from_database(raised.value)


@pytest.mark.parametrize("code", sorted(code for code in SQLSTATES if len(code) == 5))
def test_a_code_becomes_its_exception_whatever_the_text_says(conn: Connection, code: str) -> None:
    error = raise_in_database(conn, ERRCODE=code)
    assert type(error) is SQLSTATES[code]
    assert error.sqlstate == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("22001", Invalid),
        ("22P05", Invalid),
        ("23502", Invalid),
        ("54001", TooLarge),
        ("08006", ConnectionLost),
        ("57014", TmiError),
        ("XX000", TmiError),
    ],
)
def test_a_code_that_is_not_listed_goes_by_its_class(code: str, kind: type[TmiError]) -> None:
    assert error_class(code) is kind


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("field: score", {"field": "score"}),
        ("field: cells[3].id", {"field": "cells[3].id"}),
        ("item 0: score", {"index": 0, "field": "score"}),
        ("item 12", {"index": 12}),
        ("item 3: /name", {"index": 3, "path": "/name"}),
        ("item 3: cell_already_exists", {"index": 3, "reason": "cell_already_exists"}),
        ("empty_cell_operations", {"reason": "empty_cell_operations"}),
        ("path: /threats/3/name", {"path": "/threats/3/name"}),
        ("path: $.detail", {"path": "$.detail"}),
        ("field: a\nfield: b", {"field": "a"}),
        ("models: 1, 2", {}),
        ("item x: y", {}),
        ("items 3: y", {}),
        ("", {}),
    ],
)
def test_what_is_meant_is_read_from_the_detail(conn: Connection, detail: str, expected: dict[str, Any]) -> None:
    error = raise_in_database(conn, ERRCODE="TM422", DETAIL=detail)
    found = {name: getattr(error, name) for name in ("field", "index", "path", "reason")}
    assert {name: value for name, value in found.items() if value is not None} == expected


def test_an_operation_that_is_refused_has_a_reason_and_no_field(conn: Connection) -> None:
    detail = "item 3: update_nonexistent_cell"
    error = raise_in_database(conn, ERRCODE="TM404", TABLE="diagrams", COLUMN="cells", DETAIL=detail)
    assert (error.field, error.path, error.index, error.reason) == (None, None, 3, "update_nonexistent_cell")


def test_everything_that_the_database_said_is_kept(conn: Connection) -> None:
    said = {
        "DETAIL": "field: x",
        "HINT": "do",
        "TABLE": "threats",
        "COLUMN": "name",
        "CONSTRAINT": "threats_name_check",
    }
    error = raise_in_database(conn, ERRCODE="TM409", **said)
    assert isinstance(error, Conflict)
    assert (error.message, str(error)) == ("told", "told")
    assert (error.detail, error.hint, error.table) == ("field: x", "do", "threats")
    assert (error.column, error.constraint, error.field) == ("name", "threats_name_check", "x")


def violate(conn: Connection, statement: str, *values: Any) -> TmiError:
    with pytest.raises(psycopg.Error) as raised, conn.transaction():
        conn.execute(statement.encode(), values)
    return from_database(raised.value)


def test_a_violated_constraint_names_its_columns(conn: Connection) -> None:
    email = conn.execute("SELECT tap.add_user('alice')").fetchone()
    assert email
    model = conn.execute("SELECT tap.add_model(%s)", email).fetchone()
    assert model
    missing = violate(conn, "INSERT INTO users (email, name) VALUES ('x@example.com', NULL)")
    assert (type(missing), missing.field, missing.table) == (Invalid, "name", "users")
    twice = violate(conn, "INSERT INTO users (email, name) VALUES (%s, 'Alice')", *email)
    assert (type(twice), twice.field) == (Conflict, "email")
    score = violate(conn, "INSERT INTO threats (threat_model_id, name, score) VALUES (%s, 'T', 101)", *model)
    assert (type(score), score.field, score.sqlstate) == (Invalid, "score", "23514")
    orphan = violate(conn, "INSERT INTO threats (threat_model_id, name) VALUES (gen_random_uuid(), 'T')")
    assert (type(orphan), orphan.field, orphan.sqlstate) == (Invalid, "threat_model_id", "23503")
    both = violate(
        conn,
        "INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by)"
        " SELECT threat_model_id, user_email, role, granted_by FROM threat_model_access WHERE threat_model_id = %s",
        *model,
    )
    assert (type(both), both.field) == (Conflict, "threat_model_id, user_email")


def test_a_schema_that_does_not_fit_the_package_is_hinted_at(conn: Connection) -> None:
    for statement in ("SELECT no_such_function()", "SELECT * FROM no_such_table", "SELECT nowhere.f()"):
        assert "migrate status" in str(violate(conn, statement).hint), statement


def test_exceptions_survive_a_trip_to_another_process() -> None:
    error = Invalid("no", sqlstate="TM422", detail="field: x", field="x", index=3)
    lost = ConnectionLost("gone", outcome_unknown=True, hint="wait")
    for original in (error, lost, PoolTimeout("late", detail="why"), Forbidden("no"), NotFound("no"), Contended("no")):
        copy = pickle.loads(pickle.dumps(original))
        assert type(copy) is type(original)
        assert (copy.args, vars(copy)) == (original.args, vars(original))
