"""Puts the figures of a full run into docs/performance.md, so that the page says what was measured and nothing else.

`make bench` does so at the end of a run with `--scale full`; `python -m bench.page` does it anew from the results kept.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from . import report
from .measure import Found

RESULTS = Path(__file__).parent / "results" / "full.json"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

_BLOCK = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)


def update(page: str, result: Found) -> str:
    """Return the page with the figures of a result in place of those that stand there."""
    found, replaced = _BLOCK.subn(lambda _: f"\n{report.figures(result)}\n", page)
    if replaced != 1:
        raise ValueError("the page has no single place for figures")
    return found


def main() -> None:
    """Bring the page to the results kept."""
    result = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(update(PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")


if __name__ == "__main__":
    main()
