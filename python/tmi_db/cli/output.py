"""How the commands speak: notices go to stderr, so that stdout holds nothing but the answer."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tmi_db.tool import ToolError

# Cells of a table that goes into a file or a pipe must not be wrapped to the width of a terminal that isn't there.
_PIPE_WIDTH = 500


class _Voice:
    quiet = False


def speak(*, aloud: bool) -> None:
    """Let `say` be heard, or not; errors and warnings always are."""
    _Voice.quiet = not aloud


def notices() -> Console:
    """The console on stderr, for progress bars and text in colour; rich obeys NO_COLOR."""
    return Console(stderr=True, soft_wrap=True, highlight=False, quiet=_Voice.quiet)


def say(text: str) -> None:
    """Tell the person at the terminal something, on stderr; --quiet silences it."""
    notices().print(Text(text))


def warn(text: str) -> None:
    """Warn on stderr; --quiet does not silence it."""
    _label("warning: ", "yellow", text)


def complain(error: ToolError) -> None:
    """Report a failure on stderr: one sentence, and the hint where there is one."""
    _label("error: ", "bold red", error.message)
    if error.hint:
        _label("hint: ", "bold", error.hint)


def _label(label: str, style: str, text: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text.assemble((label, style), text))


def emit(data: Any) -> None:
    """Print data on stdout as JSON; what JSON has no type for (times, ids, paths) becomes text."""
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print an answer for people on stdout, in columns; None is shown as nothing."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_WIDTH)
    grid = Table(*columns, title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        grid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(grid)
