"""Which database a command works on, and what to say when it cannot be reached."""

import os
import re
from typing import Any

import psycopg
from psycopg import pq
from psycopg.rows import TupleRow

from tmi_db.cli.output import say
from tmi_db.server import Server
from tmi_db.tool import ToolError

CANNOT_CONNECT = 4
_USAGE = 2

# libpq's variables that name a server, a database or a user: any of them says that a server was chosen.
_LIBPQ_VARIABLES = ("PGSERVICE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER")

# Long enough for a distant server, short enough for somebody who mistyped its name.
_CONNECT_TIMEOUT_SECONDS = 10


def resolve_dsn(dsn: str | None = None) -> str:
    """Choose the database: `dsn`, TMI_DB_DSN, DATABASE_URL, libpq's variables, else the embedded server.

    Args:
        dsn: what the caller was given explicitly, if anything.

    Returns:
        A connection string of libpq; empty where libpq's own variables say it all.

    Raises:
        ToolError: the string is malformed (2), or the embedded server cannot start (1).
    """
    own, usual = os.environ.get("TMI_DB_DSN"), os.environ.get("DATABASE_URL")
    # The option --dsn reads TMI_DB_DSN where it is not given.
    for source, value in (("--dsn" if dsn and dsn != own else "TMI_DB_DSN", dsn or own), ("DATABASE_URL", usual)):
        if value:
            _check(source, value)
            return value
    if any(os.environ.get(variable) for variable in _LIBPQ_VARIABLES):
        return ""
    return start_embedded(Server())


def start_embedded(server: Server) -> str:
    """Start an embedded server unless it runs already, and say so: it stays when the command has ended.

    Returns:
        The connection string of its database.

    Raises:
        ToolError: it cannot be started (1).
    """
    if server.status().running:
        return server.start()
    dsn = server.start()
    status = server.status()
    say(f"PostgreSQL {status.version} serves {status.data_dir}; `tmi-db server stop` stops it")
    if server.home != server.wanted_home:
        say(f"(not {server.wanted_home}: the user whom the server runs as cannot enter that folder)")
    return dsn


def connect(dsn: str | None = None, *, autocommit: bool = False, **parameters: Any) -> psycopg.Connection[TupleRow]:
    """Connect to the database that `resolve_dsn` chooses.

    Args:
        dsn: what the caller was given explicitly, if anything.
        autocommit: as in psycopg.
        parameters: further parameters of psycopg.connect, such as `dbname`; they win over the connection string.

    Returns:
        An open connection.

    Raises:
        ToolError: the server cannot be reached, refuses the login, or has no such database (4); no password is shown.
    """
    conninfo = resolve_dsn(dsn)
    if "connect_timeout" not in conninfo and not os.environ.get("PGCONNECT_TIMEOUT"):
        parameters.setdefault("connect_timeout", _CONNECT_TIMEOUT_SECONDS)
    parameters.setdefault("fallback_application_name", "tmi-db")
    try:
        return psycopg.connect(conninfo, autocommit=autocommit, **parameters)
    except psycopg.OperationalError as error:
        raise _cannot_connect(str(error), conninfo, parameters) from None


def _check(source: str, conninfo: str) -> None:
    """Refuse what is no connection string without repeating it: it may hold a password."""
    try:
        settings = psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        raise ToolError(
            f"{source} is not a connection string of PostgreSQL",
            exit_code=_USAGE,
            hint="write postgresql://user@host:port/database or key=value pairs",
        ) from None
    if "@" in str(settings.get("host") or ""):
        raise ToolError(
            f"{source} has more than one @ before its host",
            exit_code=_USAGE,
            hint="in a URI, the characters @ : / % of a password are written %40 %3A %2F %25",
        )


def _cannot_connect(text: str, conninfo: str, parameters: dict[str, Any]) -> ToolError:
    settings = _effective(conninfo, parameters)
    host = settings.get("hostaddr") or settings.get("host") or "the local socket"
    where = host if host.startswith("/") or host == "the local socket" else f"{host}:{settings.get('port', '5432')}"
    user = settings.get("user", "")
    if "no password supplied" in text:
        why, hint = f"user {user} needs a password", "put it into PGPASSWORD or a password file, see PGPASSFILE"
    elif re.search(r"authentication failed|no pg_hba\.conf entry", text):
        why, hint = f"the server refuses the login of user {user}", "check user, password and pg_hba.conf"
    elif found := re.search(r'(database|role) "(.*)" does not exist', text):
        why, hint = f"there is no {found[1]} {found[2]}", None
    elif re.search(r"refused|No such file|timeout|timed out|could not translate|resolve|unreachable|No route", text):
        why, hint = (
            "no server answers there",
            "is it running? --dsn, TMI_DB_DSN, DATABASE_URL or PG* choose another one",
        )
    else:
        lines = [line.strip() for line in text.splitlines() if line.strip()] or ["unknown reason"]
        why, hint = lines[0], None
        if password := settings.get("password"):
            why = why.replace(password, "***")
    return ToolError(f"cannot connect to {where}: {why}", exit_code=CANNOT_CONNECT, hint=hint)


def _effective(conninfo: str, parameters: dict[str, Any]) -> dict[str, str]:
    """What libpq works with: its defaults and variables, then the connection string, then the parameters."""
    settings: dict[str, str] = {}
    for options in (pq.Conninfo.get_defaults(), pq.Conninfo.parse(conninfo.encode())):
        settings |= {option.keyword.decode(): option.val.decode() for option in options if option.val is not None}
    return settings | {name: str(value) for name, value in parameters.items() if value is not None}
