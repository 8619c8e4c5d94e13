"""Editors of threats, documents and sources who meet: one wins, nobody's work is lost, and nobody deadlocks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from support.database import Database
from support.races import Call, Outcome, meet, race

ALICE, BOB = "alice@example.com", "bob@example.com"
KINDS = {"threat": "threats", "document": "documents", "source": "sources"}
ROWS = 20


@dataclass(frozen=True)
class World:
    """A model with rows of one kind, which Alice owns and Bob may write in."""

    database: Database
    noun: str
    model: Any
    ids: tuple[str, ...]

    def call(self, verb: str, *arguments: Any, by: str = ALICE) -> Call:
        places = ", ".join(["%s"] * (1 + len(arguments)))
        values = [json.dumps(value) if isinstance(value, list | dict) else value for value in arguments]
        return Call(f"SELECT to_jsonb(f) FROM {self.noun}_{verb}({places}) AS f", (self.model, *values), by)

    def all_named(self, name: str, *, backwards: bool = False, by: str = ALICE) -> Call:
        items = [{"id": row, "name": name} for row in self.ids]
        return self.call("bulk_update", items[::-1] if backwards else items, by=by)

    def all_gone(self, *, backwards: bool = False, by: str = ALICE) -> Call:
        return self.call("bulk_delete", list(self.ids[::-1] if backwards else self.ids), by=by)

    def items(self, number: int) -> list[dict[str, str]]:
        item = {"name": "New"} if self.noun == "threat" else {"name": "New", "url": "https://example.com"}
        return [item] * number

    def modified_at(self, row: str) -> Any:
        return self.ask(f"SELECT modified_at FROM {KINDS[self.noun]} WHERE id = %s", row)

    def names(self) -> set[str]:
        with self.database.connect() as admin:
            rows = admin.execute(f"SELECT name FROM {KINDS[self.noun]}".encode()).fetchall()
        return {row[0] for row in rows}

    def count_is_true(self) -> bool:
        query = f"SELECT m.{self.noun}_count = (SELECT count(*) FROM {KINDS[self.noun]}) FROM threat_models m"
        return bool(self.ask(query))

    def ask(self, query: str, *arguments: Any) -> Any:
        with self.database.connect() as admin:
            row = admin.execute(query.encode(), arguments).fetchone()
        return row[0] if row else None


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, database: Database) -> World:
    return make(database, request.param)


@pytest.fixture
def threats(database: Database) -> World:
    return make(database, "threat")


def make(database: Database, noun: str) -> World:
    url = "" if noun == "threat" else ", url"
    value = "" if noun == "threat" else ", 'https://example.com'"
    with database.connect() as admin, admin.transaction():
        row = admin.execute("SELECT tap.add_model(tap.add_user('alice')), tap.add_user('bob')").fetchone()
        assert row
        admin.execute("SELECT tap.share(%s, %s, 'writer')", (row[0], BOB))
        rows = admin.execute(
            f"WITH new AS (INSERT INTO {KINDS[noun]} (threat_model_id, name{url}) SELECT %s, 'Old'{value} "
            "FROM generate_series(1, %s) RETURNING id::text) SELECT id FROM new ORDER BY id",
            (row[0], ROWS),
        ).fetchall()
    return World(database, noun, row[0], tuple(each[0] for each in rows))


def states(outcomes: list[Outcome]) -> list[str | None]:
    return [outcome.sqlstate for outcome in outcomes]


# Two who have read the same row ------------------------------------------------------------------------------------


def test_of_two_who_have_read_the_same_row_the_second_is_told(world: World) -> None:
    row, read = world.ids[0], world.modified_at(world.ids[0])
    patch = [{"op": "replace", "path": "/name", "value": "Bob's"}]
    seconds = [
        world.call("update", row, {"name": "Bob's"}, read, by=BOB),
        world.call("patch", row, patch, read, by=BOB),
        world.call("delete", row, read, by=BOB),
        world.call("bulk_update", [{"id": row, "name": "Bob's", "if_modified_at": str(read)}], by=BOB),
        world.call("bulk_delete", [{"id": row, "if_modified_at": str(read)}], by=BOB),
    ]
    for number, second in enumerate(seconds):
        first = world.call("update", row, {"name": f"Alice's {number}"}, world.modified_at(row))
        assert states(meet(world.database, first, second)) == [None, "TM412"], second.statement
    assert world.names() == {"Old", f"Alice's {len(seconds) - 1}"}


def test_of_many_who_have_read_the_same_row_one_wins(world: World) -> None:
    row = world.ids[0]
    for number in range(5):
        read = world.modified_at(row)
        names = [f"Editor {who}, round {number}" for who in range(6)]
        calls = [
            world.call("update", row, {"name": name}, read, by=(ALICE, BOB)[who % 2]) for who, name in enumerate(names)
        ]
        outcomes = race(world.database, *calls)
        assert Counter(states(outcomes)) == {None: 1, "TM412": 5}, outcomes
        winners = [name for name, outcome in zip(names, outcomes, strict=True) if outcome.sqlstate is None]
        assert world.names() == {"Old", *winners}


def test_a_change_that_waited_for_an_administrators_statement_is_told_what_that_did(world: World) -> None:
    table, row, read = KINDS[world.noun], world.ids[0], world.modified_at(world.ids[0])
    for statement, answer in (
        (f"UPDATE {table} SET description = 'Theirs' WHERE id = %s", "TM412"),
        (f"DELETE FROM {table} WHERE id = %s", "TM404"),
    ):
        theirs = Call(statement, (row,), login_name="postgres")
        assert states(meet(world.database, theirs, world.call("update", row, {"name": "New"}, read))) == [None, answer]
    assert world.names() == {"Old"}


def test_a_change_that_waited_for_an_administrators_statement_keeps_what_that_wrote(world: World) -> None:
    row = world.ids[0]
    theirs = Call(f"UPDATE {KINDS[world.noun]} SET description = 'Theirs' WHERE id = %s", (row,), login_name="postgres")
    _, changed = meet(world.database, theirs, world.call("update", row, {"name": "New"}))
    assert (changed.value["name"], changed.value["description"]) == ("New", "Theirs")


def test_those_who_change_different_fields_do_not_undo_each_other(world: World) -> None:
    row = world.ids[0]
    outcomes = meet(
        world.database,
        world.call("update", row, {"name": "Named"}),
        world.call("update", row, {"description": "Described"}, by=BOB),
        world.call("patch", row, [{"op": "test", "path": "/name", "value": "Named"}], by=BOB),
    )
    assert states(outcomes) == [None, None, None]
    assert (outcomes[1].value["name"], outcomes[1].value["description"]) == ("Named", "Described")
    assert outcomes[2].value["description"] == "Described"


def test_a_patch_tests_what_the_one_before_it_left(world: World) -> None:
    row = world.ids[0]
    operations = [{"op": "test", "path": "/name", "value": "Old"}, {"op": "replace", "path": "/name", "value": "New"}]
    assert states(
        meet(world.database, world.call("patch", row, operations), world.call("patch", row, operations, by=BOB))
    ) == [None, "TM409"]


# Bulk calls that cross ---------------------------------------------------------------------------------------------


def test_bulk_updates_that_cross_never_deadlock(world: World) -> None:
    for number in range(8):
        calls = [
            world.all_named(f"{number} forwards"),
            world.all_named(f"{number} backwards", backwards=True, by=BOB),
            world.all_named(f"{number} forwards again", by=BOB),
            world.all_named(f"{number} backwards again", backwards=True),
        ]
        outcomes = race(world.database, *calls)
        assert states(outcomes) == [None] * 4, outcomes
        assert len(world.names()) == 1, "one call changes all rows or none"


def test_bulk_calls_of_every_kind_cross_without_deadlock(world: World) -> None:
    outcomes = race(
        world.database,
        world.all_named("Forwards"),
        world.all_gone(backwards=True, by=BOB),
        world.call("bulk_create", world.items(10), by=BOB),
        world.all_gone(),
        world.all_named("Backwards", backwards=True, by=BOB),
        world.call("update", world.ids[-1], {"name": "Single"}),
    )
    assert set(states(outcomes)) <= {None, "TM404"}, outcomes
    assert Counter(states(outcomes)[1:4:2]) == {None: 1, "TM404": 1}, "what is gone can't be deleted again"
    assert len(outcomes[2].rows) == 10
    assert world.names() == {"New"}
    assert world.count_is_true()


def test_rows_are_locked_in_the_order_of_their_ids(world: World) -> None:
    """Whoever locks rows in that order without the model, as a DBA may, is not caught in a ring."""
    table = KINDS[world.noun]
    first = Call(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", (world.ids[0],), login_name="postgres")
    last = Call(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", (world.ids[-1],), login_name="postgres")
    for backwards in (False, True):
        assert states(meet(world.database, first, world.all_named("New", backwards=backwards), then=last)) == [None] * 2
    assert states(meet(world.database, first, world.all_gone(backwards=True), then=last)) == [None] * 2


def test_batch_patches_that_cross_never_deadlock(threats: World) -> None:
    for number in range(5):
        patches = [
            {"id": row, "operations": [{"op": "replace", "path": "/name", "value": f"{{}} {number}"}]}
            for row in threats.ids
        ]
        calls = [
            Call(
                "SELECT bool_and(b.succeeded) FROM threat_batch_patch(%s, %s, %s) AS b",
                (threats.model, json.dumps(patches[:: 1 - 2 * (who % 2)]).replace("{}", str(who)), who < 2),
                (ALICE, BOB)[who % 2],
            )
            for who in range(4)
        ]
        outcomes = race(threats.database, *calls)
        assert [outcome.value for outcome in outcomes] == [True] * 4
        assert len(threats.names()) == 1


# What is taken away meanwhile --------------------------------------------------------------------------------------


def test_a_revoke_stops_every_later_write_and_waits_for_the_one_before(world: World) -> None:
    revoke = Call("SELECT access_revoke(%s, %s)", (world.model, BOB), ALICE)
    grant = Call("SELECT access_grant(%s, %s, 'writer')", (world.model, BOB), ALICE)
    writes = [
        world.call("bulk_create", world.items(3), by=BOB),
        world.all_named("Bob's", by=BOB),
        world.call("patch", world.ids[0], [{"op": "replace", "path": "/name", "value": "Bob's"}], by=BOB),
        world.call("update", world.ids[0], {"name": "Bob's"}, by=BOB),
        world.call("delete", world.ids[0], by=BOB),
        world.all_gone(by=BOB),
    ]
    for write in writes:
        assert states(meet(world.database, revoke, write)) == [None, "TM404"], write.statement
        race(world.database, grant)
    assert world.names() == {"Old"}
    for write in writes[:4]:
        assert states(meet(world.database, write, revoke)) == [None, None], write.statement
        race(world.database, grant)
    assert world.names() == {"Bob's", "New"}
    assert world.count_is_true()


def test_a_model_that_is_deleted_takes_the_write_behind_it_along(world: World) -> None:
    delete = Call("SELECT threat_model_delete(%s)", (world.model,), ALICE)
    assert states(meet(world.database, delete, world.all_named("Bob's", by=BOB))) == [None, "TM404"]
    assert world.names() == set()


def test_of_two_rows_with_one_id_the_second_is_refused(world: World) -> None:
    item = [{**world.items(1)[0], "id": "50000000-0000-4000-8000-000000000001"}]
    calls = [world.call("bulk_create", item), world.call("bulk_create", item, by=BOB)]
    assert states(meet(world.database, *calls)) == [None, "TM409"]
    assert world.count_is_true()


def test_of_two_rows_with_one_id_in_two_models_the_second_is_refused(world: World) -> None:
    other = world.ask("SELECT tap.add_model(%s)", BOB)
    item = [{**world.items(1)[0], "id": "50000000-0000-4000-8000-000000000001"}]
    second = World(world.database, world.noun, other, ())
    assert states(meet(world.database, world.call("bulk_create", item), second.call("bulk_create", item, by=BOB))) == [
        None,
        "TM409",
    ]


def test_a_diagram_that_is_deleted_is_not_pinned_to(threats: World) -> None:
    diagram = threats.ask(
        "INSERT INTO diagrams (threat_model_id, name, type, cells) "
        """VALUES (%s, 'Login', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]') RETURNING id::text""",
        threats.model,
    )
    delete = Call("SELECT diagram_delete(%s, %s)", (threats.model, diagram), ALICE)
    pin = threats.call("update", threats.ids[0], {"diagram_id": diagram, "cell_id": "a"}, by=BOB)
    assert states(meet(threats.database, delete, pin)) == [None, "TM422"]
