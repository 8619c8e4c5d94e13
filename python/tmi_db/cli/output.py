"""How the commands speak: notices go to stderr, so that stdout holds nothing but the answer."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

import typer
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
    """The console on stderr, for progress bars and text in colour."""
    return _console(stderr=True, soft_wrap=True, quiet=_Voice.quiet)


def answers() -> Console:
    """The console on stdout, for answers to people in colour."""
    return _console()


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
    _console(stderr=True, soft_wrap=True).print(Text.assemble((label, style), text))


def _console(**options: Any) -> Console:
    """Make a console; with NO_COLOR it writes no escape sequence at all, where rich alone would still embolden."""
    return Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto", **options)


def emit(data: Any) -> None:
    """Print data on stdout as JSON; ids, paths and times (in ISO 8601), which JSON has no type for, become text."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print an answer for people on stdout, in columns; None is shown as nothing."""
    console = _console()
    if not console.is_terminal:
        console = _console(width=_PIPE_WIDTH)
    grid = Table(*columns, title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        grid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(grid)
