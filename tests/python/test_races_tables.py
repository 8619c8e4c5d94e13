"""Plain statements that meet at the tables themselves: what triggers promise holds beside any other transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from support.database import Database
from support.races import Call, meet, race

CELLS = '[{"id": "a"}, {"id": "b"}]'
ROWS = {
    "threat": "threats (threat_model_id, name) VALUES (%s, 't')",
    "diagram": f"diagrams (threat_model_id, name, type, cells) VALUES (%s, 'd', 'DFD-1.0.0', '{CELLS}')",
    "document": "documents (threat_model_id, name, url) VALUES (%s, 'd', 'https://example.com')",
    "source": "sources (threat_model_id, name, url) VALUES (%s, 's', 'https://example.com')",
}
DESCRIBE = "INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) VALUES (%s, %s, %s, 'k', 'v')"
DESCRIBE_CELL = "INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) VALUES ('cell', %s, 'b', 'k', 'v')"
TRANSFER = "UPDATE threat_models SET owner_email = 'bob@example.com'"
LOWER = "UPDATE threat_model_access SET role = 'reader' WHERE user_email = 'bob@example.com'"
REMOVE = "DELETE FROM threat_model_access WHERE user_email = 'bob@example.com'"


@dataclass(frozen=True)
class Tables:
    """A database as its administrator sees it."""

    database: Database

    def call(self, statement: str, *arguments: Any) -> Call:
        return Call(statement, arguments, login_name="postgres")

    def ask(self, query: str, *arguments: Any) -> Any:
        with self.database.connect() as connection:
            cursor = connection.execute(query.encode(), arguments or None)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def add(self, entity: str, model: Any) -> Any:
        return self.ask(f"INSERT INTO {ROWS[entity]} RETURNING id", model)


@pytest.fixture
def tables(database: Database) -> Tables:
    return Tables(database)


@pytest.fixture
def model(tables: Tables) -> Any:
    tables.ask("SELECT tap.add_user('bob')")
    return tables.ask("SELECT tap.add_model(tap.add_user('alice'))")


@pytest.mark.parametrize("entity", ROWS)
def test_what_is_being_deleted_gets_no_metadata(tables: Tables, model: Any, entity: str) -> None:
    row = tables.add(entity, model)
    gone, refused = meet(
        tables.database,
        tables.call(f"DELETE FROM {entity}s WHERE id = %s", row),
        tables.call(DESCRIBE, entity, row, model),
    )
    assert gone.sqlstate is None
    assert refused.sqlstate == "TM422"
    assert tables.ask("SELECT count(*) FROM metadata") == 0


@pytest.mark.parametrize("entity", ROWS)
def test_a_deletion_waits_for_metadata_and_takes_it_along(tables: Tables, model: Any, entity: str) -> None:
    row = tables.add(entity, model)
    outcomes = meet(
        tables.database,
        tables.call(DESCRIBE, entity, row, model),
        tables.call(f"DELETE FROM {entity}s WHERE id = %s", row),
    )
    assert [outcome.sqlstate for outcome in outcomes] == [None, None]
    assert tables.ask("SELECT count(*) FROM metadata") == 0


def test_a_cell_that_is_being_removed_gets_no_metadata(tables: Tables, model: Any) -> None:
    diagram = tables.add("diagram", model)
    removed, refused = meet(
        tables.database,
        tables.call("UPDATE diagrams SET cells = cells - 1"),
        tables.call(DESCRIBE_CELL, diagram),
    )
    assert removed.sqlstate is None
    assert refused.sqlstate == "TM422"
    assert tables.ask("SELECT count(*) FROM metadata") == 0


def test_removing_a_cell_waits_for_its_metadata_and_takes_it_along(tables: Tables, model: Any) -> None:
    diagram = tables.add("diagram", model)
    outcomes = meet(
        tables.database,
        tables.call(DESCRIBE_CELL, diagram),
        tables.call("UPDATE diagrams SET cells = cells - 1"),
    )
    assert [outcome.sqlstate for outcome in outcomes] == [None, None]
    assert tables.ask("SELECT count(*) FROM metadata") == 0


@pytest.mark.parametrize("statement", [LOWER, REMOVE], ids=["lowered", "removed"])
def test_a_co_owner_who_becomes_the_owner_of_record_is_not_put_out(tables: Tables, model: Any, statement: str) -> None:
    tables.ask("SELECT tap.share(%s, 'bob@example.com', 'owner')", model)
    transferred, refused = meet(tables.database, tables.call(TRANSFER), tables.call(statement))
    assert transferred.sqlstate is None
    assert refused.sqlstate == "TM409"
    assert tables.ask("SELECT role FROM threat_model_access WHERE user_email = 'bob@example.com'") == "owner"


@pytest.mark.parametrize("statement", [LOWER, REMOVE], ids=["lowered", "removed"])
def test_whoever_was_put_out_and_becomes_the_owner_of_record_is_an_owner(
    tables: Tables, model: Any, statement: str
) -> None:
    tables.ask("SELECT tap.share(%s, 'bob@example.com', 'owner')", model)
    outcomes = meet(tables.database, tables.call(statement), tables.call(TRANSFER))
    assert [outcome.sqlstate for outcome in outcomes] == [None, None]
    assert tables.ask("SELECT role FROM threat_model_access WHERE user_email = 'bob@example.com'") == "owner"


def test_loads_that_cross_never_deadlock_and_every_row_counts(tables: Tables, model: Any) -> None:
    models = [model, *(tables.ask("SELECT tap.add_model('bob@example.com')") for _ in range(19))]
    rounds = 5
    calls = []
    for number in range(rounds * 4):
        order = models if number % 2 else models[::-1]
        table = (
            "threats (threat_model_id, name) SELECT m, 't'",
            "documents (threat_model_id, name, url) SELECT m, 'd', 'https://x'",
        )
        calls.append(tables.call(f"INSERT INTO {table[number % 4 // 2]} FROM unnest(%s::uuid[]) AS m", order))
    for first in range(0, len(calls), 4):
        outcomes = race(tables.database, *calls[first : first + 4])
        assert [outcome.sqlstate for outcome in outcomes] == [None] * 4
    assert tables.ask("SELECT min(threat_count) FROM threat_models") == rounds * 2
    assert tables.ask("SELECT max(document_count) FROM threat_models") == rounds * 2


@pytest.mark.parametrize("table", [f"{entity}s" for entity in ROWS])
def test_models_are_locked_in_the_order_of_their_ids(tables: Tables, model: Any, table: str) -> None:
    ids = sorted([model, *(tables.ask("SELECT tap.add_model('bob@example.com')") for _ in range(19))])
    tables.ask("CREATE TABLE public.free (id uuid)")
    columns, _, values = ROWS[table.removesuffix("s")].partition(" VALUES (%s")
    load = f"INSERT INTO {columns} SELECT m{values.removesuffix(')')} FROM unnest(%s::uuid[]) AS m"
    outcomes = meet(
        tables.database,
        tables.call("SELECT FROM threat_models WHERE id = %s FOR NO KEY UPDATE", ids[10]),
        tables.call(load, ids[::-1]),
        then=tables.call("INSERT INTO public.free SELECT id FROM threat_models FOR NO KEY UPDATE SKIP LOCKED"),
    )
    assert [outcome.sqlstate for outcome in outcomes] == [None, None]
    with tables.database.connect() as connection:
        free = [row[0] for row in connection.execute("SELECT id FROM public.free ORDER BY id").fetchall()]
    assert free == ids[10:]


def test_emptying_a_table_beside_loads_of_another_leaves_both_counts_true(tables: Tables, model: Any) -> None:
    models = [model, *(tables.ask("SELECT tap.add_model('bob@example.com')") for _ in range(19))]
    for every in models:
        tables.add("threat", every)
    load = "INSERT INTO sources (threat_model_id, name, url) SELECT m, 's', 'https://x' FROM unnest(%s::uuid[]) AS m"
    outcomes = race(
        tables.database,
        tables.call("TRUNCATE threats"),
        tables.call(load, models),
        tables.call(load, models[::-1]),
    )
    assert [outcome.sqlstate for outcome in outcomes] == [None] * 3
    assert tables.ask("SELECT max(threat_count) FROM threat_models") == 0
    assert tables.ask("SELECT min(source_count) FROM threat_models") == 2
