"""Times the ways of an operation in turns, so that whatever else the machine does meets all of them alike.

Each round runs every way once, in an order that is shuffled anew. A way that takes long takes part in fewer rounds,
spread over all of them. Python's collector of garbage rests while a way is timed, which spares those ways most that
make many objects.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sized

from .measure import Found, Measure, Way, verdict
from .traffic import Connection, Traffic, listening

SECONDS = 5.0
"""How long one way of one operation may take in all; three runs are made however long they take."""

_FEWEST = 3
_WARM = 6
_SLOW = 0.1
_TIDY = 10


def take(
    measure: Measure,
    rounds: int,
    scale: str,
    connections: Iterable[Connection],
    tell: Callable[[int], None] = lambda _: None,
) -> Found:
    """Time the ways of an operation, and judge them.

    Args:
        measure: the operation.
        rounds: how often a way is timed at the most.
        scale: the data set, which some figures are meant for.
        connections: those to listen to while statements are counted.
        tell: is told how many rounds are over.
    """
    ways = [way for way in measure.ways if way.skipped is None]
    traffic = {}
    turns: dict[str, int] = {}
    for way in ways:
        traffic[way.name], taken = _first(way, measure.rows, min(_WARM, rounds), [*connections, *measure.connections])
        turns[way.name] = _turns(way, taken, rounds)
    seconds: dict[str, list[float]] = {way.name: [] for way in ways}
    shuffle = random.Random(measure.name).shuffle
    for number in range(rounds):
        shuffle(ways)
        for way in ways:
            share = turns[way.name]
            if (number + 1) * share // rounds > number * share // rounds:
                seconds[way.name].append(_time(way))
        tell(number + 1)
        if measure.tidy is not None and number % _TIDY == _TIDY - 1:
            measure.tidy()
    # Only now: explaining a statement plans it anew, which its next run would pay for.
    found = {way.name: _describe(way, seconds.get(way.name, []), traffic.get(way.name)) for way in measure.ways}
    return {
        "name": measure.name,
        "note": measure.note,
        "ways": list(found.values()),
        "figures": [verdict(figure, found, scale) for figure in measure.figures],
    }


def _first(way: Way, rows: int | None, warm: int, connections: Iterable[Connection]) -> tuple[Traffic, float]:
    """Run a way until its plans are cached, counting what it sends; tell how long a turn of it takes."""
    if way.run is None:
        return Traffic(way.statements, way.statements), _time(way) * way.repeat
    begun = time.perf_counter()
    with listening(connections) as traffic:
        answer = way.run()
    taken = time.perf_counter() - begun
    if rows is not None and not (isinstance(answer, Sized) and len(answer) == rows):
        raise AssertionError(f"{way.name} did not answer with {rows} rows")
    if way.after is not None:
        way.after()
    if taken < _SLOW:
        for _ in range(warm):
            _time(way)
        taken = _time(way) * way.repeat
    return traffic, taken


def _turns(way: Way, taken: float, rounds: int) -> int:
    """Say in how many rounds a way takes part."""
    affordable = max(_FEWEST, int(SECONDS / max(taken, 1e-9)))
    return min(rounds, affordable, way.most or rounds)


def _time(way: Way) -> float:
    """Tell how many seconds one call takes."""
    gc.disable()
    try:
        if way.clock is not None:
            taken = way.clock(way.repeat)
        else:
            assert way.run is not None
            begun = time.perf_counter()
            for _ in range(way.repeat):
                way.run()
            taken = (time.perf_counter() - begun) / way.repeat
    finally:
        gc.enable()
    if way.after is not None:
        way.after()
    return taken


def _describe(way: Way, seconds: list[float], traffic: Traffic | None) -> Found:
    if way.skipped is not None or traffic is None:
        return {"name": way.name, "skipped": way.skipped}
    return {
        "name": way.name,
        "runs": len(seconds),
        "repeat": way.repeat,
        "microseconds": [round(value * 1e6, 2) for value in _quartiles(seconds)],
        "statements": way.statements if way.statements is not None else traffic.statements,
        "round_trips": way.statements if way.statements is not None else traffic.round_trips,
        "pages": way.pages() if way.pages is not None else None,
        "exact": dict(way.exact()) if way.exact is not None else None,
    }


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
