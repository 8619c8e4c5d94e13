"""Many who write at once: nobody is the victim of a deadlock, and every count is right in the end."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from costs.places import Place
from support.costs import Service
from support.database import Connection, Database

CLIENTS = 6
STATEMENTS = 350

_ANY_MODELS = "SELECT id FROM threat_models WHERE name LIKE 'Model 60%' ORDER BY md5(id::text || {seed})"
_SOME_THREATS = "SELECT id FROM threats WHERE name = 'Hammered' AND random() < 0.1"

# What plain SQL does to several models at once, in any order; rows of its own choice it has to lock in one order.
_PLAIN = (
    "INSERT INTO threats (threat_model_id, name) SELECT id, 'Hammered' FROM ({models} LIMIT 20) m",
    "INSERT INTO documents (threat_model_id, name, url)"
    " SELECT id, 'Hammered', 'https://example.com/' FROM ({models} LIMIT 20) m",
    "DELETE FROM threats WHERE id IN ({threats} ORDER BY id LIMIT 20 FOR UPDATE)",
    "UPDATE threats SET score = 1 WHERE id IN ({threats} ORDER BY id LIMIT 5 FOR NO KEY UPDATE)",
)


def test_a_hammer_of_writers_meets_no_deadlock(changing: Database, places: list[Place]) -> None:
    with changing.connect() as conn:
        before = _deadlocks(conn)
    failures = _hammer(lambda number: _write_plainly if number % 2 else _write_through_functions, changing, places)
    assert failures == []
    with changing.connect() as conn:
        assert _deadlocks(conn) == before
        assert conn.execute("SELECT * FROM counts_verify()").fetchall() == []


Writer = Callable[[Database, list[Place], random.Random], None]


def _hammer(writer: Callable[[int], Writer], database: Database, places: list[Place]) -> list[BaseException]:
    """Let all clients write at once, and return what went wrong."""
    barrier = threading.Barrier(CLIENTS)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait()
            writer(number)(database, places, random.Random(number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def _write_plainly(database: Database, places: list[Place], chance: random.Random) -> None:
    with database.connect() as conn:
        for _ in range(STATEMENTS):
            models = _ANY_MODELS.format(seed=chance.randrange(1000))
            text = chance.choice(_PLAIN).format(models=models, threats=_SOME_THREATS)
            conn.execute(text.encode())


def _write_through_functions(database: Database, places: list[Place], chance: random.Random) -> None:
    service = Service(database)
    for number in range(STATEMENTS):
        place = chance.choice(places)
        name = f"Hammered {number}"
        model = place.model
        call = chance.randrange(5)
        if call == 0:
            service.rows(place.email, "threat_create", threat_model_id=model, name=name)
        elif call == 1:
            items = [{"name": name} for _ in range(20)]
            service.rows(place.email, "threat_bulk_create", threat_model_id=model, items=items)
        elif call == 2:
            changes = {"name": name}
            service.rows(place.email, "threat_update", threat_model_id=model, threat_id=place.threat, changes=changes)
        elif call == 3:
            service.rows(place.email, "threat_model_update", threat_model_id=model, changes={"description": name})
        else:
            pair = {"entity_type": "threat", "entity_id": place.threat, "key": "owner", "value": name}
            service.rows(place.email, "metadata_set", threat_model_id=model, **pair)
    service.close()


def _deadlocks(conn: Connection) -> int:
    row = conn.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("models", [1, 2000])
@pytest.mark.parametrize("way", ["INSERT", "COPY"])
def test_a_load_of_ten_thousand_is_counted_exactly(changing: Database, way: str, models: int) -> None:
    rows = "SELECT m[1 + i % cardinality(m)], 'Loaded' FROM generate_series(1, 10000) i, ids"
    ids = f"WITH ids (m) AS (SELECT ARRAY(SELECT id FROM threat_models ORDER BY name LIMIT {models}))"
    with changing.connect() as conn:
        before = _counted(conn)
        if way == "INSERT":
            conn.execute(f"{ids} INSERT INTO threats (threat_model_id, name) {rows}".encode())
        else:
            lines = conn.execute(f"{ids} {rows}".encode()).fetchall()
            with conn.cursor() as cursor, cursor.copy("COPY threats (threat_model_id, name) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        assert _counted(conn) == before + 10_000
        assert conn.execute("SELECT * FROM counts_verify()").fetchall() == []


def _counted(conn: Connection) -> int:
    row = conn.execute("SELECT sum(threat_count) FROM threat_models").fetchone()
    assert row is not None
    return int(row[0])
