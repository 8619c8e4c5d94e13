"""JSON Patch in the database does what a plain model of RFC 6902 in Python does, on documents and patches made up."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from support.database import Connection, Database

Json = Any
Operation = dict[str, Any]


# The model ---------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """An operation that can't be applied."""

    sqlstate = "TM422"


class Differs(Refused):
    """A test that fails."""

    sqlstate = "TM409"


def tokens(pointer: Json) -> list[str]:
    """Take a pointer apart, as RFC 6901 says."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise Refused(pointer)
    parts = pointer.split("/")[1:]
    for part in parts:
        if "~" in part.replace("~0", "").replace("~1", ""):
            raise Refused(pointer)
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def index(token: str, length: int) -> int:
    """Read the index of an array's element."""
    if not token.isascii() or not token.isdecimal() or (token[0] == "0" and token != "0") or int(token) >= length:
        raise Refused(token)
    return int(token)


def find(document: Json, path: list[str]) -> Json:
    """Follow a pointer."""
    for token in path:
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list):
            document = document[index(token, len(document))]
        else:
            raise Refused(token)
    return document


def add(document: Json, path: list[str], value: Json) -> Json:
    """Add a value; the document is changed, and returned for those who replace it whole."""
    if not path:
        return value
    parent, last = find(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else index(last, len(parent) + 1), value)
    else:
        raise Refused(last)
    return document


def remove(document: Json, path: list[str]) -> Json:
    """Remove a value and return it."""
    if not path:
        raise Refused("the whole document")
    value, parent = find(document, path), find(document, path[:-1])
    del parent[path[-1] if isinstance(parent, dict) else int(path[-1])]
    return value


def equal(one: Json, other: Json) -> bool:
    """Compare as JSON does: true is no number, and 1.0 is 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def apply(document: Json, operation: Operation) -> Json:
    """Apply one operation to a document, which is changed."""
    op, path = operation.get("op"), tokens(operation.get("path"))
    if op in ("add", "replace", "test"):
        if "value" not in operation:
            raise Refused("value")
        value = copy.deepcopy(operation["value"])
    if op == "add":
        return add(document, path, value)
    if op == "remove":
        remove(document, path)
        return document
    if op == "replace":
        find(document, path)
        if path:
            remove(document, path)
        return add(document, path, value)
    if op == "test":
        try:
            found = find(document, path)
        except Refused as reason:
            raise Differs from reason
        if not equal(found, value):
            raise Differs
        return document
    if op in ("move", "copy"):
        return transfer(document, tokens(operation.get("from")), path, move=op == "move")
    raise Refused(op)


def transfer(document: Json, source: list[str], path: list[str], *, move: bool) -> Json:
    """Move or copy a value."""
    value = copy.deepcopy(find(document, source))
    if move:
        if path == source:
            return document
        if path[: len(source)] == source:
            raise Refused("into itself")
        remove(document, source)
    return add(document, path, value)


Outcome = tuple[str, Json]


def expected(document: Json, operations: list[Operation]) -> Outcome:
    """Say what the model makes of a patch: the document, or the SQLSTATE and which operation failed."""
    document = copy.deepcopy(document)
    for number, operation in enumerate(operations):
        try:
            document = apply(document, operation)
        except Refused as reason:
            return reason.sqlstate, number
    return "ok", document


# What is made up ---------------------------------------------------------------------------------------------------

# Names that a careless implementation takes for something else.
NAMES = st.sampled_from(["a", "b", "", "~", "/", "~1", "0", "1", "01", "-", "-1", "+1", " 1", "1e0", "é", "a/b~c"])
SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, -1, 2.5, 10**20, "", "1", "true", "~0", "é"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def places(document: Json, here: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give every place in a document, and those just beyond."""
    yield here
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places(value, (*here, name))
        yield (*here, "new")
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from places(value, (*here, str(number)))
        yield from ((*here, token) for token in (str(len(document)), str(len(document) + 1), "-", "00", "-1"))


def pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


# Documents above the size from which several operations on one array share the work.
LARGE = st.lists(VALUES, min_size=1, max_size=4).map(lambda values: [*values, "x" * 40000])
LARGE_VALUES = LARGE | st.builds(lambda name, value: {name: value}, NAMES, LARGE)


@st.composite
def patches(
    draw: st.DrawFn, documents: st.SearchStrategy[Json] = VALUES, length: int = 6
) -> tuple[Json, list[Operation]]:
    """Draw a document and a patch whose pointers lead somewhere, mostly, whatever the operations before have done."""
    document = draw(documents)
    now = copy.deepcopy(document)
    operations: list[Operation] = []
    for _ in range(draw(st.integers(1, length))):
        known = sorted({pointer(place) for place in places(now)})
        where = st.sampled_from(known) if draw(st.integers(0, 9)) else NAMES
        operation: Operation = {
            "op": draw(st.sampled_from(["add", "add", "remove", "replace", "move", "copy", "test"])),
            "path": draw(where),
        }
        if operation["op"] in ("move", "copy"):
            operation["from"] = draw(where)
        elif operation["op"] == "test" and draw(st.booleans()):
            try:
                operation["value"] = copy.deepcopy(find(now, tokens(operation["path"])))
            except Refused:
                operation["value"] = draw(VALUES)
        elif operation["op"] != "remove":
            operation["value"] = draw(VALUES)
        operations.append(operation)
        try:
            now = apply(copy.deepcopy(now), operation)
        except Refused:
            if draw(st.integers(0, 3)):
                operations.pop()
            else:
                break
    return document, operations


# Junk that is no patch: members of every type, or none.
JUNK = st.lists(
    st.dictionaries(st.sampled_from(["op", "path", "from", "value"]), SCALARS | st.sampled_from(["add", "move", "/a"]))
    | SCALARS
    | st.lists(SCALARS, max_size=2),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def server(shared_database: Database) -> Iterator[Connection]:
    """A connection of a service; nothing is written, so that nothing has to be undone."""
    with shared_database.connect("app") as connection:
        yield connection


def outcome(connection: Connection, document: Json, operations: Json) -> Outcome:
    """Say what the database makes of a patch."""
    try:
        row = connection.execute(
            "SELECT jsonb_patch(%s::jsonb, %s::jsonb)", (json.dumps(document), json.dumps(operations))
        ).fetchone()
    except psycopg.Error as error:
        detail = error.diag.message_detail or ""
        assert detail.startswith("item "), error
        return str(error.sqlstate), int(detail.split()[1].rstrip(":"))
    assert row
    return "ok", row[0]


def same(one: Outcome, other: Outcome) -> bool:
    return one[0] == other[0] and equal(one[1], other[1])


MADE_UP = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MADE_UP
@given(patches())
def test_a_patch_does_what_the_model_does(server: Connection, made_up: tuple[Json, list[Operation]]) -> None:
    document, operations = made_up
    wanted = expected(document, operations)
    event(wanted[0])
    found = outcome(server, document, operations)
    assert same(found, wanted), f"{document} {operations}: the database says {found}, the model {wanted}"


@MADE_UP
@given(patches(LARGE_VALUES, 12))
def test_a_patch_of_a_large_document_does_the_same(server: Connection, made_up: tuple[Json, list[Operation]]) -> None:
    document, operations = made_up
    wanted = expected(document, operations)
    event(wanted[0])
    found = outcome(server, document, operations)
    assert same(found, wanted), f"{operations}: the database says {found[0]}, the model {wanted[0]}"


@MADE_UP
@given(patches())
def test_a_patch_is_its_operations_one_after_the_other(
    server: Connection, made_up: tuple[Json, list[Operation]]
) -> None:
    document, operations = made_up
    whole = outcome(server, document, operations)
    for number, operation in enumerate(operations):
        state, result = outcome(server, document, [operation])
        if state != "ok":
            assert whole == (state, number)
            return
        document = result
    assert same(whole, ("ok", document))


@MADE_UP
@given(VALUES, JUNK)
def test_junk_is_refused_where_the_model_refuses_it(server: Connection, document: Json, operations: list[Any]) -> None:
    wanted: Outcome = ("TM422", 0)
    if all(isinstance(operation, dict) for operation in operations):
        wanted = expected(document, operations)
    elif isinstance(operations[0], dict):
        wanted = expected(document, [operation for operation in operations if isinstance(operation, dict)][:1])
        if wanted[0] == "ok":
            return
    assert same(outcome(server, document, operations), wanted)


@MADE_UP
@given(VALUES, VALUES)
def test_a_test_compares_as_json_does(server: Connection, one: Json, other: Json) -> None:
    found, _ = outcome(server, one, [{"op": "test", "path": "", "value": other}])
    assert found == ("ok" if equal(one, other) else "TM409")


# The limits --------------------------------------------------------------------------------------------------------


def test_a_thousand_operations_on_a_large_document_are_applied(server: Connection) -> None:
    document = {"cells": [{"id": str(number), "shape": "actor", "x": number} for number in range(1500)]}
    operations: list[Operation] = [
        {"op": "replace", "path": f"/cells/{number}/x", "value": -number} for number in range(500)
    ]
    operations += [{"op": "add", "path": "/cells/-", "value": {"id": f"new{number}"}} for number in range(250)]
    operations += [{"op": "remove", "path": "/cells/0"} for _ in range(250)]
    assert same(outcome(server, document, operations), expected(document, operations))
