"""Puts the figures of a full run into docs/performance.md, so that the page says what was measured and nothing else.

`make bench` does so at the end of a run with `--scale full`; `python -m bench.page` does it anew from the results kept.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from . import report
from .measure import Found

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

SHOWN = ("15", "18")
"""The major versions whose figures the page shows: the oldest and the newest that are supported."""

_BLOCK = r"(?<=<!-- figures of PostgreSQL {major} -->\n).*?(?=<!-- end of figures -->)"


def kept() -> list[Found]:
    """Read the results kept of full runs, one for each major version of the server."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("full-pg*.json"))]


def update(page: str, result: Found) -> str:
    """Return the page with the figures of a result in place of those of its major version.

    Raises:
        ValueError: the page has no place for them, or several.
    """
    major = report.major(result)
    block = re.compile(_BLOCK.format(major=major), re.DOTALL)
    found, replaced = block.subn(lambda _: f"\n{report.figures(result)}\n", page)
    if replaced != 1:
        raise ValueError(f"the page has no single place for figures of PostgreSQL {major}")
    return found


def main() -> None:
    """Bring the page to those results kept that it shows."""
    text = PAGE.read_text(encoding="utf-8")
    for result in kept():
        if report.major(result) in SHOWN:
            text = update(text, result)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
