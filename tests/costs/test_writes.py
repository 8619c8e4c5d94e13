"""A write costs as many pages in a full model as in a small one, and many rows are one statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from costs.places import Place
from costs.writes import WRITES, Write
from support.costs import CALLS_UNTIL_PLANS_STAY, FEW, Cost, Service
from support.database import Connection, Database

# What has a description, and gets another name or another cell by these.
CHANGES_OF_NAMES = [
    write
    for write in WRITES
    if re.fullmatch("(threat|threat_model|document|source|diagram|cell)_(.*update|.*patch|apply_ops)", write.function)
]


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_write_costs_as_much_in_every_model_whoever_came_first(
    changing: Database, places: list[Place], write: Write
) -> None:
    for order in (places, places[::-1]):
        for place, cost in zip(order, _costs(changing, write, order), strict=True):
            assert cost.pages <= write.pages, f"{cost.pages} pages for {place.email}"
            assert cost.scanned <= {"context_keys"}


def test_one_threat_is_written_in_at_most_40_pages(changing: Database, places: list[Place]) -> None:
    for cost in _costs(changing, _threat_create(), places):
        assert cost.pages <= 40


def test_one_threat_costs_no_more_in_models_that_are_described_at_length(
    changing: Database, places: list[Place]
) -> None:
    with changing.connect() as conn:
        conn.execute(
            "UPDATE threat_models"
            " SET description = (SELECT string_agg(md5(n::text), ' ') FROM generate_series(1, 30000) n)"
            " WHERE id = ANY(%s)",
            [[place.model for place in places]],
        )
    for cost in _costs(changing, _threat_create(), places):
        assert cost.pages <= 40


@pytest.mark.parametrize("write", CHANGES_OF_NAMES, ids=str)
def test_a_change_of_something_else_leaves_a_long_text_where_it_is(
    changing: Database, writer: Service, places: list[Place], write: Write
) -> None:
    place = places[0]
    with changing.connect() as conn:
        for table in ("threat_models", "threats", "diagrams", "documents", "sources"):
            conn.execute(
                f"""
                UPDATE {table}
                SET description = (SELECT string_agg(md5(n::text), ' ') FROM generate_series(1, 1000) n)
                WHERE {"id" if table == "threat_models" else "threat_model_id"} = %s
                """.encode(),
                [place.model],
            )
    with writer.undone():
        writer.rows(place.email, write.function, **write.arguments(place))
        assert writer.chunks_written() == 0


def _threat_create() -> Write:
    (create,) = [write for write in WRITES if write.function == "threat_create"]
    return create


def _costs(database: Database, write: Write, order: Sequence[Place]) -> list[Cost]:
    """Count what a write usually costs at each place in turn, all in one new connection."""
    # What was undone before has left its traces.
    with database.connect() as conn:
        conn.execute("VACUUM")
    service = Service(database)
    costs = []
    for place in order:
        for _ in range(CALLS_UNTIL_PLANS_STAY):
            with service.undone():
                service.rows(place.email, write.function, **write.arguments(place))
        counted = []
        for _ in range(5):
            with service.undone():
                counted.append(service.cost(place.email, write.function, **write.arguments(place)))
        # Now and then a row comes to stand on a new page.
        costs.append(sorted(counted, key=lambda cost: cost.pages)[2])
    service.close()
    return costs


def test_a_thousand_threats_are_one_insert_and_are_counted_once(changing: Database, places: list[Place]) -> None:
    items = [{"name": f"Threat {number}"} for number in range(1000)]
    calls = _calls(changing, "threat_bulk_create", threat_model_id=places[0].model, items=items)
    assert calls["_threats_count_insert"] == 1


def test_a_thousand_pairs_of_metadata_are_one_insert(changing: Database, places: list[Place]) -> None:
    place = places[0]
    items = [{"key": f"key-{number}", "value": "a value"} for number in range(1000)]
    entity = {"entity_type": "threat", "entity_id": place.threat}
    calls = _calls(changing, "metadata_bulk_set", threat_model_id=place.model, **entity, items=items)
    # The trigger that checks them fires once a statement.
    assert calls["_metadata_check"] == 1
    assert calls["_metadata_insert"] == 1


def _calls(database: Database, name: str, /, **arguments: Any) -> dict[str, int]:
    """Make a call for the one with 5 models, undo it, and say how often each function ran in it."""
    service = Service(database)
    text, parameters = service.bind(FEW, name, arguments)
    service.close()
    with database.connect(cursor_factory=psycopg.RawCursor) as conn, conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL track_functions TO 'all'")
        conn.execute("SET LOCAL SESSION AUTHORIZATION test_app")
        assert len(conn.execute(text, parameters).fetchall()) == 1000
        return dict(conn.execute("SELECT funcname, calls FROM pg_stat_xact_user_functions").fetchall())


def test_counting_moves_no_index_entry_and_writes_at_most_210_bytes_of_wal(
    changing: Database, writer: Service, places: list[Place]
) -> None:
    model = places[0].model
    with changing.connect() as conn:
        conn.execute("VACUUM threat_models")
        before = _updates(conn)
    for _ in range(200):
        writer.rows(FEW, "threat_create", threat_model_id=model, name="New")
    # What a backend has counted is shown at the latest when it is asked to.
    writer.connection.execute("SELECT pg_stat_force_next_flush()")
    with changing.connect() as conn:
        after = _updates(conn)
    updates, hot = after[0] - before[0], after[1] - before[1]
    assert updates >= 200
    assert hot >= 0.99 * updates

    with changing.connect() as conn:
        start = _wal(conn)
        with conn.transaction():
            conn.execute("SET LOCAL ROLE tmi_guard")
            for _ in range(100):
                conn.execute("UPDATE threat_models SET threat_count = threat_count + 1 WHERE id = %s", [model])
        assert (_wal(conn) - start) / 100 <= 210


def _updates(conn: Connection) -> tuple[int, int]:
    row = conn.execute(
        "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'threat_models'::regclass"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _wal(conn: Connection) -> int:
    row = conn.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    assert row is not None
    return int(row[0])
