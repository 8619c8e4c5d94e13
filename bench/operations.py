"""The operations that are measured, in the order of the results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing

from . import drawings, reading, settings, signature, triggers, writing
from .clients import Clients, clients
from .interleaved import take
from .measure import Found, Measure
from .workbench import Workbench

ROWS: dict[str, Callable[[Clients], Iterator[Measure]]] = {
    "get": reading.get,
    "page": reading.page,
    "list": reading.models,
    "insert": writing.one,
    "bulk": writing.many,
    "change": writing.change,
    "triggers": triggers.triggers,
    "counter": writing.counter,
    "edit": drawings.edit,
    "find": drawings.find,
    "search": drawings.search,
    "import": drawings.import_,
    "signature": signature.check,
    "settings": settings.settings,
}
"""What measures each row of the figures to reach, by the name that `--only` takes."""


def run(workbench: Workbench, rounds: int, only: Collection[str] = ROWS.keys()) -> list[Found]:
    """Measure operations one after another, the ways of each interleaved.

    Args:
        workbench: a filled installation.
        rounds: how often each way is timed at the most.
        only: which rows to measure.
    """
    found = []
    for name, row in ROWS.items():
        if name in only:
            # New connections for each row: what one has cached or prepared is no part of the next.
            with clients(workbench) as connected, closing(_measures(row, connected)) as measures:
                for measure in measures:
                    listened = connected.connections()
                    found.append(take(measure, rounds, workbench.scale, listened, _progress(measure.name, rounds)))
    return found


def _measures(row: Callable[[Clients], Iterator[Measure]], connected: Clients) -> Generator[Measure, None, None]:
    yield from row(connected)


def _progress(name: str, rounds: int) -> Callable[[int], None]:
    """Tell people at a terminal how far it is."""

    def tell(number: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if number == rounds else ""
            sys.stderr.write(f"\r\x1b[K{name}: round {number} of {rounds}{end}")
            sys.stderr.flush()

    return tell
