"""The command line `tmi-db`: one module of this package for each group of commands."""

import importlib
import importlib.util
import os
from typing import Any

import psycopg
import typer
from typer.core import TyperGroup

from tmi_db import __version__
from tmi_db.cli import output
from tmi_db.tool import ToolError

# The order of `tmi-db --help`.
_MODULES = (
    "installation",
    "server",
    "migrate",
    "drift",
    "demo",
    "documents",
    "report",
    "docs",
    "matrix",
    "doctor",
    "backup",
)


class _Commands(TyperGroup):
    """Turns every failure into one sentence and an exit code, for callers in the same process too."""

    # Typed loosely because typer exports no name for its base context.
    def invoke(self, ctx: Any) -> Any:
        output.speak(aloud=True)
        try:
            return super().invoke(ctx)
        except ToolError as error:
            failure = error
        except psycopg.Error as error:
            failure = _database_failure(error)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            failure = ToolError(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        if os.environ.get("TMI_DB_DEBUG"):
            raise failure
        output.complain(failure)
        raise typer.Exit(failure.exit_code)


def _database_failure(error: psycopg.Error) -> ToolError:
    """Keep the first line of what the server said, and its hint."""
    message = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
    if error.diag.message_detail:
        message = f"{message} ({error.diag.message_detail})"
    return ToolError(message, hint=error.diag.message_hint)


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
    if importlib.util.find_spec(f"tmi_db.cli.{_name}"):
        importlib.import_module(f"tmi_db.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; the process ends with the command's exit code."""
    app(prog_name="tmi-db")
