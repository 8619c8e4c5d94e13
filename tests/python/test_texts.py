"""Text of every kind, in every argument that takes text: it is stored exactly, or refused in words.

The cases follow from the generated table of functions. A new argument is tried by itself; a new JSON argument, or one
that a call can't be made without, fails a test until it is entered here.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import database as databases
from tmi_db import (
    UNSET,
    Api,
    Conflict,
    Database,
    Forbidden,
    Invalid,
    NotFound,
    TmiError,
    TooLarge,
    Unauthenticated,
)
from tmi_db._generated import functions
from tmi_db.calls import Function

ALICE = "alice@example.com"
BOB = "bob@example.com"

TEXTS = {
    "emoji": "\U0001f3f4\u200d\u2620\ufe0f \U0001f9d1\U0001f3fd\u200d\U0001f680",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202e\u0645\u0631\u062d\u0628\u0627\u202c",
    "not composed": "e\u0301 \u1e9b\u0323 \ufb01 \u212b",
    "quotes": 'it\'s "so" `it` $$is$$ $1 :name',
    "percent": "100% %s %(name)s %% _",
    "backslashes": "\\ \\\\ \\n \\u0041 \\x00 E'\\''",
    "json": '{"a": [null, "\\u0000"]}',
    "statement": "'); DROP TABLE tmi.threats; --",
    "no-break space": "\u00a0",
    "no width": "\u200b\ufeff",
    "spaces": "  a \t b\r\n",
    "control": "\x01\x1f\x7f\x80\x9f",
    "null word": "NULL",
    "empty": "",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "1 MB": "x" * 1_000_000,
    "more than 1 MB": "\u00e9" * 1_000_001,
    "NUL": "a\0b",
    "half a character": "a\ud800b",
    "two halves the wrong way": "\udc00\ud800",
}

REFUSED = (Conflict, Forbidden, Invalid, NotFound, TooLarge, Unauthenticated)

CALLS = {function.name: function for function in vars(functions).values() if isinstance(function, Function)}
CELL = {"shape": "process", "x": 0, "y": 0, "width": 80, "height": 60}

# What the answer calls an argument that it holds under another name.
ANSWERED = {
    ("access_grant", "email"): "user_email",
    ("user_change_email", "new_email"): "email",
    ("threat_model_transfer", "new_owner_email"): "owner_email",
    ("provider_link", "email"): "provider_email",
    ("provider_link", "name"): "provider_name",
}
# Addresses are kept trimmed and in lower case, severities with a capital letter: only these are stored otherwise.
ADDRESSES = {"email", "new_email", "new_owner_email"}
SEVERITIES = {"impact", "likelihood", "risk_rating"}

DRAGON: dict[str, Any] = {
    "version": "2.0",
    "summary": {"title": "A name"},
    "detail": {"contributors": [], "diagrams": [], "diagramTop": 0, "reviewer": "", "threatTop": 0},
}
FILTERS = {"threat": "words"}
# Fields that take certain words only, ids of what is there, or the sha256 of something: no text is accepted there.
WORDS = {
    "cell_id", "entity_type", "format", "framework", "id", "impact", "include", "key", "likelihood", "new_hash",
    "new_owner_email", "old_hash", "op", "operation", "path", "provider", "provider_user_id", "refValue", "risk_rating",
    "role", "sort", "threat_model_framework", "token_hash", "transfer_to", "type", "unknown",
}  # fmt: skip

Build = Callable[[str], Any]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A place where a call takes text."""

    function: Function[Any]
    argument: str
    field: str
    build: Build

    def __str__(self) -> str:
        return f"{self.function.name}-{self.argument}" + ("" if self.argument == self.field else f"-{self.field}")


def _texts_of(name: str) -> list[str]:
    return [parameter for parameter, sql_type in CALLS[name].parameters if sql_type == "text"]


def _json_places(function: Function[Any], argument: str) -> dict[str, Build]:  # noqa: PLR0911 - a table
    """Name the places for text inside a JSON argument."""
    noun, _, verb = function.name.partition("_bulk_" if "_bulk_" in function.name else "_")
    if function.name.startswith("threat_model_"):
        noun, verb = "threat_model", function.name.removeprefix("threat_model_")
    columns = _texts_of(f"{noun}_create") if f"{noun}_create" in CALLS else ["name"]
    needed: Fields = {"name": "A name"} | ({"url": "https://example.com/"} if noun in ("document", "source") else {})
    if argument == "metadata":
        return {"value": lambda text: {"key": text}, "key": lambda text: {text: "value"}}
    if argument == "changes":
        return _each(columns, lambda column, text: {column: text}) | {"unknown": lambda t: {t: 1}}
    if argument in ("operations", "ops") and noun == "cell":
        return {
            "id": lambda text: [{"id": text, "operation": "add", "data": CELL}],
            "operation": lambda text: [{"id": "new", "operation": text, "data": CELL}],
            "label": lambda text: [{"id": "new", "operation": "add", "data": CELL | {"label": text}}],
            "key": lambda text: [{"id": "new", "operation": "add", "data": CELL | {text: 1}}],
        }
    if argument == "operations":
        return _each(columns, lambda column, text: [_add(column, text)]) | {
            "op": lambda text: [{"op": text, "path": "/name"}],
            "path": lambda text: [{"op": "add", "path": text, "value": 1}],
        }
    if argument == "patches":
        return _each(columns, lambda column, text: [{"id": IDS["threat_id"], "operations": [_add(column, text)]}])
    if argument == "items" and noun == "metadata":
        return {"key": lambda t: [{"key": t, "value": "v"}], "value": lambda t: [{"key": "k", "value": t}]}
    if argument == "items" and verb == "create":
        return _each(columns, lambda column, text: [needed | {column: text}])
    if argument == "items" and verb == "update":
        return _each(columns, lambda column, text: [{"id": IDS[f"{noun}_id"], column: text}])
    if argument == "items" and verb == "delete":
        return {"id": lambda text: [text]}
    places: dict[str, dict[str, Build]] = {
        "access": {"email": lambda t: [{"email": t, "role": "reader"}], "role": lambda t: [{"email": BOB, "role": t}]},
        "entries": {"email": lambda t: [{"email": t, "role": "reader"}], "role": lambda t: [{"email": BOB, "role": t}]},
        "after": {"id": lambda text: {"id": text}, "key": lambda text: {text: text}},
        "cells": {"id": lambda t: [CELL | {"id": t}], "label": lambda t: [CELL | {"id": "a", "label": t}]},
        "document": {"title": lambda text: DRAGON | {"summary": {"title": text}}, "key": lambda t: DRAGON | {t: t}},
        "filter": {FILTERS.get(noun, "name"): lambda t: {FILTERS.get(noun, "name"): t}, "key": lambda t: {t: "a"}},
        "options": {"key": lambda text: {text: True}},
        "parameters": {"refValue": lambda t: {"refType": "tag", "refValue": t}, "key": lambda t: {t: "a"}},
        "query": {"label": lambda text: {"label": text}, "key": lambda text: {text: "a"}},
    }
    return places[argument]


def _each(columns: list[str], build: Callable[[str, str], Any]) -> dict[str, Build]:
    return {column: partial(build, column) for column in columns}


def _add(column: str, text: str) -> Fields:
    return {"op": "add", "path": f"/{column}", "value": text}


def _cases() -> Iterator[Case]:
    for function in CALLS.values():
        for argument, sql_type in function.parameters:
            if sql_type == "text":
                yield Case(function, argument, argument, lambda text: text)
            elif sql_type == "text[]":
                yield Case(function, argument, argument, lambda text: [text])
            elif sql_type == "jsonb":
                for field, build in _json_places(function, argument).items():
                    yield Case(function, argument, field, build)


# The ids of what there is; the tests fill them in.
IDS: dict[str, str] = {}

# An argument that a call can't do without, where none of the ids is meant.
NEEDED: Fields = {
    "cell_id": "a",
    "cells": [],
    "changes": {},
    "document": DRAGON,
    "email": BOB,
    "entity_type": "threat_model",
    "entries": [],
    "format": "threat-dragon-v2",
    "items": [],
    "key": "colour",
    "keys": ["colour"],
    "name": "A name",
    "new_email": "new@example.com",
    "new_hash": "b" * 64,
    "new_owner_email": BOB,
    "old_hash": "a" * 64,
    "operations": [],
    "ops": [],
    "patches": [],
    "provider": "github",
    "provider_user_id": "1",
    "query": "words",
    "role": "reader",
    "token_hash": "c" * 64,
    "url": "https://example.com/",
    "value": "red",
    "websocket_url": "wss://example.com/",
}
# These make something for which the ids and names of others would be taken.
_numbers = itertools.count(1)


class _RollBack(Exception):
    """Nothing that a case does is kept."""


@pytest.fixture(scope="module")
def shop(template: databases.Database) -> Iterator[databases.Database]:
    """A database with a model of Alice's that holds a row of each kind."""
    clone = template.copy()
    with clone.connect() as admin:
        for name in ("alice", "bob"):
            admin.execute("SELECT tap.add_user(%s)", (name,))
    yield clone
    clone.drop()


@pytest.fixture(scope="module")
def service(shop: databases.Database) -> Iterator[Database]:
    with Database(shop.dsn_for("app"), key=databases.KEY, max_size=2) as db:
        alice = db.as_user(ALICE)
        model = alice.threat_models.create("A model").id
        diagram = alice.diagrams.create(model, "A diagram", cells=[CELL | {"id": "a"}]).id
        IDS.update(
            threat_model_id=str(model),
            entity_id=str(model),
            diagram_id=str(diagram),
            threat_id=str(alice.threats.create(model, "A threat").id),
            document_id=str(alice.documents.create(model, "A document", "https://example.com/").id),
            source_id=str(alice.sources.create(model, "A source", "https://example.com/").id),
            session_id=str(alice.sessions.create(model, "wss://example.com/", diagram_id=diagram).id),
        )
        alice.metadata.set(model, "threat_model", model, "colour", "red")
        yield db


@pytest.fixture(scope="module")
def login_service(shop: databases.Database) -> Iterator[Database]:
    with Database(shop.dsn_for("auth"), max_size=1) as db:
        yield db


@pytest.fixture(scope="module")
def call(service: Database, login_service: Database) -> Callable[[Case, str], list[Any]]:
    """Make a case's call with a text, and keep nothing of it, or a user that nobody else uses."""

    def make(case: Case, text: str) -> list[Any]:
        values: Fields = {case.argument: case.build(text)}
        if case.function.name.startswith(("user_", "provider_", "token_")):
            number = next(_numbers)
            made = login_service.auth.users.login("google", f"u{number}", f"u{number}@example.com", "A name")
            fresh = {"user_id": made.id, "provider_user_id": f"g{number}"}
            if case.function.name == "user_login":
                fresh["email"] = f"new{number}@example.com"
            return login_service.call(None, case.function, _arguments(case.function, fresh | values))
        rows: list[Any] = []
        with contextlib.suppress(_RollBack), service.session(ALICE) as tmi:
            rows = tmi._caller.rows(case.function, _arguments(case.function, values))
            _check_elsewhere(tmi, case, text, rows)
            raise _RollBack
        return rows

    return make


def _arguments(function: Function[Any], values: Fields) -> list[Any]:
    """Give every argument that may be needed; those that are optional in SQL would hide the text if they clashed."""
    return [
        values[name] if name in values else IDS.get(name, NEEDED.get(name, UNSET)) if _needed(function, name) else UNSET
        for name, _ in function.parameters
    ]


OPTIONAL = {
    "access", "after", "atomic", "cells", "delete_models", "description", "email_verified", "family_ttl", "filter",
    "force", "id", "idle", "if_modified_at", "impact", "include", "issue_url", "likelihood", "limit", "metadata",
    "mitigated", "mitigation", "options", "parameters", "priority", "risk_rating", "score", "shape", "sort", "status",
    "threat_model_framework", "threat_type", "transfer_to", "ttl", "type",
}  # fmt: skip
# Needed by some functions and not by others.
SOMETIMES = {
    "cell_id": {"cell_get", "cell_entity_id"},
    "diagram_id": {name for name in CALLS if name.startswith(("cell_", "diagram_"))} | {"session_get"},
    "email": {"access_grant", "access_revoke", "user_login", "user_find"},
    "key": {"metadata_find", "metadata_get", "metadata_set", "metadata_update", "metadata_delete"},
    "name": {name for name in CALLS if name.endswith(("_create", "_copy", "user_login"))},
    "query": {"cell_find", "threat_model_search"},
    "threat_model_id": {name for name in CALLS if name != "counts_repair"},
    "value": {"metadata_set", "metadata_update"},
}


def _needed(function: Function[Any], name: str) -> bool:
    return name not in OPTIONAL and function.name in SOMETIMES.get(name, {function.name})


def _expected(case: Case, text: str) -> str:
    if case.field in ADDRESSES:
        return text.strip(" ").lower()
    return text[:1].upper() + text[1:].lower() if case.field in SEVERITIES else text


def _answered(case: Case, rows: list[Any]) -> Any:
    """Find the text in the answer; `...` where an answer does not hold it."""
    if len(rows) != 1 or case.function.read_only:
        return ...
    row = rows[0]
    if case.argument == "patches":
        return row.threat[case.field] if row.succeeded else ...
    if case.argument == "cells":
        return row.cells[0][case.field]
    if case.field == "refValue":
        return row.parameters["refValue"]
    return getattr(row, ANSWERED.get((case.function.name, case.field), case.field), ...)


def _check_elsewhere(tmi: Api, case: Case, text: str, rows: list[Any]) -> None:
    """Read again what an answer does not hold."""
    if case.function.name == "cell_apply_ops":
        cell = tmi.cells.get(IDS["threat_model_id"], IDS["diagram_id"], text if case.field == "id" else "new").cell
        assert case.field != "key" or text in cell
        assert case.field != "label" or cell["label"] == text
    elif case.argument == "metadata":
        model = str(getattr(rows[0], "threat_model_id", rows[0].id))
        (entry,) = tmi.metadata.list(model, case.function.name.removesuffix("_create"), rows[0].id)
        assert text == getattr(entry, case.field)


def _whole(case: Case, text: str) -> str:
    """Make of a text what the field takes: an address of the web or of a person."""
    if case.field == "url":
        return f"https://example.com/{text}"
    if case.function.name in ("user_login", "user_change_email") and case.field in ADDRESSES:
        return f"{text}@{next(_numbers)}.example.com"
    return text


def _check(call: Callable[[Case, str], list[Any]], case: Case, text: str) -> bool:
    """Make a call, and say whether the text was accepted."""
    text = _whole(case, text)
    try:
        rows = call(case, text)
    except TmiError as refused:
        assert type(refused) in REFUSED, repr(refused)
        assert refused.message
        assert "\ud800" not in refused.message
        return False
    stored = _answered(case, rows)
    assert stored in (..., _expected(case, text)), f"{text!r} was stored as {stored!r}"
    assert "\0" not in text
    assert not any("\ud800" <= character <= "\udfff" for character in text)
    return True


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_text_is_stored_exactly_or_refused_in_words(call: Callable[[Case, str], list[Any]], case: Case) -> None:
    texts = [text for text in TEXTS.values() if len(text) < 1_000_000 or not case.function.read_only]
    accepted = [text for text in texts if _check(call, case, text)]
    assert accepted or case.field in WORDS or case.field in ADDRESSES, "nothing is accepted there"


@settings(derandomize=True, database=None, max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=st.sampled_from(CASES), text=st.text(st.characters(), max_size=300))
def test_made_up_text_is_stored_exactly_or_refused_in_words(
    call: Callable[[Case, str], list[Any]], case: Case, text: str
) -> None:
    _check(call, case, text)
