"""Several people make random calls, and every answer, row and count is compared with a plain model of the rules.

`make test` plays a few hundred steps, always the same; TMI_TEST_LONG=1 plays thousands, others each time.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID, uuid5

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from support import database as databases
from support.rules import FIELDS, KINDS, Rules
from tmi_db import Api, Conflict, Database, Invalid, NotFound, Stale, TmiError

NAMES = ("owner", "writer", "reader", "stranger", "leaver")
NAMESPACE = UUID("6f1d2c3e-7b3a-4b6e-9d55-0f3f3a2b1c4d")
UNKNOWN = str(uuid5(NAMESPACE, "nothing has this id"))

people = st.sampled_from(NAMES)
actors = st.sampled_from([*["owner"] * 6, *["writer"] * 3, *NAMES])
roles = st.sampled_from(["owner", "writer", "reader", "reader", "king"])
versions = st.sampled_from(["any", "any", "present", "past"])
kinds = st.sampled_from(KINDS)
cell_ids = st.sampled_from(["a", "b", "c"])
names = st.sampled_from([*["Payments", "\u05e9\u05dc\u05d5\u05dd", "%_\\'\"", "x" * 256] * 4, "", "x" * 257])
keys = st.sampled_from([*["colour", "size-2"] * 3, "bad key"])
values = st.sampled_from([*["red", "\U0001f7e5"] * 3, ""])

T = TypeVar("T")

_runs = itertools.count()


class Play(RuleBasedStateMachine):
    """Everybody acts on everything."""

    database: Database
    login_service: Database

    def __init__(self) -> None:
        super().__init__()
        self.run = next(_runs)
        self.numbers = itertools.count()
        self.book = Rules(())
        self.models: list[str] = [UNKNOWN]
        self.seen: dict[str, tuple[Any, datetime]] = {}
        self.user_ids: dict[str, UUID] = {}
        for name in NAMES:
            self.log_in(name)

    # Ways to choose and to compare

    def draw(self, data: st.DataObject, strategy: st.SearchStrategy[T], label: str) -> T:
        drawn: T = data.draw(strategy, label)
        return drawn

    def email(self, name: str) -> str:
        return f"{name}-{self.run}@example.com"

    def api(self, name: str) -> Api:
        return self.database.as_user(self.email(name))

    def new_id(self) -> str:
        return str(uuid5(NAMESPACE, f"{self.run}/{next(self.numbers)}"))

    def choose_model(self, data: st.DataObject, actor: str) -> str:
        """Choose a model, mostly one that the actor may see; sometimes one that is gone, or never was."""
        email = self.email(actor)
        seen = self.book.visible(email) if email in self.book.users else {}
        return self.draw(data, st.sampled_from([*list(seen) * 12, *self.models]), "model")

    def choose_row(self, data: st.DataObject, model: str, kind: str) -> str:
        """Choose a row, mostly of the model; sometimes another model's, or none's."""
        own = list(self.book.models[model].rows[kind]) if model in self.book.models else []
        others = [id for other in self.book.models.values() for id in other.rows[kind]]
        return self.draw(data, st.sampled_from([*own * 12, *others, UNKNOWN]), kind)

    def choose_entity(self, data: st.DataObject, model: str) -> tuple[str, str]:
        found = self.book.models[model].entities() if model in self.book.models else []
        return self.draw(data, st.sampled_from([*found, ("threat_model", model), ("threat", UNKNOWN)]), "entity")

    def choose_version(self, row: str, version: str) -> datetime | None:
        if version == "any" or row not in self.seen:
            return None
        return self.seen[row][1] - (timedelta(microseconds=1) if version == "past" else timedelta(0))

    def choose_fields(self, data: st.DataObject, model: str, kind: str) -> dict[str, Any]:
        fields: dict[str, Any] = {"name": data.draw(names, "name")}
        if kind in ("documents", "sources"):
            fields["url"] = data.draw(st.sampled_from([*["https://example.com/"] * 9, "x"]), "url")
        elif kind == "threats":
            fields["score"] = data.draw(st.sampled_from([*[None, 0, 100] * 5, 101]), "score")
            fields["risk_rating"] = data.draw(st.sampled_from([*[None, "high", "LOW"] * 5, "dreadful"]), "risk_rating")
            if data.draw(st.booleans(), "placed"):
                fields["diagram_id"] = self.choose_row(data, model, "diagrams")
                fields["cell_id"] = data.draw(st.sampled_from([None, None, None, "a", "b"]), "cell")
        return fields

    def compare(self, expected: Callable[[], object], call: Callable[[], object]) -> object:
        """Ask the model and the database the same, and give the answer that they agree on."""
        self.book.step += 1
        self.book.index = None
        foreseen, got = _outcome(expected), _outcome(call)
        assert got == foreseen
        return got

    def guarded(self, actor: str, model: str, row: str, version: datetime | None, expected: Callable[[], Any]) -> Any:
        """Refuse a version that is not the present one, once the model may be written and the row is there."""

        def check() -> Any:
            if version is not None and version != self.seen[row][1]:
                needed = "owner" if expected.__name__ == "delete" else "writer"
                found = self.book.enter(actor, model, needed)
                if row == model or any(row in rows for rows in found.rows.values()):
                    raise Stale("changed since")
            return expected()

        return check

    # People

    @rule(name=people)
    def log_in(self, name: str) -> None:
        email = self.email(name)

        def call() -> bool:
            login = self.login_service.auth.users.login("google", email, email, name)
            self.user_ids[name] = login.id
            return login.is_new

        self.compare(lambda: self.book.log_in(email), call)

    @rule(name=st.sampled_from([*["leaver"] * 8, *NAMES]), heir=st.none() | people, delete_models=st.booleans())
    def delete_user(self, name: str, heir: str | None, delete_models: bool) -> None:
        heir_email = heir and self.email(heir)

        def call() -> object:
            released = self.login_service.auth.users.delete(
                self.user_ids[name], transfer_to=heir_email, delete_models=delete_models
            )
            return {str(model.threat_model_id): (model.action, model.new_owner_email) for model in released}

        self.compare(lambda: self.book.delete_user(self.email(name), heir_email, delete_models), call)

    # Threat models and access

    @initialize()
    def begin_with_a_shared_model(self) -> None:
        access = [{"email": self.email(role), "role": role} for role in ("writer", "reader")]
        access.append({"email": self.email("leaver"), "role": "owner"})
        id = self.make_model("owner", "Shared", access)
        diagram = self.make_row("owner", id, "diagrams", self.new_id(), {"name": "Flow"})
        box = {"shape": "process", "x": 0, "y": 0, "width": 80, "height": 60}
        self.edit_cells("owner", id, diagram, [{"id": cell, "operation": "add", "data": box} for cell in "ab"])
        for cell in "ab":
            threat = {"name": "Token replay", "diagram_id": diagram, "cell_id": cell}
            self.make_row("owner", id, "threats", self.new_id(), threat)
            self.put_metadata("owner", id, ("cell", f"{diagram}/{cell}"), "colour", "red")
        for kind in ("documents", "sources"):
            self.make_row("owner", id, kind, self.new_id(), {"name": "Design", "url": "https://example.com/"})

    @rule(actor=actors, name=names, entries=st.lists(st.tuples(people, roles), max_size=2, unique_by=lambda e: e[0]))
    def create_model(self, actor: str, name: str, entries: list[tuple[str, str]]) -> None:
        access = [{"email": self.email(who), "role": role} for who, role in entries if who != actor]
        self.make_model(actor, name, access)

    def make_model(self, actor: str, name: str, access: list[dict[str, str]]) -> str:
        id = self.new_id()
        self.models.append(id)
        self.compare(
            lambda: self.book.create_model(self.email(actor), id, name, access),
            lambda: self.api(actor).threat_models.create(name, access=access, id=id).role,
        )
        return id

    @rule(actor=actors, data=st.data(), name=names, version=versions)
    def update_model(self, actor: str, data: st.DataObject, name: str, version: str) -> None:
        id = self.choose_model(data, actor)
        changes: dict[str, Any] = {"name": name} if version == "any" else {}
        changes["description"] = data.draw(st.none() | st.sampled_from(["long", "short"]), "description")
        moment = self.choose_version(id, version)

        def update() -> object:
            return self.book.update_model(self.email(actor), id, changes)

        self.compare(
            self.guarded(self.email(actor), id, id, moment, update),
            lambda: self.api(actor).threat_models.update(id, changes, if_modified_at=moment).role,
        )

    @rule(actor=actors, data=st.data(), version=versions)
    def delete_model(self, actor: str, data: st.DataObject, version: str) -> None:
        id = self.choose_model(data, actor)
        moment = self.choose_version(id, version)

        def delete() -> object:
            return self.book.delete_model(self.email(actor), id)

        def call() -> object:
            gone = self.api(actor).threat_models.delete(id, if_modified_at=moment)
            return _counts(gone) | {"metadata": gone.metadata_count, "access": gone.access_count}

        self.compare(self.guarded(self.email(actor), id, id, moment, delete), call)

    @rule(actor=actors, data=st.data(), heir=people)
    def transfer(self, actor: str, data: st.DataObject, heir: str) -> None:
        id = self.choose_model(data, actor)
        self.compare(
            lambda: self.book.transfer(self.email(actor), id, self.email(heir)),
            lambda: self.api(actor).threat_models.transfer(id, self.email(heir)).role,
        )

    @rule(actor=actors, data=st.data(), name=names)
    def copy_model(self, actor: str, data: st.DataObject, name: str) -> None:
        id, new_id = self.choose_model(data, actor), self.new_id()
        self.models.append(new_id)
        copied = self.compare(
            lambda: self.book.copy_model(self.email(actor), id, new_id, name),
            lambda: self.api(actor).threat_models.copy(id, name, id=new_id).role,
        )
        if copied == "owner":
            self.renew_ids(new_id)

    def renew_ids(self, id: str) -> None:
        """Put the ids that the rows of a copy have in the place of the old ones."""
        model = self.book.models[id]
        new: dict[str | None, str | None] = {None: None, id: id}
        new |= {old: _copied_id(id, old) for kind in KINDS for old in model.rows[kind]}
        model.rows = {
            kind: {str(new[old]): _with_diagram(row, new) for old, row in rows.items()}
            for kind, rows in model.rows.items()
        }
        model.cells = {str(new[old]): cells for old, cells in model.cells.items()}
        model.metadata = {
            (kind, "/".join([str(new[entity.split("/")[0]]), *entity.split("/")[1:]]), key): value
            for (kind, entity, key), value in model.metadata.items()
        }

    @rule(actor=actors, data=st.data(), who=people, role=roles)
    def grant(self, actor: str, data: st.DataObject, who: str, role: str) -> None:
        id = self.choose_model(data, actor)

        def call() -> object:
            entry = self.api(actor).access.grant(id, self.email(who), role)
            return entry.user_email, entry.role

        self.compare(lambda: self.book.grant(self.email(actor), id, self.email(who), role), call)

    @rule(actor=actors, data=st.data(), who=people)
    def revoke(self, actor: str, data: st.DataObject, who: str) -> None:
        id = self.choose_model(data, actor)
        self.compare(
            lambda: self.book.revoke(self.email(actor), id, self.email(who)),
            lambda: self.api(actor).access.revoke(id, self.email(who)),
        )

    @rule(actor=actors, data=st.data(), entries=st.lists(st.tuples(people, roles), max_size=3))
    def replace(self, actor: str, data: st.DataObject, entries: list[tuple[str, str]]) -> None:
        id = self.choose_model(data, actor)
        access = [{"email": self.email(who), "role": role} for who, role in entries]

        def call() -> object:
            return {entry.user_email: entry.role for entry in self.api(actor).access.replace(id, access)}

        self.compare(
            lambda: _without_index(lambda: self.book.replace(self.email(actor), id, access)),
            lambda: _without_index(call),
        )

    # Rows

    @rule(actor=actors, data=st.data(), kind=kinds)
    def create_row(self, actor: str, data: st.DataObject, kind: str) -> None:
        id = self.choose_model(data, actor)
        row = self.choose_row(data, id, kind) if data.draw(st.integers(0, 9), "once more") == 0 else self.new_id()
        if row == UNKNOWN:
            row = self.new_id()
        self.make_row(actor, id, kind, row, self.choose_fields(data, id, kind))

    def make_row(self, actor: str, id: str, kind: str, row: str, fields: dict[str, Any]) -> str:
        self.compare(
            lambda: self.book.create_row(self.email(actor), id, kind, row, fields),
            lambda: _fields(kind, getattr(self.api(actor), kind).create(id, id=row, **fields)),
        )
        return row

    @rule(actor=actors, data=st.data(), kind=kinds, version=versions)
    def update_row(self, actor: str, data: st.DataObject, kind: str, version: str) -> None:
        id = self.choose_model(data, actor)
        row = self.choose_row(data, id, kind)
        changes = self.choose_fields(data, id, kind) if version == "any" else {"name": "Renamed"}
        if data.draw(st.integers(0, 9), "unknown field") == 0 and version == "any":
            changes["colour"] = "red"
        moment = self.choose_version(row, version)

        def update() -> object:
            return self.book.update_row(self.email(actor), id, kind, row, changes)

        self.compare(
            self.guarded(self.email(actor), id, row, moment, update),
            lambda: _fields(kind, getattr(self.api(actor), kind).update(id, row, changes, if_modified_at=moment)),
        )

    @rule(actor=actors, data=st.data(), kind=kinds, version=versions)
    def delete_row(self, actor: str, data: st.DataObject, kind: str, version: str) -> None:
        id = self.choose_model(data, actor)
        row = self.choose_row(data, id, kind)
        moment = self.choose_version(row, version)

        def remove() -> None:
            self.book.delete_row(self.email(actor), id, kind, row)

        self.compare(
            self.guarded(self.email(actor), id, row, moment, remove),
            lambda: getattr(self.api(actor), kind).delete(id, row, if_modified_at=moment),
        )

    @rule(actor=actors, data=st.data(), number=st.integers(1, 3))
    def bulk_create(self, actor: str, data: st.DataObject, number: int) -> None:
        id = self.choose_model(data, actor)
        items = [(self.new_id(), self.choose_fields(data, id, "threats")) for _ in range(number)]
        self.compare_bulk(
            lambda: self.book.bulk_create(self.email(actor), id, items),
            lambda: self.api(actor).threats.bulk_create(id, [{"id": row} | fields for row, fields in items]),
        )

    @rule(actor=actors, data=st.data(), number=st.integers(1, 3))
    def bulk_update(self, actor: str, data: st.DataObject, number: int) -> None:
        id = self.choose_model(data, actor)
        items = [
            (self.choose_row(data, id, "threats"), {"score": data.draw(st.sampled_from([None, 7, 8, 9, 101]), "score")})
            for _ in range(number)
        ]
        self.compare_bulk(
            lambda: self.book.bulk_update(self.email(actor), id, items),
            lambda: self.api(actor).threats.bulk_update(id, [{"id": row} | fields for row, fields in items]),
        )

    @rule(actor=actors, data=st.data(), number=st.integers(1, 3))
    def bulk_delete(self, actor: str, data: st.DataObject, number: int) -> None:
        id = self.choose_model(data, actor)
        items: list[tuple[str, dict[str, Any]]] = [(self.choose_row(data, id, "threats"), {}) for _ in range(number)]
        self.compare_bulk(
            lambda: self.book.bulk_delete(self.email(actor), id, items),
            lambda: self.api(actor).threats.bulk_delete(id, [row for row, _ in items]),
        )

    def compare_bulk(self, expected: Callable[[], object], call: Callable[[], Any]) -> None:
        self.compare(expected, lambda: [_fields("threats", row) for row in call()])

    # Cells and metadata

    @rule(
        actor=actors,
        data=st.data(),
        ops=st.lists(
            st.fixed_dictionaries(
                {"id": cell_ids, "operation": st.sampled_from([*["add", "add", "update", "remove"] * 4, "explode"])}
            ),
            max_size=4,
        ),
    )
    def apply_ops(self, actor: str, data: st.DataObject, ops: list[dict[str, Any]]) -> None:
        id = self.choose_model(data, actor)
        diagram = self.choose_row(data, id, "diagrams")
        for op in ops:
            x = data.draw(st.integers(0, 2), "x")
            if op["operation"] == "add":
                op["data"] = {"shape": "process", "x": x, "y": 0, "width": 80, "height": 60}
            elif op["operation"] == "update":
                op["data"] = data.draw(st.sampled_from([*[{"x": x}] * 9, None]), "data")
        self.edit_cells(actor, id, diagram, ops)

    def edit_cells(self, actor: str, id: str, diagram: str, ops: list[dict[str, Any]]) -> None:
        def call() -> object:
            changes = self.api(actor).cells.apply_ops(id, diagram, ops)
            return changes.cell_count, changes.added, changes.updated, changes.removed

        self.compare(lambda: self.book.apply_ops(self.email(actor), id, diagram, ops), call)

    @rule(actor=actors, data=st.data(), key=keys, value=values)
    def set_metadata(self, actor: str, data: st.DataObject, key: str, value: str) -> None:
        id = self.choose_model(data, actor)
        self.put_metadata(actor, id, self.choose_entity(data, id), key, value)

    def put_metadata(self, actor: str, id: str, entity: tuple[str, str], key: str, value: str) -> None:
        def call() -> object:
            entry = self.api(actor).metadata.set(id, entity[0], self.entity_id(entity), key, value)
            return entry.key, entry.value

        self.compare(lambda: self.book.set_metadata(self.email(actor), id, entity, key, value), call)

    @rule(actor=actors, data=st.data(), key=keys)
    def delete_metadata(self, actor: str, data: st.DataObject, key: str) -> None:
        id = self.choose_model(data, actor)
        entity = self.choose_entity(data, id)
        self.compare(
            lambda: self.book.delete_metadata(self.email(actor), id, entity, key),
            lambda: self.api(actor).metadata.delete(id, entity[0], self.entity_id(entity), key),
        )

    def entity_id(self, entity: tuple[str, str]) -> str:
        if entity[0] != "cell":
            return entity[1]
        diagram, cell = entity[1].split("/")
        someone = next(name for name in NAMES if self.email(name) in self.book.users)
        return str(self.api(someone).cells.entity_id(diagram, cell))

    # What holds after every step

    @invariant()
    def everybody_sees_the_models_that_they_may_see_with_true_counts(self) -> None:
        for name in NAMES:

            def listed(name: str = name) -> object:
                return {str(m.id): (m.role, _counts(m)) for m in self.api(name).threat_models.iterate()}

            assert _outcome(listed) == _outcome(partial(self.book.visible, self.email(name)))

    @invariant()
    def every_model_holds_what_it_should(self) -> None:
        for id, model in self.book.models.items():
            document = self.database.as_user(model.owner).threat_models.document(id)
            assert _show(document) == model.show()
            self.check_moments(document)

    def check_moments(self, document: dict[str, Any]) -> None:
        """Demand that a row that differs was modified later, and that none was modified earlier than before."""
        own = {name: document[name] for name in ("id", "name", "description", "owner_email", "modified_at")}
        for row in [own, *(row for kind in KINDS for row in document[kind])]:
            fields = {name: value for name, value in row.items() if name != "modified_at"}
            moment = datetime.fromisoformat(row["modified_at"])
            if row["id"] in self.seen:
                before, earlier = self.seen[row["id"]]
                assert moment >= earlier
                assert fields == before or moment > earlier
            self.seen[row["id"]] = (fields, moment)


def _outcome(call: Callable[[], object]) -> object:
    """Make a call, and give its answer or what it refused."""
    try:
        return call()
    except TmiError as refused:
        return type(refused), refused.index


def _without_index(call: Callable[[], object]) -> object:
    try:
        return call()
    except (Invalid, Conflict, NotFound) as refused:
        return type(refused)


def _counts(row: Any) -> dict[str, int]:
    return {kind: getattr(row, f"{kind.removesuffix('s')}_count") for kind in KINDS}


def _fields(kind: str, row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in FIELDS[kind]}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in found.items()}


def _copied_id(model: str, row: str) -> str:
    """Give the id of a row's copy, which follows from the new model's and the old row's, so that no copy makes two."""
    digest = bytearray(sha256(f"{model}/copy/{row}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


def _with_diagram(row: dict[str, Any], new: dict[str | None, str | None]) -> dict[str, Any]:
    return row | {"diagram_id": new[row["diagram_id"]]} if "diagram_id" in row else row


def _show(document: dict[str, Any]) -> dict[str, Any]:
    """Show a model's document as `Model.show` shows it."""
    return {
        "name": document["name"],
        "description": document["description"],
        "owner": document["owner_email"],
        "access": {entry["user_email"]: entry["role"] for entry in document["access"]},
        "rows": {kind: {row["id"]: {f: row[f] for f in FIELDS[kind]} for row in document[kind]} for kind in KINDS},
        "cells": {diagram["id"]: diagram["cells"] for diagram in document["diagrams"]},
        "metadata": {
            (
                entry["entity_type"],
                f"{entry['diagram_id']}/{entry['cell_id']}" if entry["entity_type"] == "cell" else entry["entity_id"],
                entry["key"],
            ): entry["value"]
            for entry in document["metadata"]
        },
        "counts": {kind: document[f"{kind.removesuffix('s')}_count"] for kind in KINDS},
    }


def test_whatever_people_do_the_database_answers_as_the_model_of_the_rules(database: databases.Database) -> None:
    long = bool(os.environ.get("TMI_TEST_LONG"))
    with (
        Database(database.dsn_for("app"), key=databases.KEY, max_size=1) as db,
        Database(database.dsn_for("auth"), max_size=1) as login_service,
    ):
        run_state_machine_as_test(
            type("Play", (Play,), {"database": db, "login_service": login_service}),
            settings=settings(
                max_examples=100 if long else 15,
                stateful_step_count=100 if long else 30,
                derandomize=not long,
                deadline=None,
                database=None,
                print_blob=long,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.generate],
            ),
        )
    with database.connect("maintenance") as maintenance:
        assert maintenance.execute("SELECT * FROM counts_verify()").fetchall() == []
