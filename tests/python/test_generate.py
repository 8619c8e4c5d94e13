"""The API layer is what the catalogue says, in both twins, and a declaration without a place in Python is refused."""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.database import SCHEMA, Connection, Database
from tmi_db import generate
from tmi_db._generated import aio, api, functions, rows
from tmi_db.calls import Function
from tmi_db.generate import parse_comment, read_catalogue, render, rule, to_sync
from tmi_db.tool import ToolError

ROLES = {"tmi_app": "Api", "tmi_auth": "Auth", "tmi_maintenance": "Maintenance"}
COMMENT = "Does it.\n\np_a: what.\nReturns nothing.\nRaises nothing."


def declare(conn: Connection, *, head: str, comment: str, body: str = "NULL", grant: bool = True) -> None:
    """Declare a function of the API named thing_do, whose row of the catalogue is what matters."""
    conn.execute(f"CREATE FUNCTION thing_do{head} LANGUAGE plpgsql AS $$ BEGIN {body}; END $$".encode())
    statement = conn.execute("SELECT format('COMMENT ON FUNCTION thing_do IS %%L', %s::text)", (comment,)).fetchone()
    assert statement
    conn.execute(statement[0])
    conn.execute("REVOKE ALL ON FUNCTION thing_do FROM PUBLIC")
    if grant:
        conn.execute("GRANT EXECUTE ON FUNCTION thing_do TO tmi_app")


# What is refused


@pytest.mark.parametrize(
    ("head", "comment", "fault"),
    [
        ("(p_a text) RETURNS void", "", "thing_do: its comment needs a sentence"),
        ("(p_a text) RETURNS void", "Does it.\n\nReturns nothing.\nRaises nothing.", "does not explain p_a"),
        ("() RETURNS void", COMMENT, "explains p_a, which it does not have"),
        ("(p_a point) RETURNS void", COMMENT, "the type point has no counterpart"),
        ("(p_a point[]) RETURNS void", COMMENT, "the type point has no counterpart"),
        ("(p_a text) RETURNS box", COMMENT, "the type box has no counterpart"),
        (
            "(p_a text) RETURNS void",
            COMMENT.replace("Raises", "Throws"),
            "a line of an unknown form: 'Throws nothing.'",
        ),
        (
            "(p_a text) RETURNS TABLE (b text, c text)",
            COMMENT,
            r"its rows \(b, c\) have no name yet: add one to SHAPES",
        ),
        (
            "(p_a text) RETURNS SETOF threats",
            COMMENT.replace("Returns nothing", "Returns the row"),
            "returns the row, and its declaration does not say ROWS 1",
        ),
        (
            "(p_a text) RETURNS SETOF threats ROWS 1",
            COMMENT.replace("Returns nothing", "Returns rows"),
            "returns rows, and its declaration says ROWS 1",
        ),
        (
            "(p_limit integer DEFAULT 50, p_after jsonb DEFAULT NULL, p_sort text DEFAULT NULL) RETURNS SETOF threats",
            "Does it.\n\np_limit, p_after, p_sort: what.\nReturns rows.\nRaises nothing.",
            "p_sort needs a default",
        ),
    ],
)
def test_a_declaration_that_has_no_place_in_python_is_refused(
    conn: Connection, head: str, comment: str, fault: str
) -> None:
    declare(conn, head=head, comment=comment)
    with pytest.raises(ToolError, match=fault):
        read_catalogue(conn, SCHEMA)


def test_all_faults_are_named_at_once(conn: Connection) -> None:
    declare(conn, head="(p_a point) RETURNS void", comment=COMMENT)
    conn.execute("ALTER FUNCTION thing_do RENAME TO thing_undo")
    declare(conn, head="(p_a text) RETURNS box", comment=COMMENT)
    with pytest.raises(ToolError, match=r"thing_do: .*box.*; thing_undo: .*point"):
        read_catalogue(conn, SCHEMA)


def test_what_nobody_may_call_is_not_shown(conn: Connection) -> None:
    before = read_catalogue(conn, SCHEMA)
    declare(conn, head="(p_a point) RETURNS box", comment="", grant=False)
    assert read_catalogue(conn, SCHEMA) == before
    assert not [function.name for function in before.functions if function.name.startswith("_")]


# What is committed


def test_the_committed_modules_are_what_the_catalogue_says(conn: Connection) -> None:
    modules = render(read_catalogue(conn, SCHEMA))
    assert generate.differences(modules) == ""


def test_the_committed_pages_are_what_the_catalogue_says(conn: Connection) -> None:
    pages = generate.render_pages(read_catalogue(conn, SCHEMA))
    assert generate.differences(pages, generate.DOCS) == ""


def test_every_function_has_its_place_on_one_page(conn: Connection) -> None:
    catalogue = read_catalogue(conn, SCHEMA)
    text = "\n".join(generate.render_pages(catalogue).values())
    for function in catalogue.functions:
        assert text.count(f"\n## {function.name}\n") == 1
        for role in function.roles:
            assert f"`{role}`" in text.partition(f"\n## {function.name}\n")[2].partition("\n## ")[0]


def test_a_page_whose_noun_is_gone_goes_too(package: Path, database: Database) -> None:
    generate.DOCS.mkdir()
    (generate.DOCS / "dragons.md").write_text("# Dragons\n")
    assert generate.main(["--check", "--dsn", database.dsn]) == 1
    assert generate.main(["--dsn", database.dsn]) == 0
    assert not (generate.DOCS / "dragons.md").exists()
    assert (generate.DOCS / "threats.md").exists()


def test_every_function_that_a_role_may_execute_is_a_method_of_its_class(conn: Connection) -> None:
    granted = conn.execute(
        """
        SELECT r.rolname, p.proname
        FROM pg_proc p
        CROSS JOIN aclexplode(p.proacl) a
        JOIN pg_roles r ON r.oid = a.grantee
        WHERE p.pronamespace = %s::regnamespace AND r.rolname = ANY (%s) AND p.proname NOT LIKE '\\_%%'
        """,
        (SCHEMA, list(ROLES)),
    ).fetchall()
    shown = {(role, name) for role, kind in ROLES.items() for name in sql_names(getattr(api, kind))}
    assert shown == set(granted)


def sql_names(kind: type) -> Iterator[str]:
    """The SQL functions behind the methods of a class and of the nouns that it leads to."""
    for member in vars(kind).values():
        if isinstance(member, property):
            assert member.fget
            yield from sql_names(getattr(api, member.fget.__annotations__["return"].__name__))
        elif found := re.search(r"SQL: (\w+)\s*$", inspect.getdoc(member) or ""):
            yield found[1]


def test_what_writes_is_never_repeated_after_a_lost_connection(conn: Connection) -> None:
    volatile = {name for (name,) in conn.execute("SELECT proname FROM pg_proc WHERE provolatile = 'v'")}
    described = [function for function in vars(functions).values() if isinstance(function, Function)]
    assert described
    for function in described:
        assert function.read_only == (function.name not in volatile), function.name


def classes(module: ModuleType) -> dict[str, type]:
    return {
        name: kind
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
    }


def test_both_twins_have_the_same_methods_arguments_and_words() -> None:
    twins = classes(aio)
    assert {name.removeprefix("Async") for name in twins} == set(classes(api))
    for name, kind in classes(api).items():
        twin = twins[f"Async{name}"]
        assert list(vars(kind)) == list(vars(twin)), name
        for method, function in inspect.getmembers(kind, inspect.isfunction):
            if method.startswith("_"):
                continue
            other = getattr(twin, method)
            assert inspect.signature(function).parameters == inspect.signature(other).parameters, f"{name}.{method}"
            assert inspect.getdoc(function) == inspect.getdoc(other), f"{name}.{method}"
            assert inspect.iscoroutinefunction(other) or inspect.isasyncgenfunction(other), f"{name}.{method}"
            assert not inspect.iscoroutinefunction(function), f"{name}.{method}"


def test_every_argument_is_explained() -> None:
    for name, kind in classes(api).items():
        for method, function in inspect.getmembers(kind, inspect.isfunction):
            document = inspect.getdoc(function) or ""
            for argument in inspect.signature(function).parameters:
                if argument not in ("self", "caller"):
                    assert re.search(rf"^    {argument}: \S", document, re.MULTILINE), f"{name}.{method}({argument})"


def test_rows_hold_none_only_where_the_table_may_be_null() -> None:
    hints = rows.Threat.__annotations__
    assert (hints["name"], hints["description"], hints["score"]) == (str, str | None, int | None)
    assert rows.ThreatModel.__annotations__["role"] is str


# How it is rendered


def test_a_comment_becomes_a_docstring_in_the_words_of_python(conn: Connection) -> None:
    declare(
        conn,
        head="(p_a uuid, p_from text DEFAULT NULL) RETURNS text",
        comment="Does it to p_a.\n\np_a: which.\np_from: from where; NULL for anywhere.\n"
        "Returns the place; NULL if there is none.\n"
        "Raises TM401 or TM403 without a role; TM422 for a bad p_from, or such.",
    )
    function = next(function for function in read_catalogue(conn, SCHEMA).functions if function.name == "thing_do")
    assert (function.noun, function.method, function.item) == (None, "thing_do", "str | None")
    assert [parameter.identifier for parameter in function.parameters] == ["a", "from_"]
    assert generate.docstring(function).splitlines() == [
        "Does it to a.",
        "",
        "Args:",
        "    a: which.",
        "    from_: from where; None for anywhere.",
        "",
        "Returns:",
        "    The place; None if there is none.",
        "",
        "Raises:",
        "    Unauthenticated: without a role.",
        "    Forbidden: without a role.",
        "    Invalid: for a bad from, or such.",
        "",
        "SQL: thing_do",
    ]


def test_several_parameters_may_share_an_explanation() -> None:
    assert parse_comment("Does.\n\np_a, p_b: which.\nReturns nothing.\nRaises nothing.").parameters == {
        "a": "which.",
        "b": "which.",
    }


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(length(name) > 0)", "name must not be empty"),
        ("((score >= 0) AND (score <= 100))", "score is 0 to 100"),
        ("((length(key) >= 1) AND (length(key) <= 128))", "key has 1 to 128 characters"),
        ("(expires_at > created_at)", "expires_at is later than created_at"),
        ("(role = ANY (ARRAY['owner'::text, 'reader'::text]))", "role is one of owner, reader"),
        ("(role = ANY ('{owner,reader}'::text[]))", "role is one of owner, reader"),
        ("(something(else) IS TRUE)", "(something(else) IS TRUE)"),
    ],
)
def test_a_constraint_is_told_in_words(expression: str, words: str) -> None:
    assert rule(expression) == words


def test_the_synchronous_twin_has_nothing_asynchronous_left() -> None:
    source = (
        "import asyncio\n\nasync def f(work: Callable[[AsyncApi], Awaitable[T]]) -> AsyncIterator[T]:\n"
        "    async with db.session() as tmi:\n        await asyncio.sleep(1)\n        yield await work(tmi)\n"
    )
    assert to_sync("\n" + source) == (
        "\nimport threading\nimport time\n\ndef f(work: Callable[[Api], T]) -> Iterator[T]:\n"
        "    with db.session() as tmi:\n        time.sleep(1)\n        yield work(tmi)\n"
    )
    for module in (*generate.BY_HAND.values(), "_generated/api.py"):
        assert not re.search(r"\b(async|await|Async\w+|asyncio)\b", (generate.PACKAGE / module).read_text())


# The command


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that a test may spoil."""
    copy = tmp_path / "tmi_db"
    shutil.copytree(generate.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(generate, "PACKAGE", copy)
    monkeypatch.setattr(generate, "DOCS", tmp_path / "docs")
    return copy


def test_checking_shows_what_would_change_and_changes_nothing(
    database: Database, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt = package / "_generated" / "rows.py"
    spoilt.write_text(spoilt.read_text().replace("class Threat(", "class Thread("))
    assert generate.main(["--check", "--dsn", database.dsn]) == 1
    said = capsys.readouterr().out
    assert "-class Thread(Row):" in said
    assert "+class Threat(Row):" in said
    assert "class Thread(" in spoilt.read_text()
    assert generate.main(["--dsn", database.dsn]) == 0
    assert generate.main(["--check", "--dsn", database.dsn]) == 0
    assert capsys.readouterr().out == ""


def test_a_faulty_catalogue_is_one_sentence_and_an_exit_code(
    database: Database, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before: dict[str, Any] = {path.name: path.read_text() for path in (package / "_generated").iterdir()}
    with database.connect() as conn:
        declare(conn, head="(p_a point) RETURNS void", comment=COMMENT)
    assert generate.main(["--dsn", database.dsn]) == 1
    assert "error: the API layer can't be rendered: thing_do" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in (package / "_generated").iterdir()} == before
