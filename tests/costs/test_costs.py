"""What calls cost, in figures that are the same on every machine: pages, plans, statements, WAL; never time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from support.database import Connection, Database

MANY, FEW = "many@example.com", "few@example.com"
DEEP = 20_000

_PEOPLE = """
INSERT INTO users (email, name)
SELECT 'person' || i || '@example.com', 'Person'
FROM generate_series(1, 2000) i
UNION ALL
VALUES ('many@example.com', 'Many'), ('few@example.com', 'Few')
"""
_MODELS = """
INSERT INTO threat_models (name, owner_email, created_by, created_at)
SELECT 'Model ' || i, owner, owner, now() - i * interval '1 minute'
FROM generate_series(1, 10000) i
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN i <= 5000 THEN 'many@example.com'
    WHEN i <= 5005 THEN 'few@example.com'
    ELSE 'person' || i % 2000 + 1 || '@example.com'
  END
) o (owner)
"""
_THREATS = """
INSERT INTO threats (threat_model_id, name, description, created_at)
SELECT m.id, 'Threat ' || i, repeat('x', 200), now() - i * interval '1 second'
FROM threat_models m
CROSS JOIN generate_series(
  1,
  CASE WHEN m.name = %(deep)s THEN %(depth)s WHEN m.name LIKE 'Model 500%%' THEN 20 ELSE 0 END
) i
"""

_DRAWINGS = """
INSERT INTO diagrams (threat_model_id, name, type, cells)
SELECT id, 'D', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]'
FROM threat_models
"""


@pytest.fixture(scope="module")
def filled(template: Database) -> Iterator[Database]:
    """Two people with 5 and 5,000 models among 10,000, and one model with 20,000 threats."""
    database = template.copy("costs")
    with database.connect() as conn:
        conn.execute(_PEOPLE)
        conn.execute(_MODELS)
        conn.execute(_THREATS, {"deep": "Model 5001", "depth": DEEP})
        conn.execute("VACUUM ANALYZE")
    yield database
    database.drop()


class Service:
    """A service's connection, which counts the pages that a call reads."""

    def __init__(self, database: Database) -> None:
        self.connection = database.connect("app", prepare_threshold=0)
        self._superuser = database.connect()

    def context(self, email: str) -> str:
        row = self._superuser.execute("SELECT tap.sign(%s)", [email]).fetchone()
        assert row is not None
        return str(row[0])

    def rows(self, email: str, call: str, *arguments: Any) -> list[Any]:
        return self.connection.execute(_single(call).encode(), [self.context(email), *arguments]).fetchall()

    def pages(self, email: str, call: str, *arguments: Any) -> int:
        """Count the pages of a call whose plans are cached already."""
        for _ in range(7):
            self.rows(email, call, *arguments)
        text = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {_single(call)}"
        row = self.connection.execute(text.encode(), [self.context(email), *arguments]).fetchone()
        assert row is not None
        return _buffers(row[0])


def _single(call: str) -> str:
    """The one statement that a call is: identity first, by dependence of data."""
    return f"SELECT f.* FROM _as(%s) AS a CROSS JOIN LATERAL {call} AS f"


def _buffers(plan: Any) -> int:
    node = plan[0]["Plan"]
    return int(node["Shared Hit Blocks"]) + int(node["Shared Read Blocks"])


@pytest.fixture
def service(filled: Database) -> Iterator[Service]:
    it = Service(filled)
    yield it
    it.connection.close()
    it._superuser.close()


def _model(conn: Connection, name: str) -> Any:
    row = conn.execute("SELECT id FROM threat_models WHERE name = %s", [name]).fetchone()
    assert row is not None
    return row[0]


GET = "threat_get(CASE WHEN a THEN %s::uuid END, %s::uuid)"
PAGE = "threat_list(CASE WHEN a THEN %s::uuid END, 50, %s::jsonb)"
LIST = "threat_model_list(CASE WHEN a THEN 50 END)"
CREATE = "threat_create(CASE WHEN a THEN %s::uuid END, 'New', 'text')"


def test_one_threat_is_read_in_at_most_14_pages(filled: Database, service: Service) -> None:
    with filled.connect() as conn:
        model = _model(conn, "Model 5001")
        row = conn.execute("SELECT id FROM threats WHERE threat_model_id = %s LIMIT 1", [model]).fetchone()
        assert row is not None
    assert service.pages(FEW, GET, model, row[0]) <= 14


@pytest.mark.parametrize("depth", [0, DEEP // 2, DEEP - 60])
def test_a_page_reads_at_most_6_pages_more_than_the_bare_query_at_any_depth(
    filled: Database, service: Service, depth: int
) -> None:
    with filled.connect() as conn:
        model = _model(conn, "Model 5001")
        last = conn.execute(
            "SELECT created_at, id FROM threats WHERE threat_model_id = %s"
            " ORDER BY created_at DESC, id DESC OFFSET %s LIMIT 1",
            [model, depth],
        ).fetchone()
        assert last is not None
        bare = conn.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM threats WHERE threat_model_id = %s"
            " AND (created_at, id) < (%s, %s) ORDER BY created_at DESC, id DESC LIMIT 50",
            [model, *last],
        ).fetchone()
        assert bare is not None
    after = Jsonb({"created_at": last[0].isoformat(), "id": str(last[1])})
    assert service.pages(FEW, PAGE, model, after) <= _buffers(bare[0]) + 6


@pytest.mark.parametrize("first", [FEW, MANY])
def test_a_list_costs_the_same_whoever_came_first(service: Service, first: str) -> None:
    for email in (first, FEW, MANY, FEW):
        for _ in range(7):
            service.rows(email, LIST)
    assert service.pages(FEW, LIST) <= 25
    assert service.pages(MANY, LIST) <= 260


def test_one_threat_is_written_in_at_most_40_pages(filled: Database, service: Service) -> None:
    with filled.connect() as conn:
        model = _model(conn, "Model 5002")
    assert service.pages(FEW, CREATE, model) <= 40


def test_a_thousand_threats_are_one_statement(filled: Database, service: Service) -> None:
    with filled.connect() as conn:
        model = _model(conn, "Model 4999")
    items = Jsonb([{"name": f"Threat {number}"} for number in range(1000)])
    assert len(service.rows(MANY, "threat_bulk_create(CASE WHEN a THEN %s::uuid END, %s)", model, items)) == 1000
    with filled.connect() as conn:
        row = conn.execute("SELECT threat_count FROM threat_models WHERE id = %s", [model]).fetchone()
    assert row == (1000,)


def test_counting_moves_no_index_entry_and_writes_at_most_210_bytes_of_wal(filled: Database, service: Service) -> None:
    with filled.connect() as conn:
        model = _model(conn, "Model 5004")
        conn.execute("VACUUM threat_models")
        before = _updates(conn)
    for _ in range(200):
        service.rows(FEW, CREATE, model)
    # What a backend has counted is shown at the latest when it is asked to.
    service.connection.execute("SELECT pg_stat_force_next_flush()")
    with filled.connect() as conn:
        after = _updates(conn)
    updates, hot = after[0] - before[0], after[1] - before[1]
    assert updates >= 200
    assert hot >= 0.99 * updates

    with filled.connect() as conn:
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


def test_loads_over_many_models_in_opposite_orders_never_deadlock(filled: Database) -> None:
    clients, rounds = 4, 25
    barrier = threading.Barrier(clients)
    failures: list[BaseException] = []

    def load(backwards: bool) -> None:
        try:
            with filled.connect() as conn:
                barrier.wait()
                for _ in range(rounds):
                    order = "DESC" if backwards else "ASC"
                    conn.execute(
                        f"INSERT INTO threats (threat_model_id, name) SELECT id, 'x' FROM threat_models"
                        f" WHERE name LIKE 'Model 60%' ORDER BY id {order}".encode()
                    )
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(number % 2 == 1,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with filled.connect() as conn:
        wrong = conn.execute(
            "SELECT count(*) FROM threat_models m WHERE m.name LIKE 'Model 60%'"
            " AND m.threat_count <> (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id)"
        ).fetchone()
    assert wrong == (0,)


@pytest.mark.parametrize("call", ["cell_find", "list"])
def test_drawings_of_one_model_are_found_by_the_models_index(filled: Database, call: str) -> None:
    with filled.connect() as conn:
        conn.execute(_DRAWINGS)
        conn.execute("ANALYZE diagrams")
        model = _model(conn, "Model 5001")
        condition = 'AND d.cells @> \'[{"shape": "x"}]\'' if call == "cell_find" else ""
        with conn.transaction():
            conn.execute("SET LOCAL ROLE tmi_api")
            conn.execute("SELECT set_config('tmi.scope', %s, true)", [f"r:{model}"])
            plan = conn.execute(
                f"EXPLAIN (COSTS OFF) SELECT * FROM diagrams d WHERE d.threat_model_id = '{model}' {condition}".encode()
            ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "idx_diagrams_threat_model_id" in text
    assert "Seq Scan" not in text


def test_nothing_is_read_by_a_call_that_is_refused_for_its_identity(service: Service) -> None:
    with pytest.raises(psycopg.DatabaseError) as caught:
        service.connection.execute(_single(LIST).encode(), ["v1.none.x.1." + "0" * 64])
    assert caught.value.sqlstate == "TM401"
