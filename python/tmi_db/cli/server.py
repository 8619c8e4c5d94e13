"""`tmi-db server`: the embedded server."""

import os
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from psycopg import pq
from psycopg.conninfo import make_conninfo

from tmi_db.cli.common import (
    DEFAULT_SCHEMA,
    DryRunOption,
    DsnOption,
    JsonOption,
    QuietOption,
    SchemaOption,
    emit,
    resolve_dsn,
    say,
)
from tmi_db.cli.connection import start_embedded
from tmi_db.server import Server, installations
from tmi_db.tool import ToolError

DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="TMI_DB_DATA",
        # Whether it may be entered, and by whom, is for the server to say.
        readable=False,
        help="The server's folder; by default .tmi-db beside the project.",
    ),
]

commands = typer.Typer(no_args_is_help=True, help="Start, stop and look after the embedded server.")


def register(app: typer.Typer) -> None:
    """Add the group `server`."""
    app.add_typer(commands, name="server")


@commands.command()
def start(data_dir: DataDirOption = None, quiet: QuietOption = False) -> None:
    """Start the server unless it runs, and print its connection string."""
    typer.echo(start_embedded(Server(data_dir)))


@commands.command()
def stop(data_dir: DataDirOption = None, quiet: QuietOption = False) -> None:
    """Stop the server; its data stay."""
    server = Server(data_dir)
    say(f"stopped the server of {server.home}" if server.stop() else f"no server runs in {server.home}")


@commands.command()
def status(data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Say whether the server runs, and where."""
    found = Server(data_dir).status()
    if as_json:
        emit(asdict(found))
    elif found.running:
        typer.echo(f"PostgreSQL {found.version} serves {found.data_dir} (process {found.pid}): {found.dsn}")
    else:
        data = f"; its data are of PostgreSQL {found.version}" if found.version else "; it has no data yet"
        typer.echo(f"no server runs in {found.data_dir}{data}")


@commands.command()
def destroy(
    data_dir: DataDirOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Stop the server and remove its data for good."""
    server = Server(data_dir)
    if dry_run:
        say(f"would stop the server of {server.home} and remove its data")
        return
    if not yes:
        typer.confirm(f"Remove all data in {server.home}?", abort=True, err=True)
    say(f"removed the server of {server.home}" if server.destroy() else f"there is no server in {server.home}")


@commands.command()
def psql(
    arguments: Annotated[list[str] | None, typer.Argument(help="Arguments of psql, after --.")] = None,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
) -> None:
    """Open psql on the database, with the schema on the search path."""
    conninfo = resolve_dsn(dsn)
    program = _psql()
    if not program:
        shown = make_conninfo(conninfo, password=None)
        raise ToolError("there is no psql on this machine", hint=f"connect with another client to: {shown}")
    environment, rest = _as_environment(conninfo)
    if conninfo == Server().dsn():
        # A server of one's own, with no pooler in between that would refuse `options`.
        environment["PGOPTIONS"] = f"-c search_path={_quoted(schema)},pg_temp"
    os.execve(program, [program, *rest, *(arguments or ())], os.environ | environment)


def _psql() -> str | None:
    """Find psql beside a server's programs, or anywhere."""
    for installation in installations():
        if os.access(installation.bin_dir / "psql", os.X_OK):
            return str(installation.bin_dir / "psql")
    return shutil.which("psql")


def _as_environment(conninfo: str) -> tuple[dict[str, str], list[str]]:
    """Turn a connection string into libpq's variables, for the command line shows to everybody what stands on it.

    Returns:
        The variables, and arguments for what has no variable.
    """
    environment = {}
    rest = {}
    for option in pq.Conninfo.parse(conninfo.encode()):
        if option.val is None:
            continue
        if option.envvar:
            environment[option.envvar.decode()] = option.val.decode()
        else:
            rest[option.keyword.decode()] = option.val.decode()
    return environment, [make_conninfo(**rest)] if rest else []


def _quoted(schema: str) -> str:
    """Write a name so that it survives the splitting of PGOPTIONS and the reading of search_path."""
    name = '"' + schema.replace('"', '""') + '"'
    return re.sub(r"([\\\s])", r"\\\1", name)
