"""Shows results: figures with their verdicts, every way with its spread, and bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape

from .clients import API, PGBENCH_API, WRAPPER
from .measure import Found, duration, said, times
from .palette import style

_WIDTH, _MARGIN = 420, 12
_LINE, _BAR = 34, 8
_RIGHT = _WIDTH - _MARGIN

_HAMMERED = 10_000
_EXACT = ("statements", "round_trips", "pages")

_STYLE = style(
    light="""\
.bar { fill: #8c959f }
.ours { fill: #0969da }
.spread { stroke: #1f2328; stroke-width: 1.5 }
.grid { stroke: #d0d7de; stroke-dasharray: 2 2 }
.reached { stroke: #1a7f37; stroke-width: 3 }
.missed { stroke: #cf222e; stroke-width: 3 }
.bad { fill: #cf222e }
""",
    dark="""\
.bar { fill: #6e7681 }
.ours { fill: #4493f8 }
.spread { stroke: #e6edf3 }
.grid { stroke: #3d444d }
.reached { stroke: #3fb950 }
.missed { stroke: #f85149 }
.bad { fill: #f85149 }
""",
)


def markdown(result: Found) -> str:
    """Write the operations of a result: the figures first, then every way of every operation."""
    title = f"# Measured: the {result['scale']} data set on PostgreSQL {major(result)}"
    lines = [title, "", *_place(result), "", "## Figures to reach", ""]
    lines += _figures(result)
    if result["operations"]:
        lines += ["", "## Operations", ""]
    for measure in result["operations"]:
        lines += [f"### {measure['name']}", ""]
        if measure["note"]:
            lines += [measure["note"], ""]
        lines += [
            "| way | median | middle half | beside the first | statements | round trips | pages | runs |",
            "|---|---|---|---|---|---|---|---|",
            *_ways(measure),
            "",
        ]
    return "\n".join(lines)


def major(result: Found) -> str:
    """Say the major version of the server that results are from."""
    return str(result["machine"]["server"]).partition(".")[0]


def figures(result: Found) -> str:
    """Write what was measured where, and the figures with their verdicts."""
    return "\n".join([*_place(result), "", *_figures(result), ""])


def _figures(result: Found) -> list[str]:
    lines = ["| operation | figure | measured | verdict |", "|---|---|---|---|"]
    for measure in result["operations"]:
        lines += [
            f"| {measure['name']} | {judged['figure']} | {said(judged)} | {judged['verdict']} |"
            for judged in measure["figures"]
        ]
    lines += [f"| {operation} | {figure} | {value} | {word} |" for operation, figure, value, word in _elsewhere(result)]
    return lines


def _place(result: Found) -> list[str]:
    """Say what was measured where."""
    machine, data = result["machine"], result["data"]
    settings = ", ".join(f"{name} {value}" for name, value in machine["settings"].items())
    libraries = ", ".join(f"{name} {value}" for name, value in machine["libraries"].items())
    amounts = ", ".join(f"{amount:,} {name}" for name, amount in data.items())
    cores = "on cores of their own" if machine.get("apart") else "on whatever cores the kernel chose"
    return [
        f"- Data: {amounts} (others: of diagrams, documents and sources each).",
        f"- Server: PostgreSQL {machine['server']}, over {machine['connected by']}: {settings}.",
        f"- Machine: {machine['cpu']}, {machine['cores']} cores, {machine['memory']}, {machine['kernel']}.",
        f"- Clients: Python {machine['python']}, {libraries}; one connection each, client and server {cores}.",
        f"- When: {machine['date']}; up to {result['rounds']} rounds, in which the ways of an operation take turns"
        " in an order that is shuffled anew. Times are medians; the middle half of the runs lies beside them.",
        "",
        "Times on shared machines are ratios or nothing, and even ratios depend on where client and server run. Pages,"
        " statements and round trips are exact: BEGIN, COMMIT and ROLLBACK count as statements.",
    ]


def _elsewhere(result: Found) -> Iterator[tuple[str, str, str, str]]:
    """Yield the figures of what is no operation of one connection: loading, and many clients at once."""
    if load := result.get("load"):
        figure = next(way for way in load["ways"] if way["name"] == load["figure_is_for"])
        operation = f"load {load['rows']:,} threats"
        words = f"{figure['name']}: <= {load['figure']:g}x {load['ways'][0]['name']}"
        yield operation, words, times(figure["ratio"]), _word(figure["ratio"] <= load["figure"])
        yield operation, "counts that are wrong: 0", str(load["counts_wrong"]), _word(load["counts_wrong"] == 0)
    if many := result.get("concurrency"):
        operation = f"{many['hammered']:,} statements that meet others"
        # The server counts those that callers see, too.
        deadlocks = max(many["deadlocks"].values())
        enough = deadlocks > 0 or many["hammered"] >= _HAMMERED
        yield (
            operation,
            f"deadlocks in {_HAMMERED:,}: 0",
            str(deadlocks),
            _word(deadlocks == 0) if enough else "meant for more",
        )
        yield operation, "counts that are wrong: 0", str(many["counts_wrong"]), _word(many["counts_wrong"] == 0)


def _word(reached: bool) -> str:
    return "reached" if reached else "missed"


def _ways(measure: Found) -> Iterator[str]:
    base = _base(measure)
    for way in measure["ways"]:
        if not way.get("microseconds"):
            yield f"| {way['name']} | not measured: {way['skipped']} | | | | | | |"
            continue
        low, middle, high = way["microseconds"]
        exact = " | ".join("" if way[what] is None else f"{way[what]:,}" for what in _EXACT)
        runs = f"{way['runs']}" + (f" of {way['repeat']:,}" if way["repeat"] > 1 else "")
        spread = f"{duration(low)} to {duration(high)}"
        yield f"| {way['name']} | {duration(middle)} | {spread} | {times(middle / base)} | {exact} | {runs} |"


def _base(measure: Found) -> float:
    """The time of the first way that was measured."""
    return next(float(way["microseconds"][1]) for way in measure["ways"] if way.get("microseconds"))


def picture(result: Found) -> str:
    """Draw the operations: a bar for each way, the middle half of its runs, and the times to reach as ticks."""
    parts: list[str] = []
    y = _legend(parts, result)
    for measure in result["operations"]:
        y = _measure(parts, measure, y)
    height = y + _MARGIN
    title = f"Operations beside other ways of doing them: {_data_set(result)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="560" role="img"'
        f' style="max-width: 100%; height: auto"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>{"".join(parts)}</svg>\n'
    )


def _data_set(result: Found) -> str:
    return f"{result['scale']} data set, PostgreSQL {result['machine']['server']}"


def _legend(parts: list[str], result: Found) -> int:
    """Draw what the marks mean; return where the next thing is drawn."""
    parts += [
        _text(_MARGIN, 26, _data_set(result), "head"),
        _rectangle(_MARGIN, 40, 24, "ours"),
        _text(_MARGIN + 32, 49, "tmi_db, median of the runs"),
        _rectangle(_MARGIN, 60, 24, "bar"),
        _text(_MARGIN + 32, 69, "another way"),
        _vertical(232, 37, 51, "reached"),
        _text(242, 49, "figure to reach: reached"),
        _vertical(232, 57, 71, "missed"),
        _text(242, 69, "figure to reach: missed"),
        _horizontal(_MARGIN, _MARGIN + 24, 84, "spread"),
        _text(_MARGIN + 32, 89, "middle half of the runs"),
        _vertical(232, 77, 91, "grid"),
        _text(242, 89, "1x, the first way's time"),
    ]
    return 100


def _measure(parts: list[str], measure: Found, y: int) -> int:
    """Draw one operation; return where the next thing is drawn."""
    base = _base(measure)
    measured = [way for way in measure["ways"] if way.get("microseconds")]
    limits = {way["name"]: list(_limits(measure, way["name"])) for way in measured}
    ends = [value for way in measured for value in way["microseconds"]]
    ends += [limit for found in limits.values() for limit, _ in found]
    # Where the slowest takes twenty times as long, the others would be specks.
    logarithmic = max(ends) > 20 * min(ends)
    place = _scale(min(ends), max(ends), logarithmic)
    lines = {line: place(base * line) for line in _decades(min(ends) / base, max(ends) / base, logarithmic)}

    y += 30
    parts.append(_text(_MARGIN, y, measure["name"], "head"))
    y += 6
    parts += [_vertical(x, y + 4, y + _LINE * len(measure["ways"]), "grid") for x in lines.values()]
    ours = {API, WRAPPER, PGBENCH_API, *(judged["way"] for judged in measure["figures"])}
    for way in measure["ways"]:
        _way(parts, way, base, limits.get(way["name"], []), place, y, way["name"] in ours)
        y += _LINE
    if logarithmic:
        y += 14
        for line, x in lines.items():
            if x < _RIGHT - 90:
                parts.append(_text(max(x, _MARGIN + 10), y, f"{line:,g}x", "soft", "middle"))
        parts.append(_text(_RIGHT, y, "log scale", "soft", "end"))
    return y


def _way(
    parts: list[str],
    way: Found,
    base: float,
    limits: list[tuple[float, str]],
    place: Callable[[float], float],
    y: int,
    ours: bool,
) -> None:
    """Draw one way: its name and numbers, and under them its bar."""
    parts.append(_text(_MARGIN, y + 16, way["name"]))
    if not way.get("microseconds"):
        parts.append(_text(_RIGHT, y + 16, "not measured", "soft", "end"))
        return
    low, middle, high = way["microseconds"]
    missed = any(verdict == "missed" for _, verdict in limits)
    numbers = f"{times(middle / base)}, {duration(middle)}"
    parts += [
        _text(_RIGHT, y + 16, numbers + (", missed" if missed else ""), "bad" if missed else "soft", "end"),
        _rectangle(_MARGIN, y + 22, place(middle) - _MARGIN, "ours" if ours else "bar"),
        _horizontal(place(low), place(high), y + 22 + _BAR / 2, "spread"),
        *(_vertical(place(limit), y + 19, y + 25 + _BAR, verdict) for limit, verdict in limits),
    ]


def _limits(measure: Found, name: str) -> Iterator[tuple[float, str]]:
    """Yield the times in which a way has to do its work, and whether it does."""
    medians = {way["name"]: way["microseconds"][1] for way in measure["ways"] if way.get("microseconds")}
    for judged in measure["figures"]:
        if judged["of"] == "time" and judged["way"] == name and judged["verdict"] in ("reached", "missed"):
            base = medians[judged["base"]] if judged["base"] else 1.0
            yield base * judged["bound"] if judged["sign"] == "<=" else base / judged["bound"], judged["verdict"]


def _scale(least: float, most: float, logarithmic: bool) -> Callable[[float], float]:
    """Make what places a time on the paper."""
    room = _RIGHT - _MARGIN - 4
    if not logarithmic:
        return lambda value: _MARGIN + room * value / most
    # The shortest bar is long enough to be seen.
    low, high = math.log(least / 2), math.log(most)
    return lambda value: _MARGIN + room * (math.log(value) - low) / (high - low)


def _decades(least: float, most: float, logarithmic: bool) -> list[float]:
    """The multiples of the first way's time that are marked."""
    if not logarithmic:
        return [1.0]
    return [10.0**power for power in range(math.ceil(math.log10(least)), math.floor(math.log10(most)) + 1)]


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    kinds = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}"{kinds}>{escape(text)}</text>'


def _rectangle(x: float, y: float, width: float, kind: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" class="{kind}"/>'


def _horizontal(x: float, to: float, y: float, kind: str) -> str:
    return f'<line x1="{x:.1f}" x2="{to:.1f}" y1="{y}" y2="{y}" class="{kind}"/>'


def _vertical(x: float, y: float, to: float, kind: str) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{to}" class="{kind}"/>'
