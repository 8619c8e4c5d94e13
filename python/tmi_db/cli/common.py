"""What the commands share: their options, how they speak (`output`), and how they connect (`connection`)."""

from typing import Annotated

import typer

from tmi_db.cli.connection import connect, resolve_dsn
from tmi_db.cli.output import complain, emit, notices, say, speak, table, warn

__all__ = [
    "DEFAULT_SCHEMA",
    "DryRunOption",
    "DsnOption",
    "JsonOption",
    "QuietOption",
    "SchemaOption",
    "complain",
    "connect",
    "emit",
    "notices",
    "resolve_dsn",
    "say",
    "speak",
    "table",
    "warn",
]

DEFAULT_SCHEMA = "tmi"


def _hush(quiet: bool) -> bool:
    speak(aloud=not quiet)
    return quiet


DsnOption = Annotated[
    str | None,
    typer.Option(
        "--dsn",
        envvar="TMI_DB_DSN",
        help="The database, as libpq's key=value pairs or URI; otherwise DATABASE_URL, PG*, or the embedded server.",
    ),
]
SchemaOption = Annotated[
    str,
    typer.Option("--schema", envvar="TMI_DB_SCHEMA", help="The schema of the installation."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", callback=_hush, is_eager=True, help="Say nothing but warnings and errors."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
