"""What the Python package itself costs: microseconds above libpq, calls a second, and the client's own CPU.

The floor is libpq executing the very statement that the package sends, prepared, with binary results that nobody reads.
Every round runs a few calls of every way, in an order that is shuffled anew.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import ExecStatus
from tmi_db import AsyncDatabase, Database
from tmi_db._generated import functions as f
from tmi_db.calls import UNSET, Function, Statements

from .data import FEW
from .workbench import SCHEMA, Workbench

LIBPQ = "libpq, prepared, nothing read"
PSYCOPG = "psycopg, cursor.execute, tuples"
SYNC = "tmi_db"
SESSION = "tmi_db, a session of 10"
ASYNC = "tmi_db, asyncio"
ASYNC_SESSION = "tmi_db, asyncio, a session of 10"
TASKS = "tmi_db, asyncio, 16 tasks on 4 connections"

GET, PAGE = "get one threat", "page of 50 threats"

_CALLS = 20
_ROUNDS, _QUICK_ROUNDS = 100, 5
_TASKS, _POOL, _SESSION_CALLS = 16, 4, 10


@dataclass(frozen=True, slots=True)
class Way:
    """A way of making a call, run so many times when it is run."""

    name: str
    run: Callable[[int], object]
    alone: bool = True
    """Whether its calls follow one another, so that the time of one is the time of all, divided."""


def run(workbench: Workbench, quick: bool = False) -> dict[str, Any]:
    """Measure the package.

    Args:
        workbench: a filled installation, to which one model is added.
        quick: a few rounds, to see that everything runs.

    Returns:
        `operations`, each with its `ways`: microseconds a call, of them above libpq and above psycopg, of them the
        client's CPU, and calls a second.
    """
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    with ways(workbench) as operations:
        found = _measure(operations, rounds)
    return {
        "quick": quick,
        "rounds": rounds,
        "calls_a_round": _CALLS,
        "libpq": psycopg.pq.version(),
        "implementation": psycopg.pq.__impl__,
        "operations": found,
    }


def markdown(found: dict[str, Any]) -> str:
    """Write what a call costs by each way as a table."""
    lines = [
        f"Medians of {found['rounds']} interleaved rounds of {found['calls_a_round']} calls, psycopg"
        f" ({found['implementation']}) on libpq {found['libpq']}. CPU is the client's alone.",
        "",
        "| operation | way | µs a call | above libpq, µs | above psycopg, µs | client CPU, µs | calls a second |",
        "|---|---|---|---|---|---|---|",
    ]
    for operation in found["operations"]:
        for number, way in enumerate(operation["ways"]):
            above = ["" if way[key] is None else f"{way[key]:+,.0f}" for key in ("above_libpq", "above_psycopg")]
            name = operation["name"] if number == 0 else ""
            lines.append(
                f"| {name} | {way['name']} | {way['microseconds']:,.0f} | {above[0]} | {above[1]}"
                f" | {way['cpu_microseconds']:,.0f} | {way['calls_per_second']:,.0f} |"
            )
    return "\n".join(lines) + "\n"


@contextmanager
def ways(bench: Workbench) -> Iterator[dict[str, list[Way]]]:
    """Make the ways of each operation, and open what they need.

    Args:
        bench: a filled installation, to which one model is added.
    """
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        db = stack.enter_context(bench.database())
        plain = stack.enter_context(bench.app())
        libpq = stack.enter_context(bench.app())
        alone, shared = (
            AsyncDatabase(bench.service, key=bench.key, min_size=size, max_size=size) for size in (1, _POOL)
        )
        for opened in (alone, shared):
            runner.run(opened.open())
            stack.callback(lambda opened=opened: runner.run(opened.close()))  # type: ignore[misc]
        few = db.as_user(FEW)
        model = few.threat_models.create("Read from Python").id
        texts = {"description": "what could happen " * 10, "mitigation": "what is done " * 10, "risk_rating": "High"}
        threat = few.threats.bulk_create(model, [{"name": f"T{n}", "score": n} | texts for n in range(100)])[0].id
        yield {
            GET: _ways(
                _Floor(bench, plain, libpq, f.THREAT_GET, {"threat_model_id": model, "threat_id": threat}),
                runner,
                (db, alone, shared),
                lambda tmi: tmi.threats.get(model, threat),
            ),
            PAGE: _ways(
                _Floor(bench, plain, libpq, f.THREAT_LIST, {"threat_model_id": model}),
                runner,
                (db, alone, shared),
                lambda tmi: tmi.threats.list(model),
            ),
        }


class _Floor:
    """Sends the statement that the package would send, without the package."""

    def __init__(
        self,
        bench: Workbench,
        plain: psycopg.Connection[Any],
        libpq: psycopg.Connection[Any],
        function: Function[Any],
        given: Mapping[str, Any],
    ) -> None:
        arguments = [given.get(name, UNSET) for name, _ in function.parameters]
        self._text, self._parameters = Statements(SCHEMA).bind(function, arguments, identify=True)
        self._bench = bench
        self._cursor = psycopg.RawCursor(plain)
        self._pgconn = libpq.pgconn
        self._name = function.name.encode()
        self._renew()
        prepared = self._pgconn.prepare(self._name, self._text)
        assert prepared.status == ExecStatus.COMMAND_OK, prepared.error_message

    def libpq(self, calls: int) -> None:
        self._renew()
        values = [str(value).encode() if isinstance(value, str | UUID) else value for value in self._parameters]
        for _ in range(calls):
            result = self._pgconn.exec_prepared(self._name, values, None, 1)
            assert result.status == ExecStatus.TUPLES_OK, result.error_message
            result.clear()

    def psycopg(self, calls: int) -> None:
        self._renew()
        for _ in range(calls):
            self._cursor.execute(self._text, self._parameters, binary=True).fetchall()

    def _renew(self) -> None:
        """Sign the identity; once for several calls, as the package does."""
        self._parameters[0] = self._bench.context(FEW)


def _ways(
    floor: _Floor,
    runner: asyncio.Runner,
    databases: tuple[Database, AsyncDatabase, AsyncDatabase],
    call: Callable[[Any], Any],
) -> list[Way]:
    db, alone, shared = databases
    few = db.as_user(FEW)

    def sync(calls: int) -> None:
        for _ in range(calls):
            call(few)

    def session(calls: int) -> None:
        for _ in range(calls // _SESSION_CALLS):
            with db.session(FEW) as tmi:
                for _ in range(_SESSION_CALLS):
                    call(tmi)

    async def one_by_one(opened: AsyncDatabase, calls: int) -> None:
        tmi = opened.as_user(FEW)
        for _ in range(calls):
            await call(tmi)

    async def sessions(calls: int) -> None:
        for _ in range(calls // _SESSION_CALLS):
            async with alone.session(FEW) as tmi:
                for _ in range(_SESSION_CALLS):
                    await call(tmi)

    async def tasks(calls: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(_TASKS):
                group.create_task(one_by_one(shared, calls))

    return [
        Way(LIBPQ, floor.libpq),
        Way(PSYCOPG, floor.psycopg),
        Way(SYNC, sync),
        Way(SESSION, session),
        Way(ASYNC, lambda calls: runner.run(one_by_one(alone, calls))),
        Way(ASYNC_SESSION, lambda calls: runner.run(sessions(calls))),
        Way(TASKS, lambda calls: runner.run(tasks(calls)), alone=False),
    ]


def _measure(operations: Mapping[str, Sequence[Way]], rounds: int) -> list[dict[str, Any]]:
    turns = [(name, way) for name, all_ways in operations.items() for way in all_ways]
    wall: dict[tuple[str, str], list[float]] = {(name, way.name): [] for name, way in turns}
    cpu: dict[tuple[str, str], list[float]] = {(name, way.name): [] for name, way in turns}
    for _, way in turns:
        way.run(_CALLS)
    for _ in range(rounds):
        for name, way in random.sample(turns, len(turns)):
            calls = _CALLS if way.alone else _CALLS * _TASKS
            spent, begun = time.process_time(), time.perf_counter()
            way.run(_CALLS)
            wall[name, way.name].append((time.perf_counter() - begun) / calls * 1e6)
            cpu[name, way.name].append((time.process_time() - spent) / calls * 1e6)
    return [
        {"name": name, "ways": [_way(way, all_ways, name, wall, cpu) for way in all_ways]}
        for name, all_ways in operations.items()
    ]


def _way(
    way: Way,
    all_ways: Sequence[Way],
    name: str,
    wall: Mapping[tuple[str, str], Sequence[float]],
    cpu: Mapping[tuple[str, str], Sequence[float]],
) -> dict[str, Any]:
    mine = wall[name, way.name]
    above = {
        # Round by round: what the machine did meanwhile happened to both.
        base: round(statistics.median(a - b for a, b in zip(mine, wall[name, base], strict=True)), 1)
        for base in (LIBPQ, PSYCOPG)
    }
    is_floor = [one.name for one in all_ways].index(way.name)
    low, middle, high = statistics.quantiles(mine, n=4)
    return {
        "name": way.name,
        "microseconds": round(middle, 1),
        "middle_half": [round(low, 1), round(high, 1)],
        # What several calls at once take each is no time that a caller waits.
        "above_libpq": above[LIBPQ] if is_floor > 0 and way.alone else None,
        "above_psycopg": above[PSYCOPG] if is_floor > 1 and way.alone else None,
        "cpu_microseconds": round(statistics.median(cpu[name, way.name]), 1),
        "calls_per_second": round(1e6 / middle, 1),
    }
