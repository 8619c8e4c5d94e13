"""The rules of the API in plain Python, as a reader of the specification would write them down: no SQL, no locks.

A call either changes the state and answers, or raises the exception that the wrapper would, and changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tmi_db import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

RANKS = {"reader": 1, "writer": 2, "owner": 3}
KINDS = ("threats", "documents", "sources", "diagrams")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "threats": ("name", "risk_rating", "score", "diagram_id", "cell_id"),
    "documents": ("name", "url"),
    "sources": ("name", "url"),
    "diagrams": ("name",),
}
RATINGS = ("Unknown", "None", "Low", "Medium", "High", "Critical")

Fields = dict[str, Any]


@dataclass
class Member:
    """Somebody's access to a model."""

    role: str
    since: int
    """The step at which the present role was given."""


@dataclass
class Model:
    """A threat model and everything in it; ids are texts."""

    name: str
    description: str | None
    owner: str
    access: dict[str, Member]
    rows: dict[str, dict[str, Fields]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    cells: dict[str, dict[str, Fields]] = field(default_factory=dict)
    """For each diagram its cells by id, in their order."""
    metadata: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """By the kind of entity, its id (of a cell: `<diagram>/<cell>`) and the key."""

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        return {kind: len(rows) for kind, rows in self.rows.items()}

    def show(self) -> dict[str, Any]:
        """Give everything that can be seen."""
        return {
            "name": self.name,
            "description": self.description,
            "owner": self.owner,
            "access": {email: member.role for email, member in self.access.items()},
            "rows": self.rows,
            "cells": {diagram: list(cells.values()) for diagram, cells in self.cells.items()},
            "metadata": self.metadata,
            "counts": self.counts,
        }

    def entities(self) -> list[tuple[str, str]]:
        """Name everything that may have metadata, beside the model itself."""
        found = [(kind.removesuffix("s"), id) for kind in KINDS for id in self.rows[kind]]
        return found + [("cell", f"{diagram}/{cell}") for diagram, cells in self.cells.items() for cell in cells]

    def forget_lost(self, id: str) -> None:
        """Let go what belongs to rows and cells that are there no more."""
        for threat in self.rows["threats"].values():
            if threat["diagram_id"] not in self.rows["diagrams"]:
                threat["diagram_id"] = threat["cell_id"] = None
            elif threat["cell_id"] not in self.cells[threat["diagram_id"]]:
                threat["cell_id"] = None
        kept = {*self.entities(), ("threat_model", id)}
        self.metadata = {entry: value for entry, value in self.metadata.items() if entry[:2] in kept}


class Refusals:
    """Raises with the index of the item of a bulk call, if it is one."""

    index: int | None = None

    def no(self, kind: type[Invalid | Conflict | NotFound]) -> Exception:
        """Make a refusal."""
        return kind("refused by the model", index=self.index)


class Rules(Refusals):
    """Users and threat models, and who may do what to them."""

    def __init__(self, users: Iterable[str]) -> None:
        """Begin with users and no model."""
        self.users = set(users)
        self.models: dict[str, Model] = {}
        self.step = 0

    def enter(self, actor: str, id: str, role: str) -> Model:
        """Find a model for somebody who needs a role in it."""
        if actor not in self.users:
            raise Unauthenticated("no such user")
        model = self.models.get(id)
        if model is None or actor not in model.access:
            raise NotFound("no such model")
        if RANKS[model.access[actor].role] < RANKS[role]:
            raise Forbidden("the role is too low")
        return model

    # Threat models

    def create_model(self, actor: str, id: str, name: str, access: Sequence[Mapping[str, str]]) -> str:
        if actor not in self.users:
            raise Unauthenticated("no such user")
        self._check_name(name)
        if id in self.models:
            raise self.no(Conflict)
        for entry in access:
            self._check_entry(entry)
        members = {entry["email"]: Member(entry["role"], self.step) for entry in access}
        self.models[id] = Model(name, None, actor, members | {actor: Member("owner", self.step)})
        return "owner"

    def update_model(self, actor: str, id: str, changes: Fields) -> str:
        model = self.enter(actor, id, "writer")
        if changes.keys() - {"name", "description"}:
            raise self.no(Invalid)
        self._check_name(changes.get("name", model.name))
        for name, value in changes.items():
            setattr(model, name, value)
        return model.access[actor].role

    def delete_model(self, actor: str, id: str) -> dict[str, int]:
        model = self.enter(actor, id, "owner")
        del self.models[id]
        return model.counts | {"metadata": len(model.metadata), "access": len(model.access)}

    def transfer(self, actor: str, id: str, email: str) -> str:
        model = self.enter(actor, id, "owner")
        if email not in self.users:
            raise self.no(Invalid)
        self._put(model, email, "owner")
        model.owner = email
        return model.access[actor].role

    def copy_model(self, actor: str, id: str, new_id: str, name: str) -> str:
        """Copy with the old ids; whoever compares puts the new ones in their place."""
        model = copy.deepcopy(self.enter(actor, id, "reader"))
        self._check_name(name)
        if new_id in self.models:
            raise self.no(Conflict)
        model.name, model.owner, model.access = name, actor, {actor: Member("owner", self.step)}
        model.metadata = {
            (kind, new_id if kind == "threat_model" else entity, key): value
            for (kind, entity, key), value in model.metadata.items()
        }
        self.models[new_id] = model
        return "owner"

    def visible(self, actor: str) -> dict[str, tuple[str, dict[str, int]]]:
        """Say what somebody's list of models shows: the role in each, and its counts."""
        if actor not in self.users:
            raise Unauthenticated("no such user")
        return {
            id: (model.access[actor].role, model.counts) for id, model in self.models.items() if actor in model.access
        }

    # Access

    def grant(self, actor: str, id: str, email: str, role: str) -> tuple[str, str]:
        model = self.enter(actor, id, "owner")
        self._check_entry({"email": email, "role": role})
        if email == model.owner and role != "owner":
            raise self.no(Conflict)
        self._put(model, email, role)
        return email, role

    def revoke(self, actor: str, id: str, email: str) -> None:
        model = self.enter(actor, id, "owner")
        if email not in model.access:
            raise self.no(NotFound)
        if email == model.owner:
            raise self.no(Conflict)
        del model.access[email]

    def replace(self, actor: str, id: str, entries: Sequence[Mapping[str, str]]) -> dict[str, str]:
        model = self.enter(actor, id, "owner")
        for entry in entries:
            self._check_entry(entry)
            if entry["email"] == model.owner and entry["role"] != "owner":
                raise self.no(Conflict)
        named = [entry["email"] for entry in entries]
        if len(set(named)) < len(named):
            raise self.no(Invalid)
        for entry in entries:
            self._put(model, entry["email"], entry["role"])
        model.access = {e: member for e, member in model.access.items() if e in named or e == model.owner}
        return {email: member.role for email, member in model.access.items()}

    def _check_entry(self, entry: Mapping[str, str]) -> None:
        if entry["email"] not in self.users or entry["role"] not in RANKS:
            raise self.no(Invalid)

    def _put(self, model: Model, email: str, role: str) -> None:
        if email not in model.access or model.access[email].role != role:
            model.access[email] = Member(role, self.step)

    # Users

    def log_in(self, email: str) -> bool:
        is_new = email not in self.users
        self.users.add(email)
        return is_new

    def delete_user(self, email: str, heir: str | None, delete_models: bool) -> dict[str, tuple[str, str | None]]:
        if email not in self.users:
            raise self.no(NotFound)
        if heir is not None and (heir == email or heir not in self.users):
            raise self.no(Invalid)
        heirs: dict[str, str | None] = {}
        for id, model in self.models.items():
            if model.owner == email:
                others = [
                    (member.since, other)
                    for other, member in model.access.items()
                    if member.role == "owner" and other != email
                ]
                heirs[id] = heir or (min(others)[1] if others else None)
        if None in heirs.values() and not delete_models:
            raise self.no(Conflict)
        for id, new_owner in heirs.items():
            if new_owner is None:
                del self.models[id]
            else:
                self._put(self.models[id], new_owner, "owner")
                self.models[id].owner = new_owner
        for model in self.models.values():
            model.access.pop(email, None)
        self.users.remove(email)
        return {id: ("transferred" if new_owner else "deleted", new_owner) for id, new_owner in heirs.items()}

    # Threats, documents, sources, diagrams

    def create_row(self, actor: str, id: str, kind: str, row_id: str, fields: Fields) -> Fields:
        return self._create(self.enter(actor, id, "writer"), kind, row_id, fields)

    def update_row(self, actor: str, id: str, kind: str, row_id: str, changes: Fields) -> Fields:
        return self._update(self.enter(actor, id, "writer"), kind, row_id, changes)

    def delete_row(self, actor: str, id: str, kind: str, row_id: str) -> None:
        model = self.enter(actor, id, "writer")
        self._delete(model, kind, row_id)
        model.forget_lost(id)

    def bulk_create(self, actor: str, id: str, items: Sequence[tuple[str, Fields]]) -> list[Fields]:
        return self._bulk(actor, id, items, lambda model, item: self._create(model, "threats", *item))

    def bulk_update(self, actor: str, id: str, items: Sequence[tuple[str, Fields]]) -> list[Fields]:
        return self._bulk(actor, id, items, lambda model, item: self._update(model, "threats", *item))

    def bulk_delete(self, actor: str, id: str, items: Sequence[tuple[str, Fields]]) -> list[Fields]:
        return self._bulk(actor, id, items, lambda model, item: self._delete(model, "threats", item[0]))

    def _bulk(self, actor: str, id: str, items: Sequence[tuple[str, Fields]], work: Any) -> list[Fields]:
        self.enter(actor, id, "writer")
        for self.index, item in enumerate(items):
            if item[0] in [other[0] for other in items[: self.index]]:
                raise self.no(Invalid)
        model = copy.deepcopy(self.models[id])
        answers = []
        for self.index, item in enumerate(items):
            answers.append(work(model, item))
        model.forget_lost(id)
        self.models[id] = model
        return answers

    def _create(self, model: Model, kind: str, row_id: str, fields: Fields) -> Fields:
        row = dict.fromkeys(FIELDS[kind]) | fields
        self._check_row(model, kind, row)
        if any(row_id in other.rows[kind] for other in [model, *self.models.values()]):
            raise self.no(Conflict)
        model.rows[kind][row_id] = row
        if kind == "diagrams":
            model.cells[row_id] = {}
        return dict(row)

    def _update(self, model: Model, kind: str, row_id: str, changes: Fields) -> Fields:
        if changes.keys() - set(FIELDS[kind]):
            raise self.no(Invalid)
        if row_id not in model.rows[kind]:
            raise self.no(NotFound)
        row = model.rows[kind][row_id] | changes
        self._check_row(model, kind, row)
        model.rows[kind][row_id] = row
        return dict(row)

    def _delete(self, model: Model, kind: str, row_id: str) -> Fields:
        if row_id not in model.rows[kind]:
            raise self.no(NotFound)
        model.cells.pop(row_id, None)
        return model.rows[kind].pop(row_id)

    def _check_name(self, name: object) -> None:
        if not isinstance(name, str) or not 1 <= len(name) <= 256:
            raise self.no(Invalid)

    def _check_row(self, model: Model, kind: str, row: Fields) -> None:
        self._check_name(row["name"])
        if row.keys() - set(FIELDS[kind]):
            raise self.no(Invalid)
        if kind in ("documents", "sources") and not (row["url"] or "").startswith("https://"):
            raise self.no(Invalid)
        if kind == "threats":
            if row["risk_rating"] is not None:
                row["risk_rating"] = row["risk_rating"].capitalize()
            known = row["risk_rating"] in (None, *RATINGS) and (row["score"] is None or 0 <= row["score"] <= 100)
            placed = row["diagram_id"] is None or row["diagram_id"] in model.rows["diagrams"]
            drawn = row["cell_id"] is None or row["cell_id"] in model.cells.get(row["diagram_id"] or "", {})
            if not (known and placed and drawn):
                raise self.no(Invalid)

    # Cells

    def apply_ops(self, actor: str, id: str, diagram: str, ops: Sequence[Fields]) -> tuple[int, int, int, int]:
        model = self.enter(actor, id, "writer")
        if not ops:
            raise self.no(Invalid)
        if diagram not in model.cells:
            raise self.no(NotFound)
        cells = copy.deepcopy(model.cells[diagram])
        added = updated = removed = 0
        for self.index, op in enumerate(ops):
            cell, data = op["id"], op.get("data")
            if op["operation"] == "remove":
                removed += cells.pop(cell, None) is not None
            elif op["operation"] == "add":
                if data is None:
                    raise self.no(Invalid)
                if cell in cells:
                    raise self.no(Conflict)
                cells[cell] = data | {"id": cell}
                added += 1
            elif op["operation"] == "update":
                if data is None:
                    raise self.no(Invalid)
                if cell not in cells:
                    raise self.no(NotFound)
                changed = cells[cell] | data
                updated += changed != cells[cell]
                cells[cell] = changed
            else:
                raise self.no(Invalid)
        model.cells[diagram] = cells
        model.forget_lost(id)
        return len(cells), added, updated, removed

    # Metadata

    def set_metadata(self, actor: str, id: str, entity: tuple[str, str], key: str, value: str) -> tuple[str, str]:
        model = self.enter(actor, id, "writer")
        if entity not in [*model.entities(), ("threat_model", id)]:
            raise self.no(NotFound)
        if not key.replace("-", "_").isidentifier() or not value:
            raise self.no(Invalid)
        model.metadata[(*entity, key)] = value
        return key, value

    def delete_metadata(self, actor: str, id: str, entity: tuple[str, str], key: str) -> None:
        model = self.enter(actor, id, "writer")
        if (*entity, key) not in model.metadata:
            raise self.no(NotFound)
        del model.metadata[(*entity, key)]
