"""What is measured: operations, the ways of doing each, and the figures to reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .traffic import Connection

Found = dict[str, Any]
"""What was found about one way or one operation, as it stands in the results."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing an operation.

    Attributes:
        name: what tables and pictures call it.
        run: does the work once.
        clock: does the work so many times and tells how many seconds one took, where this process can't time it.
        repeat: how many calls are timed together, for what is too short for one look at the clock.
        after: puts back what `run` or `clock` changed; not timed.
        pages: counts the pages that the statement reads, with plans cached.
        exact: finds other numbers that are the same on every machine, by what they are numbers of.
        statements: how many it sends, where there is no connection of psycopg to listen to.
        most: how often it is timed at the most.
        skipped: why it can't be done here, if it can't.
    """

    name: str
    run: Callable[[], Any] | None = None
    clock: Callable[[int], float] | None = None
    repeat: int = 1
    after: Callable[[], Any] | None = None
    pages: Callable[[], int] | None = None
    exact: Callable[[], Mapping[str, float]] | None = None
    statements: int | None = None
    most: int | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to reach, for one way: of its time, its pages, its round trips or another exact number.

    Attributes:
        way: whose figure it is.
        sign: `<=` for so many times the base at the most, `>=` for so many times ahead of it at the least.
        bound: the number: times of a base, microseconds without one; pages above those of a base; a number.
        base: the way to compare with.
        of: what is compared: `time`, `pages`, `round trips`, or what the way's `exact` calls it.
        scale: the data set that the figure is meant for; None for any.
    """

    way: str
    sign: Literal["<=", ">="]
    bound: float
    base: str | None = None
    of: str = "time"
    scale: str | None = None

    def words(self) -> str:
        """Say the figure in words."""
        if self.of == "round trips":
            return f"{self.way}: {self.sign} {self.bound:g} round trip{'' if self.bound == 1 else 's'}"
        if self.of == "pages":
            return f"{self.way}: {self.sign} {self.bound:g} pages" + (f" more than {self.base}" if self.base else "")
        if self.of != "time":
            return f"{self.way}: {self.sign} {self.bound:g} {self.of}"
        if self.base is None:
            return f"{self.way}: {self.sign} {duration(self.bound)}"
        if self.sign == ">=":
            return f"{self.way}: >= {self.bound:,g}x ahead of {self.base}"
        return f"{self.way}: <= {self.bound:,g}x {self.base}"


@dataclass(frozen=True, slots=True)
class Measure:
    """An operation, and the ways it is done; the first is what the others are compared with.

    Attributes:
        name: what tables and pictures call it.
        ways: how it is done.
        figures: what is to be reached.
        rows: how many rows each way has to answer with, so that all do the same work.
        connections: where psycopg sends what is done, beside those that are listened to anyway.
        tidy: is called after every tenth round, to remove what the ways left behind; not timed.
        note: what a reader has to know about it.
    """

    name: str
    ways: Sequence[Way]
    figures: Sequence[Figure] = ()
    rows: int | None = None
    connections: Sequence[Connection] = ()
    tidy: Callable[[], Any] | None = None
    note: str = ""


def verdict(figure: Figure, ways: Mapping[str, Found], scale: str) -> Found:
    """Judge a figure by what was found.

    Args:
        figure: the figure.
        ways: what was found, by the name of the way; a way that was skipped may be missing.
        scale: the data set.

    Returns:
        The figure in words, the value that it is compared with (None where it was not measured), and the verdict:
        `reached`, `missed`, `not measured`, or which data set it is meant for.
    """
    value = _value(figure, ways)
    if value is None:
        judged = "not measured"
    elif figure.scale is not None and figure.scale != scale:
        judged = f"meant for {figure.scale}"
    else:
        judged = "reached" if (value <= figure.bound if figure.sign == "<=" else value >= figure.bound) else "missed"
    return {
        "figure": figure.words(),
        "way": figure.way,
        "base": figure.base,
        "sign": figure.sign,
        "bound": figure.bound,
        "of": figure.of,
        "value": value,
        "verdict": judged,
    }


def _value(figure: Figure, ways: Mapping[str, Found]) -> float | None:
    mine, base = ways.get(figure.way), ways.get(figure.base or "")
    if mine is None or (figure.base is not None and base is None):
        return None
    own, other = _number(figure, mine), _number(figure, base) if base is not None else None
    if own is None or (base is not None and other is None):
        return None
    if other is None:
        return own
    if figure.of != "time":
        return own - other
    return own / other if figure.sign == "<=" else other / own


def _number(figure: Figure, found: Found) -> float | None:
    if figure.of == "time":
        return float(found["microseconds"][1]) if found.get("microseconds") else None
    keys = {"pages": "pages", "round trips": "round_trips"}
    number = found.get(keys[figure.of]) if figure.of in keys else (found.get("exact") or {}).get(figure.of)
    return None if number is None else float(number)


def said(judged: Found) -> str:
    """Say the value of a verdict in words."""
    if judged["value"] is None:
        return "-"
    if judged["of"] != "time":
        return f"{judged['value']:+g}" if judged["base"] else f"{judged['value']:g}"
    return duration(judged["value"]) if judged["base"] is None else times(judged["value"])


def times(ratio: float) -> str:
    """Write a ratio with as many digits as mean something."""
    if ratio < 0.1:
        return f"{ratio:.1g}x"
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:,.0f}x"


def duration(microseconds: float) -> str:
    """Write a time in the unit that suits it."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:.3g} {unit}"
    return f"{microseconds:.3g} µs"
