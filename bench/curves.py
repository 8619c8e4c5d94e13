"""Draws what growth found: small charts with the same scales, in which whatever does not lie flat is seen at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from .growth import BY_HAND, KEYSET, OFFSET
from .palette import style

_WIDTH, _MARGIN, _GAP = 420, 12, 12
_PANEL = (_WIDTH - 2 * _MARGIN - _GAP) / 2
_INSET = 14
_PLOT, _DEEP_PLOT = 84, 120
_LABEL = 16
_DEEP_ROOM = 176
"""Room on the right of a chart of pages, where the lines are named."""

_NAMES = {KEYSET: "threat_list", BY_HAND: "keyset by hand", OFFSET: "OFFSET by hand"}
_KINDS = {KEYSET: "ours", BY_HAND: "other", OFFSET: "bad"}

_STYLE = style(
    light="""\
.grid { stroke: #d0d7de }
polyline { fill: none; stroke-width: 2 }
.ours { stroke: #0969da }
.other { stroke: #6e7781 }
.bad { stroke: #cf222e }
circle.ours { fill: #0969da }
circle.other { fill: #6e7781 }
circle.bad { fill: #cf222e }
text.ours { fill: #0969da; stroke: none }
text.other { fill: #57606a; stroke: none }
text.bad { fill: #cf222e; stroke: none }
""",
    dark="""\
.grid { stroke: #30363d }
.ours { stroke: #4493f8 }
.other { stroke: #9198a1 }
.bad { stroke: #f85149 }
circle.ours { fill: #4493f8 }
circle.other { fill: #9198a1 }
circle.bad { fill: #f85149 }
text.ours { fill: #4493f8 }
text.other { fill: #9198a1 }
text.bad { fill: #f85149 }
""",
)


class _Plot:
    """A rectangle of paper with two logarithmic scales."""

    def __init__(self, left: float, top: float, width: float, height: float, sizes: range, costs: range) -> None:
        """Place it; the scales are given in powers of ten, the last included."""
        self.left, self.top, self.width, self.height = left, top, width, height
        self.sizes, self.costs = sizes, costs

    def x(self, size: float) -> float:
        return self.left + self.width * (math.log10(size) - self.sizes.start) / (len(self.sizes) - 1)

    def y(self, cost: float) -> float:
        return self.top + self.height * (1 - (math.log10(max(cost, 1)) - self.costs.start) / (len(self.costs) - 1))

    def grid(self) -> Iterator[str]:
        """Draw a line for every tenfold, and say which sizes they are."""
        right, bottom = self.left + self.width, self.top + self.height
        for power in self.costs:
            y = self.y(10.0**power)
            yield f'<line x1="{self.left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        for power in self.sizes:
            x = self.x(10.0**power)
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self.top:.1f}" y2="{bottom:.1f}" class="grid"/>'
            yield _text(x, bottom + 15, _amount(10**power), "soft", "middle")

    def curve(self, points: Sequence[dict[str, Any]], kind: str) -> Iterator[str]:
        """Draw a curve and its points."""
        places = [(self.x(point["size"]), self.y(point["pages"])) for point in points]
        yield f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}" class="{kind}"/>'
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="{kind}"/>'


def picture(found: dict[str, Any]) -> str:
    """Draw the curves of `growth.run`: pages read against the size of the data, and of a model for pages of it.

    Args:
        found: what `growth.run` returned.

    Returns:
        An SVG document.
    """
    version = str(found["settings"]["server_version"]).partition(" ")[0]
    parts = [
        _text(_MARGIN, 26, "Pages read, by threats in the installation", "head"),
        _text(_MARGIN, 44, f"PostgreSQL {version}; each line of a grid is tenfold", "soft"),
    ]
    y = _operations(parts, found["operations"], 52)
    parts.append(_text(_MARGIN, y + 30, "The same of a page of 50, by threats in its model", "head"))
    y = _depth(parts, found["depth"], y + 36)
    height = round(y + _MARGIN)
    title = "Pages that operations read as the data grows"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="560" role="img"'
        f' style="max-width: 100%; height: auto"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>{"".join(parts)}</svg>\n'
    )


def _operations(parts: list[str], curves: Sequence[dict[str, Any]], y: float) -> float:
    sizes, costs = _powers(curves, "size"), _powers(curves, "pages")
    height = 2 * _LABEL + _PLOT + 38
    for number, curve in enumerate(curves):
        left = _MARGIN + number % 2 * (_PANEL + _GAP)
        top = y + number // 2 * height
        kind = _kind(curve)
        name, _, rest = curve["name"].partition(", ")
        words = f"{rest}: {curve['shape']}" if rest else curve["shape"]
        plot = _Plot(left + _INSET, top + 2 * _LABEL + 10, _PANEL - 2 * _INSET, _PLOT, sizes, costs)
        parts += [
            _text(left, top + _LABEL, name),
            _text(left, top + 2 * _LABEL, words, "bad" if kind == "bad" else "soft"),
        ]
        parts += plot.grid()
        parts += plot.curve(curve["points"], kind)
        ends = [curve["points"][0], curve["points"][-1]]
        for point, anchor in zip(ends, ("start", "end"), strict=True):
            above = plot.y(point["pages"]) - 7
            # There is no room above what is dear.
            label = above if above > plot.top + 2 else above + 25
            parts.append(_text(plot.x(point["size"]), label, f"{point['pages']:,}", kind, anchor))
    return y + math.ceil(len(curves) / 2) * height


def _depth(parts: list[str], curves: Sequence[dict[str, Any]], y: float) -> float:
    sizes, costs = _powers(curves, "size"), _powers(curves, "pages")
    depths: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for curve in curves:
        way, _, depth = curve["name"].rpartition(", ")
        depths.setdefault(depth, []).append((way, curve))
    for depth, ways in depths.items():
        plot = _Plot(_MARGIN + _INSET, y + 30, _WIDTH - 2 * _MARGIN - _INSET - _DEEP_ROOM, _DEEP_PLOT, sizes, costs)
        parts.append(_text(_MARGIN, y + _LABEL, depth))
        parts += plot.grid()
        # What is ours is drawn last, over what it hides.
        for way, curve in reversed(ways):
            parts += plot.curve(curve["points"], _KINDS[way])
        labels = sorted((plot.y(curve["points"][-1]["pages"]), way, curve) for way, curve in ways)
        for place, (_, way, curve) in zip(_apart([at for at, _, _ in labels]), labels, strict=True):
            words = f"{_NAMES[way]} {curve['points'][-1]['pages']:,}"
            parts.append(_text(plot.left + plot.width + 10, place + 4, words, _KINDS[way]))
        y += _DEEP_PLOT + 56
    return y


def _kind(curve: dict[str, Any]) -> str:
    return "bad" if curve["shape"] == "grows" else "ours"


def _powers(curves: Sequence[dict[str, Any]], what: str) -> range:
    """The powers of ten between which all points lie."""
    values = [max(1, point[what]) for curve in curves for point in curve["points"]]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return range(low, max(high, low + 1) + 1)


def _apart(places: Sequence[float]) -> list[float]:
    """Move labels up, the lowest least, until none covers another; they are given from the highest to the lowest."""
    moved: list[float] = []
    for place in reversed(places):
        moved.append(min(place, moved[-1] - _LABEL) if moved else place)
    return moved[::-1]


def _amount(number: int) -> str:
    """Write a power of ten briefly."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number // unit}{letter}"
    return str(number)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    kinds = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kinds}>{escape(text)}</text>'
