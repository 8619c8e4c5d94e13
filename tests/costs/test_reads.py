"""A read costs a person as many pages whoever called before in the connection, and reads no whole table in vain."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest
from costs.places import PLACES, Place
from costs.reads import READS, Read
from support.costs import CALLS_UNTIL_PLANS_STAY, FEW, FUNCTIONS, MANY, Cost, Service, pages
from support.database import Database

# For the upper levels of an index, or a row that stands on the next page.
SLACK = 2

# One row: the planner reads it as a whole, and right so.
TINY = {"context_keys"}


@pytest.mark.parametrize("read", READS, ids=str)
def test_a_read_costs_the_same_whoever_came_first(filled: Database, places: list[Place], read: Read) -> None:
    one_way, other_way = _costs(filled, read, places), _costs(filled, read, places[::-1])
    for place, bound, is_large in zip(places, read.pages, _large(read, places[0]), strict=True):
        costs = one_way[place] + other_way[place]
        read_pages = [cost.pages for cost in costs]
        assert max(read_pages) - min(read_pages) <= SLACK, f"{read_pages} pages for {place.email}"
        assert max(read_pages) <= bound, f"{read_pages} pages for {place.email}"
        scanned = {table for cost in costs for table in cost.scanned}
        assert scanned <= TINY | ({read.scans} if is_large else set())


def _large(read: Read, place: Place) -> tuple[bool, ...]:
    """Say at which places much is to be read: in a model that is full, or in 5,000 models."""
    within = "threat_model_id" in read.arguments(place)
    return tuple(name == "Model 5001" if within else email == MANY for email, name in PLACES)


def _costs(filled: Database, read: Read, order: Sequence[Place]) -> dict[Place, list[Cost]]:
    """Count what a call costs at each place, in turn and then once more, all in one new connection."""
    service = Service(filled, read.login)
    calls = []
    for place in order:
        arguments = read.arguments(place)
        if read.after:
            page = service.rows(place.email, read.function, **arguments, limit=read.after)
            arguments["after"] = dict(zip(FUNCTIONS[read.function].columns, page[-1], strict=True))
        calls.append((place, arguments))
    service.close()

    service = Service(filled, read.login)
    costs: dict[Place, list[Cost]] = {place: [] for place in order}
    for calls_before in (CALLS_UNTIL_PLANS_STAY, 0):
        for place, arguments in calls:
            for _ in range(calls_before):
                service.rows(place.email, read.function, **arguments)
            costs[place].append(service.cost(place.email, read.function, **arguments))
    service.close()
    return costs


def test_every_function_that_reads_is_measured(filled: Database) -> None:
    with filled.connect() as conn:
        rows = conn.execute(
            """
            SELECT p.proname
            FROM pg_proc p
            WHERE p.pronamespace = current_schema()::regnamespace
              AND p.provolatile = 's'
              AND EXISTS (
                SELECT
                FROM (VALUES ('tmi_app'), ('tmi_auth')) AS service (role)
                WHERE has_function_privilege(service.role, p.oid, 'EXECUTE')
              )
            """
        ).fetchall()
    assert {name for (name,) in rows} == {read.function for read in READS}


@pytest.mark.parametrize("depth", [0, 10_000, 19_900])
def test_a_page_of_threats_costs_at_most_6_pages_more_than_the_bare_query(
    filled: Database, service: Service, depth: int
) -> None:
    _check_page(filled, service, "threat_list", "threats", depth)


@pytest.mark.parametrize("depth", [0, 250, 440])
@pytest.mark.parametrize("noun", ["diagram", "document", "source"])
def test_a_page_of_anything_else_costs_no_more_either(
    filled: Database, service: Service, noun: str, depth: int
) -> None:
    _check_page(filled, service, f"{noun}_list", f"{noun}s", depth)


def _check_page(filled: Database, service: Service, function: str, table: str, depth: int) -> None:
    with filled.connect() as conn:
        last = conn.execute(
            f"""
            SELECT t.threat_model_id, t.created_at, t.id
            FROM {table} t
            JOIN threat_models m ON m.id = t.threat_model_id
            WHERE m.name = 'Model 5001'
            ORDER BY t.created_at DESC, t.id DESC
            OFFSET {depth}
            LIMIT 1
            """.encode()
        ).fetchone()
        assert last is not None
        bare = conn.execute(
            f"""
            EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
            SELECT *
            FROM {table}
            WHERE threat_model_id = %s AND (created_at, id) < (%s, %s)
            ORDER BY created_at DESC, id DESC
            LIMIT 50
            """.encode(),
            last,
        ).fetchone()
    assert bare is not None
    model, created_at, row_id = last
    after = {"created_at": created_at, "id": row_id}
    for email in (MANY, FEW):
        cost = service.settled_cost(email, function, threat_model_id=model, limit=50, after=after)
        assert cost.pages <= pages(bare[0]) + 6


def test_nothing_is_read_by_a_call_that_is_refused_for_its_identity(service: Service) -> None:
    text, parameters = service.bind(FEW, "threat_model_list", {})
    parameters[0] = "v1.none.x.1." + "0" * 64
    with pytest.raises(psycopg.DatabaseError) as caught:
        service.connection.execute(text, parameters)
    assert caught.value.sqlstate == "TM401"
