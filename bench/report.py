"""Shows results: a table for people, and bars with their spread."""

from html import escape
from typing import Any

_WIDTH, _BAR, _LEFT = 760, 18, 240


def markdown(result: dict[str, Any]) -> str:
    """Write the results as Markdown: medians, spread, and the ratio to the first way of each operation."""
    lines = [
        f"{result['scale']} data set, {result['rounds']} rounds interleaved,"
        f" server {result['server']}, {result['machine']}.",
        "",
        "| operation | way | median, µs | middle half, µs | ratio | figure to reach |",
        "|---|---|---|---|---|---|",
    ]
    for measure in result["measures"]:
        base = measure["ways"][0]["microseconds"][1]
        for number, way in enumerate(measure["ways"]):
            low, middle, high = way["microseconds"]
            figure = measure["figure"] if number == 1 else ""
            name = measure["name"] if number == 0 else ""
            times = f"{middle:,.0f} | {low:,.0f} to {high:,.0f} | {middle / base:.2f}x"
            lines.append(f"| {name} | {way['name']} | {times} | {figure} |")
    return "\n".join(lines) + "\n"


def picture(result: dict[str, Any]) -> str:
    """Draw the ratios as bars; the thin line is the middle half of the runs."""
    rows: list[str] = []
    y = 30
    for measure in result["measures"]:
        base = measure["ways"][0]["microseconds"][1]
        rows.append(f'<text x="10" y="{y}" font-weight="bold">{escape(measure["name"])}</text>')
        y += 8
        widest = max(way["microseconds"][1] for way in measure["ways"]) / base
        unit = (_WIDTH - _LEFT - 90) / max(widest, 1)
        for way in measure["ways"]:
            low, middle, high = (value / base for value in way["microseconds"])
            middle_y = y + _BAR / 2
            ends = [_LEFT + min(value, widest) * unit for value in (low, high)]
            rows.append(
                f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(way["name"])}</text>'
                f'<rect x="{_LEFT}" y="{y + 3}" width="{middle * unit:.1f}" height="{_BAR - 6}" fill="#4a7ebb"/>'
                f'<line x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{middle_y}" y2="{middle_y}" stroke="currentColor"/>'
                f'<text x="{_LEFT + middle * unit + 6:.1f}" y="{y + 13}">{middle:.2f}x</text>'
            )
            y += _BAR
        y += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" font-family="sans-serif" font-size="12"'
        ' fill="currentColor" color="#555">' + "".join(rows) + "</svg>\n"
    )
