"""`tmi-db docs`: the schema as pages, from the catalogue of what the migrations build."""

from pathlib import Path
from typing import Annotated

import typer

from tmi_db import expected, schema_pages, sql_files
from tmi_db.cli.common import DEFAULT_SCHEMA, DsnOption, QuietOption, SchemaOption, connect, say
from tmi_db.tool import ToolError

_DIFFERS = 3

_TEMPLATES = {"schema.md": "schema.md.j2", "schema.html": "schema.html.j2"}


def register(app: typer.Typer) -> None:
    """Add the command `docs`."""
    app.command()(docs)


def docs(
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the pages go.")] = Path("docs"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 3 when the pages are not current.")
    ] = False,
    live: Annotated[bool, typer.Option("--live", help="Show sizes and scans of the live database.")] = False,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    quiet: QuietOption = False,
) -> None:
    """Write the schema as Markdown and as a page of its own with a diagram, from what the migrations build."""
    version = len(sql_files.migrations())
    # On a server of its own, since no other is sure to have the roles as they are declared.
    with expected.embedded_server() as server, expected.built(server, version) as built:
        model = schema_pages.model(built.objects, version)
    if model.uncommented:
        raise ToolError(f"these have no comment: {', '.join(model.uncommented)}")
    sizes = None
    if live:
        with connect(dsn, autocommit=True) as conn:
            sizes = schema_pages.measure(conn, schema)
    pages = {name: schema_pages.render(template, model, sizes) for name, template in _TEMPLATES.items()}
    if check:
        stale = [name for name, text in pages.items() if not _is(folder / name, text)]
        if stale:
            say(f"not current: {', '.join(stale)}; run `make docs`")
            raise typer.Exit(_DIFFERS)
        return
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        typer.echo(folder / name)


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
