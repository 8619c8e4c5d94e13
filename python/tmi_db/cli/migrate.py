"""`tmi-db migrate`: takes schemas from version to version, and says where they stand."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from tmi_db import adoption, drift, installation, migrate
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
    resolve_dsn,
    say,
    table,
    warn,
)
from tmi_db.drift_report import differs
from tmi_db.ledger import Step
from tmi_db.tool import ToolError

_PENDING = 3
_USAGE = 2

StepsOption = Annotated[int | None, typer.Option("--steps", metavar="N", help="How many migrations.")]
WaitOption = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another runner.")
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        metavar="SECONDS",
        min=0.001,
        help="How long a statement waits for a lock, and the application at most behind it, before it tries again.",
    ),
]
RetriesOption = Annotated[
    int, typer.Option("--retries", metavar="N", min=0, help="How often a migration that got no lock is tried again.")
]

_DEFAULT = migrate.Options()

commands = typer.Typer(no_args_is_help=True, help="Apply migrations, take them back, and see where a schema stands.")


def register(app: typer.Typer) -> None:
    """Add the group `migrate`."""
    app.add_typer(commands, name="migrate")


@commands.command()
def up(
    to: Annotated[
        int | None, typer.Option("--to", metavar="N", help="The version to reach; otherwise the newest.")
    ] = None,
    steps: StepsOption = None,
    all_schemas: Annotated[
        bool, typer.Option("--all-schemas", help="Every installation of the database, one after the other.")
    ] = False,
    wait: WaitOption = _DEFAULT.wait,
    lock_timeout: LockTimeoutOption = _DEFAULT.lock_timeout,
    retries: RetriesOption = _DEFAULT.retries,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Apply the migrations that are pending; --dry-run prints the SQL."""
    options = migrate.Options(lock_timeout=lock_timeout, retries=retries, wait=wait, warn=warn)
    if all_schemas:
        if dry_run or steps is not None:
            raise ToolError("--all-schemas goes with neither --dry-run nor --steps", _USAGE)
        _up_all(dsn, to, options, as_json)
    elif dry_run:
        with connect(dsn, autocommit=True) as conn:
            typer.echo(migrate.plan(conn, "up", schema, to=to, steps=steps, options=options), nl=False)
    else:
        with connect(dsn, autocommit=True) as conn, _shown(options) as shown:
            result = migrate.up(conn, schema, to=to, steps=steps, options=shown)
        _report(result, as_json)


@commands.command()
def down(
    to: Annotated[
        int | None, typer.Option("--to", metavar="N", help="The version to go back to; 0 is before the first.")
    ] = None,
    steps: StepsOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask at the terminal.")] = False,
    wait: WaitOption = _DEFAULT.wait,
    lock_timeout: LockTimeoutOption = _DEFAULT.lock_timeout,
    retries: RetriesOption = _DEFAULT.retries,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take migrations back, the newest one unless told otherwise; what they added is lost. --dry-run prints the SQL."""
    options = migrate.Options(lock_timeout=lock_timeout, retries=retries, wait=wait, warn=warn)
    with connect(dsn, autocommit=True) as conn:
        if dry_run:
            typer.echo(migrate.plan(conn, "down", schema, to=to, steps=steps, options=options), nl=False)
            return
        for step in migrate.route(conn, "down", schema, to=to, steps=steps, options=options):
            say(f"{step}: {step.script.comment}")
        if not yes and sys.stdin.isatty():
            typer.confirm(f"Take this back in database {conn.info.dbname}, schema {schema}?", abort=True, err=True)
        with _shown(options) as shown:
            result = migrate.down(conn, schema, to=to, steps=steps, options=shown)
    _report(result, as_json)


@commands.command()
def status(dsn: DsnOption = None, schema: SchemaOption = DEFAULT_SCHEMA, as_json: JsonOption = False) -> None:
    """Show which migrations are applied; exits with 3 while some are pending."""
    with connect(dsn, autocommit=True) as conn:
        found = migrate.status(conn, schema)
    if as_json:
        emit(asdict(found))
    else:
        table(
            ("version", "name", "applied", "by", "seconds"),
            [
                (
                    f"{each.version:03d}",
                    each.name,
                    f"{each.applied_at:%Y-%m-%d %H:%M:%S%z}"
                    if each.applied_at
                    else "yes"
                    if each.applied
                    else "pending",
                    each.applied_by,
                    None if each.seconds is None else f"{each.seconds:.2f}",
                )
                for each in found.migrations
            ],
        )
        say(f"schema {schema!r} is at version {found.version} of {found.head}")
    if found.pending:
        raise typer.Exit(_PENDING)


@commands.command()
def new(
    name: Annotated[str, typer.Argument(help="What it does, such as add_mitigation.")],
    dsn: DsnOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the next migration from what the source files declare and the chain does not build yet, and prove it."""
    try:
        from tmi_db import difference  # noqa: PLC0415 - only those who write migrations have migra
    except ModuleNotFoundError as error:
        raise ToolError(f"{error.name} is not installed", hint="install tmi_db[dev]") from None
    written = difference.write_migration(name, resolve_dsn(dsn), tell=say)
    if as_json:
        emit([path.name for path in written])
    elif written:
        for path in written:
            typer.echo(path)
    else:
        say("the chain builds what is declared: there is nothing to write")


@commands.command()
def adopt(
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", min=1, help="The version, where golang-migrate left none.")
    ] = None,
    wait: WaitOption = _DEFAULT.wait,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take over a schema that other tools built; exits with 3, and writes nothing, when it is not that version."""
    settings = drift.Settings(version=version, wait=wait, tell=say)
    connect(dsn, autocommit=True).close()
    done = adoption.adopt(resolve_dsn(dsn), schema, settings, dry_run=dry_run)
    if as_json:
        differences = [line for each in done.findings for line in differs(each)]
        emit({"schema": schema, "version": done.version, "written": done.written, "differences": differences})
    else:
        for finding in done.findings:
            for line in differs(finding):
                typer.echo(line)
    if done.findings:
        complain(ToolError(f"schema {schema!r} is not what version {done.version} is", hint="nothing was written"))
        raise typer.Exit(_PENDING)
    say(f"schema {schema!r} is version {done.version}; {done.written} lines were written into its ledger")


def _up_all(dsn: str | None, to: int | None, options: migrate.Options, as_json: bool) -> None:
    """Migrate a fleet: what fails is reported and passed over; running it again goes on with what is left."""
    with connect(dsn, autocommit=True) as conn:
        names = [each.name for each in installation.schemas(conn)]
    results: list[dict[str, Any]] = []
    failures = 0
    for number, name in enumerate(names, start=1):
        say(f"schema {name!r} ({number} of {len(names)})")
        try:
            with connect(dsn, autocommit=True) as conn, _shown(options) as shown:
                results.append(asdict(migrate.up(conn, name, to=to, options=shown)))
        except ToolError as error:
            failures += 1
            complain(error)
            results.append({"schema": name, "error": error.message})
    if as_json:
        emit(results)
    else:
        table(
            ("schema", "from", "to", "error"),
            [(row["schema"], row.get("before"), row.get("after"), row.get("error")) for row in results],
        )
    if failures:
        raise ToolError(f"{failures} of {len(names)} schemas were not migrated", hint="run it again when they can be")


@contextlib.contextmanager
def _shown(options: migrate.Options) -> Iterator[migrate.Options]:
    """Show on a terminal how far the running migration is, and above it what is told."""
    console = notices()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("statements"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("")

        def watch(step: Step, done: int, count: int) -> None:
            progress.update(bar, description=str(step), completed=done, total=count)

        yield replace(options, tell=lambda text: console.print(Text(text)), watch=watch)


def _report(result: migrate.Result, as_json: bool) -> None:
    if as_json:
        emit(asdict(result))
    elif result.steps:
        say(f"schema {result.schema!r} went from version {result.before} to {result.after}")
    else:
        say(f"schema {result.schema!r} is at version {result.after}: there is nothing to do")
