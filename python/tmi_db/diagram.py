"""Draws tables and their foreign keys as SVG, which a browser shows without asking the network for anything."""

import re
from collections.abc import Sequence
from html import escape
from typing import Protocol

from tmi_db.fingerprint import Attributes

_WIDTH, _LINE, _HEAD = 248, 17, 26
_GAP_X, _GAP_Y, _MARGIN = 72, 28, 12
_REFERENCE = re.compile(r"FOREIGN KEY \(([^)]*)\) REFERENCES (\w+)")


class _Table(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Sequence[tuple[str, Attributes]]: ...
    @property
    def constraints(self) -> Sequence[tuple[str, Attributes]]: ...


def references(table: _Table) -> list[tuple[str, str]]:
    """List the foreign keys of a table: (its columns, the other table)."""
    matches = (_REFERENCE.match(attributes["definition"]) for _, attributes in table.constraints)
    return [(match[1], match[2]) for match in matches if match]


def draw(tables: Sequence[_Table]) -> str:
    """Draw tables in columns: each right of those that it refers to."""
    depth = _depths(tables)
    heights = [_MARGIN] * (max(depth.values(), default=0) + 1)
    places: dict[str, tuple[int, int]] = {}
    for table in tables:
        column = depth[table.name]
        places[table.name] = (_MARGIN + column * (_WIDTH + _GAP_X), heights[column])
        heights[column] += _height(table) + _GAP_Y
    lines = [line for table in tables for line in _arrows(table, places)]
    boxes = [_box(table, *places[table.name]) for table in tables]
    width, height = len(heights) * (_WIDTH + _GAP_X) - _GAP_X + 2 * _MARGIN, max(heights)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="Tables and their foreign keys">'
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" class="head"/></marker></defs>' + "".join(lines + boxes) + "</svg>"
    )


def _depths(tables: Sequence[_Table]) -> dict[str, int]:
    """Say how many foreign keys lead from a table to one without any, by the longest way."""
    targets = {table.name: {other for _, other in references(table)} - {table.name} for table in tables}
    depth = dict.fromkeys(targets, 0)
    # Where tables refer to each other in a ring, the number of tables ends it.
    for _ in targets:
        for name, others in targets.items():
            depth[name] = max(
                [depth[name], *(depth[other] + 1 for other in others if depth.get(other, -1) < len(targets))]
            )
        if max(depth.values(), default=0) >= len(targets):
            break
    return {name: min(value, len(targets)) for name, value in depth.items()}


def _height(table: _Table) -> int:
    return _HEAD + _LINE * len(table.columns) + 6


def _box(table: _Table, x: int, y: int) -> str:
    keys = {name.strip() for columns, _ in references(table) for name in columns.split(",")}
    rows = []
    for number, (name, attributes) in enumerate(table.columns):
        at = y + _HEAD + _LINE * (number + 1) - 4
        kind = str(attributes["type"]).replace("timestamp with time zone", "timestamptz")
        style = "key" if name in keys or name == "id" else "column"
        rows.append(
            f'<text x="{x + 8}" y="{at}" class="{style}">{escape(name)}</text>'
            f'<text x="{x + _WIDTH - 8}" y="{at}" class="type" text-anchor="end">{escape(kind)}</text>'
        )
    return (
        f'<a href="#{escape(table.name)}"><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_height(table)}" rx="4"/>'
        f'<text x="{x + 8}" y="{y + 18}" class="name">{escape(table.name)}</text></a>' + "".join(rows)
    )


def _arrows(table: _Table, places: dict[str, tuple[int, int]]) -> list[str]:
    x, y = places[table.name]
    names = [name for name, _ in table.columns]
    arrows = []
    for columns, other in references(table):
        if other not in places or other == table.name:
            continue
        last = columns.split(",")[-1].strip()
        start = y + _HEAD + _LINE * (names.index(last) + 1) - 8
        to_x, to_y = places[other]
        end_x = to_x + _WIDTH if to_x < x else to_x
        bend = 40 if to_x < x else -40
        arrows.append(
            f'<path d="M{x} {start}C{x - 40} {start} {end_x + bend} {to_y + 14} {end_x} {to_y + 14}" class="arrow" '
            'marker-end="url(#head)"/>'
        )
    return arrows
