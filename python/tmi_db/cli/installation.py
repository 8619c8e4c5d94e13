"""`tmi-db init`, `schema`, `key` and `context`: prepares a database, and lets services and people in."""

import os
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer
from psycopg.rows import TupleRow

from tmi_db import installation
from tmi_db.cli.common import (
    DEFAULT_SCHEMA,
    DryRunOption,
    DsnOption,
    JsonOption,
    QuietOption,
    SchemaOption,
    connect,
    emit,
    say,
    table,
)
from tmi_db.context import Key, sign
from tmi_db.owner import session
from tmi_db.tool import ToolError

_USAGE = 2

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="An existing login role.")]
KeyArgument = Annotated[str, typer.Argument(metavar="ID", help="The key's id.")]

schema_commands = typer.Typer(no_args_is_help=True, help="Let logins into an installation, and list installations.")
key_commands = typer.Typer(
    no_args_is_help=True, help="Make, list and retire the keys that services sign identities with."
)


def register(app: typer.Typer) -> None:
    """Add `init` and `context`, and the groups `schema` and `key`."""
    app.command()(init)
    app.add_typer(schema_commands, name="schema")
    app.add_typer(key_commands, name="key")
    app.command()(context)


def init(
    lock_down: Annotated[
        bool,
        typer.Option(
            "--lock-down",
            help="Also take from PUBLIC what concerns the whole database: temporary tables, large objects, "
            "and creating in schema public.",
        ),
    ] = False,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make the cluster's roles and the schema, as a superuser; any number of times without harm."""
    with connect(dsn, autocommit=True) as connection, session(connection) as conn:
        if dry_run:
            typer.echo(installation.initialise_sql(conn, schema, lock_down=lock_down), nl=False)
            return
        installation.initialise(conn, schema, lock_down=lock_down, tell=say)
        if not lock_down:
            for line in installation.lock_down_words(conn):
                say(f"left as it is without --lock-down: {line}")


@schema_commands.command()
def grant(
    login: LoginArgument,
    callers: Annotated[
        list[str] | None, typer.Option("--as", help="app (the default), auth, report or maintenance; may be repeated.")
    ] = None,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Let a login into the installation, as a service, the login service, a report or a housekeeping job."""
    callers = callers or ["app"]
    if unknown := set(callers) - set(installation.CALLERS):
        raise ToolError(f"--as is one of {', '.join(installation.CALLERS)}, not {', '.join(sorted(unknown))}", _USAGE)
    with connect(dsn, autocommit=True) as conn:
        _run(conn, installation.grant_sql(conn, schema, login, callers), dry_run)
    say(f"{login} {'would be' if dry_run else 'is'} let into schema {schema!r} as {', '.join(callers)}")


@schema_commands.command()
def revoke(
    login: LoginArgument,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Shut a login out of the installation; its memberships stay, since another database may need them."""
    with connect(dsn, autocommit=True) as conn:
        _run(conn, installation.revoke_sql(conn, schema, login), dry_run)
    say(f"{login} {'would be' if dry_run else 'is'} shut out of schema {schema!r}")


@schema_commands.command("list")
def list_schemas(dsn: DsnOption = None, as_json: JsonOption = False) -> None:
    """List the installations of the database, their versions and the logins that are let in."""
    with connect(dsn, autocommit=True) as conn:
        found = installation.schemas(conn)
    if as_json:
        emit([asdict(each) for each in found])
    else:
        table(("schema", "version", "logins"), [(each.name, each.version, ", ".join(each.logins)) for each in found])


@key_commands.command("new")
def new_key(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The key's id; otherwise one with the date.")
    ] = None,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a key, live beside at most one other, and print what the service gets as TMI_DB_KEY."""
    try:
        key = Key.generate(id_ or f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}")
    except ValueError as error:
        raise ToolError(str(error), _USAGE) from None
    if dry_run:
        say(f"would make key {key.id} for schema {schema!r}")
        return
    with connect(dsn, autocommit=True) as conn:
        _call(conn, schema, "SELECT key_new(%s, %s)", key.id, key.secret)
    typer.echo(str(key))
    say(f"key {key.id} is live; this is the only time it is shown")


@key_commands.command("list")
def list_keys(dsn: DsnOption = None, schema: SchemaOption = DEFAULT_SCHEMA, as_json: JsonOption = False) -> None:
    """List the keys, live and retired, without their secrets."""
    with connect(dsn, autocommit=True) as conn:
        rows = _call(conn, schema, "SELECT id, created_at, retired_at FROM key_list()")
    if as_json:
        emit([dict(zip(("id", "created_at", "retired_at"), row, strict=True)) for row in rows])
    else:
        table(("id", "created", "retired"), rows)


@key_commands.command("retire")
def retire_key(
    id_: KeyArgument,
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
) -> None:
    """Retire a key: from now on no identity that was signed with it is accepted."""
    if dry_run:
        say(f"would retire key {id_} of schema {schema!r}")
        return
    with connect(dsn, autocommit=True) as conn:
        _call(conn, schema, "SELECT key_retire(%s)", id_)
    say(f"key {id_} is retired")


def context(
    email: Annotated[str, typer.Argument(help="The user for whom a report's session shall act.")],
) -> None:
    """Print the statement that makes a transaction act for a user, for a minute, signed with the key in TMI_DB_KEY.

    A report's login runs it after BEGIN.
    """
    text = os.environ.get("TMI_DB_KEY")
    if not text:
        raise ToolError("TMI_DB_KEY holds no key", _USAGE, hint="put into it what `tmi-db key new` printed")
    try:
        signed = sign(Key.parse(text), email)
    except ValueError as error:
        raise ToolError(f"TMI_DB_KEY: {error}", _USAGE) from None
    typer.echo(f"SET LOCAL tmi.context TO '{signed}';")


def _run(conn: psycopg.Connection, statements: list[str], dry_run: bool) -> None:
    if dry_run:
        typer.echo("".join(f"{statement};\n" for statement in statements), nl=False)
    else:
        installation.run(conn, statements)


def _call(conn: psycopg.Connection, schema: str, query: str, *parameters: object) -> list[TupleRow]:
    """Call a function that is the owner's own."""
    try:
        with conn.transaction():
            installation.act_as_owner(conn, schema)
            return conn.execute(query.encode(), parameters).fetchall()
    except psycopg.errors.UndefinedFunction:
        raise ToolError(f"schema {schema!r} has no keys yet", hint="run `tmi-db migrate up`") from None
