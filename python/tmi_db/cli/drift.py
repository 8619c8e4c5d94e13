"""`tmi-db drift`: compares a live database with what the migrations build."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tmi_db import drift as drifts
from tmi_db import drift_report, ignoring
from tmi_db.cli.common import (
    DEFAULT_SCHEMA,
    DsnOption,
    JsonOption,
    QuietOption,
    SchemaOption,
    connect,
    emit,
    resolve_dsn,
    say,
)
from tmi_db.cli.output import answers
from tmi_db.tool import ToolError

_DRIFT = 3
_USAGE = 2

_STYLES = {
    "title": "bold",
    "security": "bold red",
    "data": "red",
    "behaviour": "yellow",
    "cosmetic": "cyan",
    "dim": "dim",
    "code": "green",
    "plain": "",
}


class Source(StrEnum):
    """Where the expected side comes from."""

    SERVER = "server"
    EMBEDDED = "embedded"
    RELEASED = "released"


def register(app: typer.Typer) -> None:
    """Add the command `drift`."""
    app.command()(drift)


def drift(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as Markdown.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Print the report as annotations of GitHub.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page of its own, too.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the repair only, as a script for psql.")] = False,
    write_migration: Annotated[
        str | None,
        typer.Option("--write-migration", metavar="NAME", help="Keep the drift: write a migration that leads to it."),
    ] = None,
    ignore: Annotated[
        Path | None, typer.Option("--ignore", metavar="FILE", help="A TOML file of differences to live with.")
    ] = None,
    expected: Annotated[
        Source | None,
        typer.Option("--expected", help="Where the expected side comes from; otherwise what works first."),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option("--version", metavar="N", min=0, help="The version, where the schema does not know it."),
    ] = None,
    repairs: Annotated[
        bool, typer.Option("--repairs/--no-repairs", help="Try repairs in a copy of the database.")
    ] = True,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for a running migration.")
    ] = 300.0,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare the database with what the migrations build; exits with 3 when they differ. Nothing is written there."""
    if sum((markdown, github, sql, as_json, write_migration is not None)) > 1:
        raise ToolError("--json, --markdown, --github, --sql and --write-migration exclude each other", _USAGE)
    settings = drifts.Settings(
        version=version,
        source=expected,
        ignored=ignoring.read(ignore) if ignore else (),
        repairs=repairs and not github,
        wait=wait,
    )
    # Said in the words of every other command when it fails.
    connect(dsn, autocommit=True).close()
    if write_migration is not None:
        for path in drifts.write_migration(write_migration, resolve_dsn(dsn), schema, settings):
            typer.echo(path)
        return
    report = drifts.check(resolve_dsn(dsn), schema, settings)
    if html:
        html.write_text(drift_report.html(report), encoding="utf-8")
    if as_json:
        emit(drift_report.as_data(report))
    elif markdown:
        typer.echo(drift_report.markdown(report), nl=False)
    elif github:
        typer.echo(drift_report.annotations(report), nl=False)
    elif sql:
        typer.echo(drift_report.repair_sql(report), nl=False)
    else:
        console = answers()
        for style, line in drift_report.terminal(report):
            console.print(Text(line, _STYLES[style]), soft_wrap=True)
    say(drift_report.summary(report))
    if report.findings:
        raise typer.Exit(_DRIFT)
