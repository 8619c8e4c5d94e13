"""The command line `tmi-db`: one module of this package for each group of commands."""

import importlib
import os
from typing import Any

import psycopg
import typer
from typer.core import TyperGroup

from tmi_db import __version__
from tmi_db.cli import output
from tmi_db.errors import TmiError
from tmi_db.tool import ToolError

# The order of `tmi-db --help`.
_MODULES = ("installation", "server", "migrate", "drift", "demo", "documents", "docs")


class _Commands(TyperGroup):
    """Turns every failure into one sentence and an exit code, for callers in the same process too."""

    # Typed loosely because typer exports no name for its base context.
    def invoke(self, ctx: Any) -> Any:
        output.speak(aloud=True)
        try:
            return super().invoke(ctx)
        except (ToolError, TmiError, psycopg.Error, OSError) as error:
            # A reader who has seen enough (`| head`) is no failure to report; typer ends the process quietly.
            if isinstance(error, BrokenPipeError) or _debugging():
                raise
            failure = _failure(error)
            output.complain(failure)
            raise typer.Exit(failure.exit_code) from error


def _failure(error: Exception) -> ToolError:
    """Put whatever went wrong into one sentence, a hint and an exit code."""
    match error:
        case ToolError():
            return error
        case TmiError():
            return ToolError(_with_detail(error.message, error.detail), hint=error.hint)
        case psycopg.Error():
            message = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
            return ToolError(_with_detail(message, error.diag.message_detail), hint=error.diag.message_hint)
        case OSError(strerror=str(reason), filename=name) if name:
            return ToolError(f"{name}: {reason}")
        case _:
            return ToolError(str(error))


def _with_detail(message: str, detail: str | None) -> str:
    return f"{message} ({detail})" if detail else message


def _debugging() -> bool:
    return bool(os.environ.get("TMI_DB_DEBUG"))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


app = typer.Typer(
    name="tmi-db",
    help="Installs, migrates, checks and serves the PostgreSQL data layer of TMI.",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


for _name in _MODULES:
    importlib.import_module(f"tmi_db.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; the process ends with the command's exit code."""
    try:
        app(prog_name="tmi-db")
    except Exception as error:
        if _debugging():
            raise
        output.complain(
            ToolError(f"unexpected {type(error).__name__}: {error}", hint="TMI_DB_DEBUG=1 shows where it comes from")
        )
        raise SystemExit(1) from error
