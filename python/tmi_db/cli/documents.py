"""`tmi-db import`: threat model documents go in."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql
from rich.progress import track

from tmi_db import installation
from tmi_db.cli.common import (
    DEFAULT_SCHEMA,
    DryRunOption,
    DsnOption,
    JsonOption,
    QuietOption,
    SchemaOption,
    complain,
    connect,
    emit,
    notices,
    say,
    table,
    warn,
)
from tmi_db.context import Key, sign
from tmi_db.documents import read_document
from tmi_db.tool import ToolError


def register(app: typer.Typer) -> None:
    """Add `import`."""
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(help="Threat Dragon documents of version 2.", metavar="FILE...")],
    email: Annotated[str, typer.Option("--as", help="The user who shall own the models.")],
    format_: Annotated[str, typer.Option("--format", help="auto or threat-dragon-v2.")] = "auto",
    name: Annotated[str | None, typer.Option(help="A name instead of the document's title; for one file.")] = None,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Import documents, each whole or not at all, as new threat models.

    Acts for the user by the key in TMI_DB_KEY if there is one, otherwise by the rights of tmi_owner.
    """
    if name is not None and len(files) > 1:
        raise ToolError("--name goes with one file", exit_code=2)
    options = {"dry_run": dry_run} | ({} if name is None else {"name": name})
    results: list[dict[str, Any]] = []
    failed = 0
    with connect(dsn, autocommit=True) as connection:
        shown = notices()
        for file in track(files, "importing", console=shown, disable=len(files) < 2 or not shown.is_terminal):
            try:
                result = import_document(connection, schema, email, read_document(file), format_, options)
            except (ToolError, psycopg.DatabaseError) as error:
                refusal = _refusal(file, error)
                failed += 1
                complain(refusal)
                results.append({"file": file, "error": refusal.message})
                continue
            for warning in result["warnings"]:
                warn(f"{file}: {warning['path']}: {warning['message']}")
            results.append({"file": file} | result)
    if as_json:
        emit(results)
    else:
        imported = [result for result in results if "error" not in result]
        if imported:
            table(
                ("threat model", "diagrams", "cells", "threats", "file"),
                [
                    (
                        result["threat_model_id"],
                        *(result["created"][kind] for kind in ("diagrams", "cells", "threats")),
                        result["file"],
                    )
                    for result in imported
                ],
            )
        if dry_run:
            say("a dry run: nothing was kept")
    if failed:
        raise ToolError(f"{failed} of {len(files)} files could not be imported")


def import_document(
    connection: psycopg.Connection[Any], schema: str, email: str, document: str, format_: str, options: dict[str, Any]
) -> dict[str, Any]:
    """Import one document in a transaction of its own, for a user.

    Returns:
        What the SQL function threat_model_import returns.
    """
    key = os.environ.get("TMI_DB_KEY")
    with connection.transaction():
        if key:
            identify = sql.SQL("SELECT {}._as(%s)").format(sql.Identifier(schema))
            try:
                context = sign(Key.parse(key), email)
            except ValueError as error:
                raise ToolError(str(error), exit_code=2) from None
            connection.execute(identify, [context])
        else:
            installation.act_as_owner(connection, schema)
            connection.execute("SELECT act_as(%s)", [email])
        call = sql.SQL("SELECT {}.threat_model_import(%s::jsonb, %s, %s::jsonb)").format(sql.Identifier(schema))
        row = connection.execute(call, [document, format_, json.dumps(options)]).fetchone()
    result: dict[str, Any] = row[0] if row else {}
    return result


def _refusal(file: Path, error: ToolError | psycopg.DatabaseError) -> ToolError:
    """Name the file that the server refused; a lost connection concerns all of them and goes on."""
    if isinstance(error, ToolError):
        return error
    if error.sqlstate is None:
        raise error
    return ToolError(f"{file}: {error.diag.message_primary}", hint=error.diag.message_hint)
