"""What each operation costs as the data grows, and a page the deeper it lies: in pages read, which are exact, and time.

The operations are the statements that the package sends. Data sets of several sizes stand side by side, and every round
runs every operation once on each of them, so that what happens to the machine happens to all.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from math import log10
from typing import Any, Literal
from uuid import UUID

import psycopg
from tmi_db._generated import functions as f
from tmi_db.calls import UNSET, Function, Statements

from .data import BIG, FEW, MANY, SCALES, Scale
from .workbench import SCHEMA, Workbench, pages_read, value, workbench

Shape = Literal["flat", "logarithmic", "grows"]

REDUCED = Scale(users=40, models=100, access=300, threats=1_000, others=400, metadata=1_000)
"""A tenth of the smallest data set, for a look whether everything runs."""

_ORDER = ("tiny", "small", "full")
_DEPTHS = (0.0, 0.5, 0.99)
_WARM = 7
_ROUNDS, _QUICK_ROUNDS = 60, 5
_SLOW, _SLOW_ROUNDS = 0.02, 10
_SPARE = 250
_WORD = "zymurgy"
_WALK = 3

KEYSET = "threat_list"
BY_HAND = "the same by hand, no RLS"
OFFSET = "OFFSET by hand, no RLS"

_KEYSET_TEXT = b"""
SELECT t.*
FROM tmi.threats t
WHERE t.threat_model_id = $1 AND (t.created_at, t.id) < ($2::timestamptz, $3::uuid)
ORDER BY t.created_at DESC, t.id DESC
LIMIT 50
"""
_OFFSET_TEXT = b"""
SELECT t.*
FROM tmi.threats t
WHERE t.threat_model_id = $1
ORDER BY t.created_at DESC, t.id DESC
OFFSET $2::bigint LIMIT 50
"""
# The oldest of their model, so that the first page is as the common data has it. No smaller than other rows: they
# would be scattered over the gaps that those have left.
_SPARES = """
INSERT INTO threats (threat_model_id, name, description, mitigation, created_at)
SELECT %(id)s, 'Spare ' || g, repeat('what could happen ', 12), repeat('what is done ', 12),
  now() - interval '1 year' - g * interval '1 second'
FROM generate_series(1, %(count)s) g
RETURNING id
"""
_DEEP_MODEL = """
INSERT INTO threat_models (name, owner_email, created_by, threat_count)
VALUES (%(name)s, %(owner)s, %(owner)s, %(size)s)
RETURNING id
"""
_DEEP_ACCESS = """
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, model_created_at)
SELECT id, owner_email, 'owner', owner_email, created_at
FROM threat_models
WHERE id = %(id)s
"""
_DEEP_THREATS = """
INSERT INTO threats (threat_model_id, name, description, mitigation, created_at, modified_at)
SELECT %(id)s, 'Threat ' || g, repeat('what could happen ', 12), repeat('what is done ', 12), t.at, t.at
FROM generate_series(1, %(size)s) g
CROSS JOIN LATERAL (SELECT now() - g * interval '1 second' AS at) t
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its text, and its parameters, made anew for every run."""

    text: bytes
    parameters: Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is measured, and what has to happen before each run of it."""

    name: str
    writes: bool
    statement: Statement
    before: Statement | None = None


class Place:
    """A data set, and a connection to it on which every operation is run."""

    def __init__(self, bench: Workbench, threats: int, spare: int) -> None:
        """Add what the operations need beside the common data.

        Args:
            bench: a filled installation.
            threats: how many threats it was filled with.
            spare: how many threats may be deleted.
        """
        self.bench = bench
        self.threats = threats
        self.connection = bench.app()
        self.owner = bench.owner()
        self._statements = Statements(SCHEMA)
        self._signed: dict[str, tuple[float, str]] = {}
        self.operations = self._operations(spare)
        self.vacuum()

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()
        self.owner.close()

    def vacuum(self) -> None:
        """Do what autovacuum does in a well-kept installation, pending entries of GIN indexes included."""
        self.owner.execute("VACUUM ANALYZE")

    def call(self, email: str, function: Function[Any], given: Callable[[], Mapping[str, Any]]) -> Statement:
        """Make the statement that the package would send.

        Args:
            email: who calls.
            function: the function.
            given: makes its arguments.
        """
        text, _ = self._bind(email, function, given())

        def parameters() -> Sequence[Any]:
            return self._bind(email, function, given())[1]

        return Statement(text, parameters)

    def _bind(self, email: str, function: Function[Any], given: Mapping[str, Any]) -> tuple[bytes, Sequence[Any]]:
        arguments = [given.get(name, UNSET) for name, _ in function.parameters]
        text, parameters = self._statements.bind(function, arguments, identify=True)
        parameters[0] = self._context(email)
        return text, parameters

    def _context(self, email: str) -> str:
        made, context = self._signed.get(email, (0.0, ""))
        if time.monotonic() - made > 15:
            made, context = time.monotonic(), self.bench.context(email)
            self._signed[email] = made, context
        return context

    def measure(self, operation: Operation) -> float:
        """Run an operation, and give the seconds that it took without what goes before."""
        if operation.before:
            timed(self.connection, operation.before)
        return timed(self.connection, operation.statement)

    def pages(self, operation: Operation) -> list[int]:
        """Count the pages that an operation reads, several times, once its plans are cached."""
        for _ in range(_WARM):
            self.measure(operation)
        found = []
        for _ in range(5):
            if operation.before:
                timed(self.connection, operation.before)
            found.append(pages(self.connection, operation.statement))
        return found

    def _operations(self, spare: int) -> list[Operation]:
        big = UUID(str(value(self.owner, "SELECT id FROM threat_models WHERE name = %s", BIG)))
        with self.bench.database() as db:
            few = db.as_user(FEW)
            middle = few.threat_models.create("Middle model", description=f"text {_WORD}")
            few.threats.bulk_create(middle.id, [{"name": f"Threat {n}", "description": "text"} for n in range(200)])
            threat = few.threats.list(middle.id, limit=1)[0]
            for key in ("ticket", "team", "growth"):
                few.metadata.set(middle.id, "threat", threat.id, key, f"{key} 1")
            drawing = few.diagrams.create(middle.id, "Drawing", cells=[_cell(f"c{n}") for n in range(20)])
            few.documents.bulk_create(middle.id, [{"name": f"D{n}", "url": "https://example.com/"} for n in range(4)])
            bulky = few.threat_models.create("Bulky model")
            for number in (1, 2):
                few.access.grant(middle.id, f"person{number}@example.com", "reader")
        ids = [row[0] for row in self.owner.execute("SELECT id FROM threats WHERE threat_model_id = %s", [big])]
        spares = [row[0] for row in self.owner.execute(_SPARES, {"id": big, "count": spare})]
        ids.sort()
        random.Random(3).shuffle(ids)
        numbers = count()
        new = [{"name": f"New {number}", "description": "text", "risk_rating": "High"} for number in range(1000)]
        size = len(ids) + len(spares)

        def one() -> UUID:
            return UUID(str(ids[next(numbers) % len(ids)]))

        def few_calls(function: Function[Any], given: Callable[[], Mapping[str, Any]]) -> Statement:
            return self.call(FEW, function, given)

        def page(depth: float) -> Operation:
            after = None if depth == 0 else _cursor(self.owner, big, _before(size, depth))
            given = {"threat_model_id": big} if after is None else {"threat_model_id": big, "after": after}
            name = f"page of 50 threats, {_DEPTH_NAMES[depth]}"
            return Operation(name, False, few_calls(f.THREAT_LIST, lambda: given))

        def person(number: int) -> dict[str, Any]:
            return {"threat_model_id": middle.id, "email": f"person{number}@example.com"}

        def about(entity: UUID, **more: Any) -> dict[str, Any]:
            return {"threat_model_id": middle.id, "entity_type": "threat", "entity_id": entity, **more}

        def moved() -> dict[str, Any]:
            operation = {"id": "c7", "operation": "update", "data": {"x": next(numbers) % 1000}}
            return {"threat_model_id": middle.id, "diagram_id": drawing.id, "ops": [operation]}

        def patched() -> dict[str, Any]:
            operation = {"op": "replace", "path": "/status", "value": f"open {next(numbers)}"}
            return {"threat_model_id": big, "threat_id": one(), "operations": [operation]}

        def changed() -> dict[str, Any]:
            score = next(numbers)
            items = [{"id": one(), "score": (score + place) % 100} for place in range(100)]
            return {"threat_model_id": big, "items": items}

        listed = {"limit": 50}
        grant = {"role": "reader"}
        granted = few_calls(f.ACCESS_GRANT, lambda: person(2) | grant)
        revoked = few_calls(f.ACCESS_REVOKE, lambda: person(1))
        deleted = iter(spares)
        delete = self._statements.bind(
            f.THREAT_DELETE,
            [UUID(int=0) if n < 2 else UNSET for n in range(len(f.THREAT_DELETE.parameters))],
            identify=True,
        )[0]
        return [
            Operation(
                "get one threat", False, few_calls(f.THREAT_GET, lambda: {"threat_model_id": big, "threat_id": one()})
            ),
            *(page(depth) for depth in _DEPTHS),
            Operation("list 50 models, user with few", False, few_calls(f.THREAT_MODEL_LIST, lambda: listed)),
            Operation("list 50 models, user with many", False, self.call(MANY, f.THREAT_MODEL_LIST, lambda: listed)),
            Operation("metadata: get", False, few_calls(f.METADATA_GET, lambda: about(threat.id, key="team"))),
            Operation("metadata: list", False, few_calls(f.METADATA_LIST, lambda: about(threat.id))),
            Operation(
                "metadata: find a value",
                False,
                few_calls(f.METADATA_FIND, lambda: {"key": "growth", "value": "growth 1"}),
            ),
            Operation(
                "cells: find",
                False,
                few_calls(f.CELL_FIND, lambda: {"threat_model_id": middle.id, "query": {"id": "c3"}}),
            ),
            Operation("search for a rare word", False, few_calls(f.THREAT_MODEL_SEARCH, lambda: {"query": _WORD})),
            Operation(
                "document of 200 threats",
                False,
                few_calls(f.THREAT_MODEL_DOCUMENT, lambda: {"threat_model_id": middle.id}),
            ),
            Operation(
                "insert one threat",
                True,
                few_calls(f.THREAT_CREATE, lambda: {"threat_model_id": big, "name": "New", "description": "text"}),
            ),
            Operation(
                "update one threat",
                True,
                few_calls(
                    f.THREAT_UPDATE,
                    lambda: {"threat_model_id": big, "threat_id": one(), "changes": {"score": next(numbers) % 100}},
                ),
            ),
            Operation(
                "bulk update of 100",
                True,
                few_calls(f.THREAT_BULK_UPDATE, changed),
            ),
            Operation("patch one threat", True, few_calls(f.THREAT_PATCH, patched)),
            Operation(
                "delete one threat",
                True,
                Statement(delete, lambda: [self._context(FEW), big, next(deleted)]),
            ),
            Operation(
                "bulk insert of 1,000",
                True,
                few_calls(f.THREAT_BULK_CREATE, lambda: {"threat_model_id": bulky.id, "items": new}),
            ),
            Operation(
                "metadata: set",
                True,
                few_calls(f.METADATA_SET, lambda: about(threat.id, key="ticket", value=f"T-{next(numbers)}")),
            ),
            Operation("cells: one operation", True, few_calls(f.CELL_APPLY_OPS, moved)),
            Operation("access: grant", True, few_calls(f.ACCESS_GRANT, lambda: person(1) | grant), before=revoked),
            Operation("access: revoke", True, few_calls(f.ACCESS_REVOKE, lambda: person(2)), before=granted),
        ]


_DEPTH_NAMES = {0.0: "first", 0.5: "middle", 0.99: "end"}


def run(dsn: str, scale: str = "small", quick: bool = False) -> dict[str, Any]:
    """Measure growth.

    Args:
        dsn: a superuser on the server to measure on.
        scale: the largest data set, a name in `SCALES`; those below it are measured too.
        quick: measure two small data sets only, to see that everything runs.

    Returns:
        `operations` and `depth`, each curve with its points and its shape, and `growing`, the names of those that grow.
    """
    sizes = _sizes(scale, quick)
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    with ExitStack() as stack:
        places = [stack.enter_context(_place(dsn, name, size)) for name, size in sizes.items()]
        # Reading comes first: rows written since the last VACUUM, and the gaps they left, would be read with it.
        operations = [curve for writes in (False, True) for curve in _operations(places, writes, rounds)]
        settings = {name: value(places[0].owner, f"SHOW {name}") for name in ("server_version", "shared_buffers")}
    # Elsewhere, since a few huge models would change what the planner believes of all the others.
    with _place(dsn, "depth", REDUCED) as place:
        depth = _depth(place, _deep_sizes(scale, quick), rounds)
    curves = operations + depth
    return {
        "quick": quick,
        "rounds": rounds,
        "settings": settings,
        "sizes": {name: size.threats for name, size in sizes.items()},
        "operations": operations,
        "depth": depth,
        "growing": [curve["name"] for curve in curves if curve["shape"] == "grows"],
    }


def shape(points: Sequence[tuple[float, float]]) -> Shape:
    """Say how a cost in pages grows with the size.

    To find a row by an index is to read the root, a leaf and the row, and more levels in between as the index grows, at
    the most one for each tenfold of the data: that is a third more. What grows faster reads more than it returns.

    Args:
        points: size and cost, by size.

    Returns:
        `flat` within three pages or a twentieth of the first, `logarithmic` within a level a decade, else `grows`.
    """
    first = points[0][1]
    if max(cost for _, cost in points) <= first + max(_WALK, first / 20):
        return "flat"
    for (size, cost), (next_size, next_cost) in pairwise(points):
        if next_cost - cost > max(_WALK, first / _WALK) * log10(next_size / size):
            return "grows"
    return "logarithmic"


def pages(connection: psycopg.Connection[Any], statement: Statement) -> int:
    """Count the pages that a statement reads, with all that its functions and triggers read."""
    text = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement.text
    row = psycopg.RawCursor(connection).execute(text, statement.parameters()).fetchone()
    assert row is not None
    return pages_read(row[0])


def timed(connection: psycopg.Connection[Any], statement: Statement) -> float:
    """Run a statement, and give the seconds that it took."""
    parameters = statement.parameters()
    cursor = psycopg.RawCursor(connection)
    begun = time.perf_counter()
    cursor.execute(statement.text, parameters, binary=True).fetchall()
    return time.perf_counter() - begun


def markdown(found: dict[str, Any]) -> str:
    """Write the curves as tables, those that grow first in words."""
    sizes = found["sizes"]
    head = " | ".join(f"{size:,}" for size in sizes.values())
    lines = [
        "Pages read (median microseconds in brackets) by an operation, with so many threats in the installation.",
        "",
        f"| operation | {head} | in pages |",
        f"|---|{'---|' * len(sizes)}---|",
    ]
    lines += [_line(curve["name"], curve["points"], len(sizes), curve["shape"]) for curve in found["operations"]]
    deep = max(len(curve["points"]) for curve in found["depth"])
    head = " | ".join(f"{point['size']:,}" for point in found["depth"][0]["points"])
    lines += [
        "",
        "The same of a page of 50 in one model of so many threats, so far from its beginning.",
        "",
        f"| page | {head} | in pages |",
        f"|---|{'---|' * deep}---|",
    ]
    lines += [_line(curve["name"], curve["points"], deep, curve["shape"]) for curve in found["depth"]]
    lines += ["", "Growing faster than an index does: " + (", ".join(found["growing"]) or "nothing") + "."]
    return "\n".join(lines) + "\n"


def _line(name: str, points: Sequence[Mapping[str, Any]], columns: int, verdict: str) -> str:
    cells = [f"{point['pages']:,} ({point['microseconds']:,.0f})" for point in points]
    cells += [""] * (columns - len(cells))
    return f"| {name} | {' | '.join(cells)} | {verdict} |"


def _sizes(scale: str, quick: bool) -> dict[str, Scale]:
    if quick:
        return {"reduced": REDUCED, "tiny": SCALES["tiny"]}
    return {name: SCALES[name] for name in _ORDER[: _ORDER.index(scale) + 1]}


def _deep_sizes(scale: str, quick: bool) -> list[int]:
    if quick:
        return [100, 1_000]
    return [1_000, 10_000, 100_000] + ([1_000_000] if scale == "full" else [])


@contextmanager
def _place(dsn: str, name: str, size: Scale) -> Iterator[Place]:
    with workbench(dsn, name, size) as bench:
        place = Place(bench, size.threats, _SPARE)
        try:
            yield place
        finally:
            place.close()


def _operations(places: Sequence[Place], writes: bool, rounds: int) -> list[dict[str, Any]]:
    chosen = [[one for one in place.operations if one.writes is writes] for place in places]
    read = [[place.pages(one) for one in ones] for place, ones in zip(places, chosen, strict=True)]
    turns = [_turn(place, one) for place, ones in zip(places, chosen, strict=True) for one in ones]
    times = _times(turns, rounds)
    width = len(chosen[0])
    curves = []
    for number, operation in enumerate(chosen[0]):
        points = [
            _point(place.threats, read[at][number], times[at * width + number]) for at, place in enumerate(places)
        ]
        curves.append(_curve(operation.name, points, writes=writes))
    return curves


def _turn(place: Place, operation: Operation) -> Callable[[], float]:
    return lambda: place.measure(operation)


def _depth(place: Place, sizes: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    models = [(size, _deep_model(place, size)) for size in sizes]
    place.vacuum()
    ways: list[tuple[str, int, psycopg.Connection[Any], Statement]] = []
    for depth in _DEPTHS:
        for size, model in models:
            rows = _before(size, depth)
            cursor = _cursor(place.owner, model, rows) if rows else None
            for way, connection, statement in (
                (KEYSET, place.connection, place.call(FEW, f.THREAT_LIST, _given(model, cursor))),
                (BY_HAND, place.owner, Statement(_KEYSET_TEXT, _keyset(model, cursor))),
                (OFFSET, place.owner, Statement(_OFFSET_TEXT, _offset(model, rows + 1 if rows else 0))),
            ):
                ways.append((f"{way}, {depth:.0%} deep", size, connection, statement))
    read = []
    for _, _, connection, statement in ways:
        for _ in range(_WARM):
            timed(connection, statement)
        read.append([pages(connection, statement) for _ in range(3)])
    times = _times([_timing(connection, statement) for _, _, connection, statement in ways], rounds)
    curves: dict[str, list[dict[str, Any]]] = {}
    for (name, size, _, _), found, taken in zip(ways, read, times, strict=True):
        curves.setdefault(name, []).append(_point(size, found, taken))
    return [_curve(name, points) for name, points in curves.items()]


def _timing(connection: psycopg.Connection[Any], statement: Statement) -> Callable[[], float]:
    return lambda: timed(connection, statement)


def _given(model: UUID, cursor: Mapping[str, Any] | None) -> Callable[[], Mapping[str, Any]]:
    return lambda: {"threat_model_id": model} | ({"after": cursor} if cursor else {})


def _keyset(model: UUID, cursor: Mapping[str, Any] | None) -> Callable[[], Sequence[Any]]:
    after = [cursor["created_at"], cursor["id"]] if cursor else ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
    return lambda: [model, *after]


def _offset(model: UUID, rows: int) -> Callable[[], Sequence[Any]]:
    return lambda: [model, rows]


def _times(turns: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Run everything once a round, in an order that is shuffled anew; what is slow is run less often."""
    taken: list[list[float]] = [[] for _ in turns]
    order = list(range(len(turns)))
    shuffle = random.Random(7).shuffle
    for _ in range(rounds):
        shuffle(order)
        for number in order:
            if len(taken[number]) >= _SLOW_ROUNDS and statistics.median(taken[number]) > _SLOW:
                continue
            taken[number].append(turns[number]())
    return taken


def _point(size: int, read: Sequence[int], taken: Sequence[float]) -> dict[str, Any]:
    return {
        "size": size,
        "pages": int(statistics.median(read)),
        "pages_least": min(read),
        "pages_most": max(read),
        "microseconds": round(statistics.median(taken) * 1e6, 1),
    }


def _curve(name: str, points: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "shape": shape([(point["size"], point["pages"]) for point in points]),
        "points": points,
    } | more


def _deep_model(place: Place, size: int) -> UUID:
    with place.bench.bare() as conn:
        row = conn.execute(_DEEP_MODEL, {"name": f"Deep {size}", "owner": FEW, "size": size}).fetchone()
        assert row is not None
        model = UUID(str(row[0]))
        conn.execute(_DEEP_ACCESS, {"id": model})
        conn.execute(_DEEP_THREATS, {"id": model, "size": size})
    return model


def _before(size: int, depth: float) -> int:
    """Say how many rows come before a page, such that it is a full one at the end, too."""
    return min(int(size * depth), size - 51)


def _cursor(conn: psycopg.Connection[Any], model: UUID, rows: int) -> dict[str, Any]:
    row = conn.execute(
        "SELECT created_at, id FROM threats WHERE threat_model_id = %s"
        " ORDER BY created_at DESC, id DESC OFFSET %s LIMIT 1",
        [model, rows],
    ).fetchone()
    assert row is not None
    return {"created_at": row[0].isoformat(), "id": str(row[1])}


def _cell(name: str) -> dict[str, Any]:
    return {"id": name, "shape": "process", "x": 1, "y": 1, "width": 80, "height": 60}
