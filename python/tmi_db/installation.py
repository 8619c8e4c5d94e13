"""Prepares a database for tmi_db: the cluster's roles, a schema, and which logins may use it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tmi_db.owner import OWNER, not_a_member
from tmi_db.sql_files import sql_root
from tmi_db.statements import split
from tmi_db.tool import ToolError

FUNCTION_OWNERS = ("tmi_api", "tmi_guard", "tmi_identity")
CALLERS = ("app", "auth", "report", "maintenance")
ROLES = (OWNER, *FUNCTION_OWNERS, *(f"tmi_{caller}" for caller in CALLERS))

_LONGEST_NAME = 63
INIT = "run `tmi-db init` as a superuser"

# Roles belong to the whole cluster, where no lock of one database keeps two installations apart.
_ATTEMPTS = 10
_COLLISIONS = (psycopg.errors.UniqueViolation, psycopg.errors.InternalError_)

_LARGE_OBJECTS = """
SELECT p.oid::regprocedure::text
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace
  AND p.proname ~ '^(lo_.*|loread|lowrite)$'
ORDER BY 1
"""

_SCHEMAS = """
SELECT n.nspname,
  EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'schema_migrations'),
  ARRAY(
    SELECT r.rolname::text
    FROM aclexplode(n.nspacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE a.privilege_type = 'USAGE'
      AND r.rolcanlogin
    ORDER BY 1
  )
FROM pg_catalog.pg_namespace n
WHERE n.nspowner = to_regrole(%s)
ORDER BY n.nspname
"""

_LOGIN = """
SELECT r.rolcanlogin, r.rolsuper OR r.rolbypassrls,
  (SELECT array_agg(g::text) FROM unnest(%(inner)s::text[]) AS g WHERE pg_has_role(r.oid, g, 'MEMBER'))
FROM pg_catalog.pg_roles r
WHERE r.rolname = %(login)s
"""


@dataclass(frozen=True, slots=True)
class Schema:
    """An installation: its schema, the version it is at (None before its first migration) and its logins."""

    name: str
    version: int | None
    logins: list[str]


def check_name(schema: str) -> str:
    """Return the name of a schema if PostgreSQL and the search_path can hold it.

    Raises:
        ToolError: they cannot.
    """
    if not schema or "\0" in schema:
        reason = "is empty" if not schema else "holds a NUL character"
    elif len(schema.encode()) > _LONGEST_NAME:
        reason = f"is longer than {_LONGEST_NAME} bytes, to which PostgreSQL would cut it"
    elif schema.startswith("pg_") or schema == "information_schema":
        reason = "is reserved for PostgreSQL itself"
    elif schema == "$user":
        reason = "means the current user's schema in a search_path"
    else:
        return schema
    raise ToolError(f"{schema!r} cannot name a schema: it {reason}", exit_code=2)


def missing(conn: psycopg.Connection, schema: str) -> str | None:
    """Say in one sentence what `initialise` has not done yet, or None."""
    owner = _schema_owner(conn, schema)
    if reason := _missing_roles(conn):
        return reason
    if owner is None:
        return f"there is no schema {schema!r} in database {_database(conn)!r}"
    return None if owner == OWNER else _belongs_to_another(schema, owner)


def is_superuser(conn: psycopg.Connection) -> bool:
    """Whether the connection may do everything."""
    return bool(_scalar(conn, "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"))


def initialise(
    conn: psycopg.Connection,
    schema: str,
    *,
    lock_down: bool = False,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Make the roles and the schema; any number of times without harm.

    Args:
        conn: a superuser's connection; once the roles are there, a member of tmi_owner who may create schemas will do.
        schema: its name, any that PostgreSQL accepts.
        lock_down: also take from PUBLIC what concerns the whole database, see `lock_down_sql`.
        tell: is told what is done.

    Raises:
        ToolError: the name cannot be used, or rights are lacking.
    """
    tell = tell or _silent
    owner = _schema_owner(conn, check_name(schema))
    if owner not in (None, OWNER):
        raise ToolError(_belongs_to_another(schema, owner), hint="choose another name with --schema")
    if is_superuser(conn):
        tell("roles: as sql/roles.sql declares them")
        run(conn, [statement.text for statement in split(_roles_text())])
    elif reason := _missing_roles(conn):
        raise ToolError(reason, hint=INIT)
    tell(f"schema {schema!r}: owned by {OWNER}, closed to PUBLIC")
    run(conn, schema_sql(conn, schema))
    if lock_down:
        for line in lock_down_words(conn):
            tell(line)
        run(conn, lock_down_sql(conn))


def initialise_sql(conn: psycopg.Connection, schema: str, *, lock_down: bool = False) -> str:
    """Write what `initialise` would run, for psql."""
    check_name(schema)
    parts = [
        *(statement.text for statement in split(_roles_text())),
        *schema_sql(conn, schema),
        *(lock_down_sql(conn) if lock_down else ()),
    ]
    return "".join(f"{part};\n" for part in parts)


def schema_sql(conn: psycopg.Connection, schema: str) -> list[str]:
    """The statements that make a schema and close it to everybody who is not let in."""
    owners = sql.SQL(", ").join(map(sql.Identifier, FUNCTION_OWNERS))
    everybody = sql.SQL(", ").join(map(sql.Identifier, (OWNER, *FUNCTION_OWNERS)))
    return _render(
        conn,
        # Functions are born closed. This works only for all schemas of the database at once, hence without IN SCHEMA.
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").format(everybody),
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
            sql.Identifier(schema), sql.Identifier(OWNER)
        ),
        sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC").format(sql.Identifier(schema)),
        # A function's owner needs CREATE; nobody can log in as one of these.
        sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(sql.Identifier(schema), owners),
    )


def lock_down_words(conn: psycopg.Connection) -> list[str]:
    """What locking down would do to the whole database, in words, for consent."""
    database = _database(conn)
    return [
        f"database {database!r}: nobody but superusers, its owner and {OWNER} may make temporary tables",
        f"database {database!r}: nobody but superusers may use large objects",
        f"database {database!r}: nobody but its owner may create in schema public",
    ]


def lock_down_sql(conn: psycopg.Connection) -> list[str]:
    """The statements that take from PUBLIC what a caller of functions never needs and an attacker would."""
    database = sql.Identifier(_database(conn))
    large_objects = sql.SQL(", ").join(sql.SQL(str(row[0])) for row in conn.execute(_LARGE_OBJECTS))
    public = conn.execute("SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'public'").fetchone()
    return _render(
        conn,
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(OWNER)),
        sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(large_objects),
        *([sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC")] if public is not None else []),
    )


def schemas(conn: psycopg.Connection) -> list[Schema]:
    """List the installations of this database."""
    found = conn.execute(_SCHEMAS, [OWNER]).fetchall()
    return [Schema(name, _version(conn, name) if migrated else None, list(logins)) for name, migrated, logins in found]


def grant_sql(conn: psycopg.Connection, schema: str, login: str, callers: Iterable[str] = ("app",)) -> list[str]:
    """The statements that let a login in.

    Args:
        conn: the database.
        schema: the installation.
        login: an existing login role.
        callers: what it shall be: app, auth, report, maintenance, one or several.

    Raises:
        ToolError: there is no such installation or login, the role is no login, or it stands above the rules.
    """
    _check_installed(conn, schema)
    above = _check_login(conn, login)
    if above:
        raise ToolError(f"{login} {above}, so the rules of tmi_db would not bind it", hint="use a login of its own")
    who = sql.Identifier(login)
    groups = sql.SQL(", ").join(sql.Identifier(f"tmi_{caller}") for caller in callers)
    return _render(
        conn,
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), who),
        sql.SQL("GRANT {} TO {}").format(groups, who),
        # A group role's setting reaches no member. Compiling costs more than these queries do.
        sql.SQL("ALTER ROLE {} IN DATABASE {} SET jit = off").format(who, sql.Identifier(_database(conn))),
    )


def revoke_sql(conn: psycopg.Connection, schema: str, login: str) -> list[str]:
    """The statements that shut a login out of one installation.

    Its membership of tmi_app and the like stays, since another database may need it; without USAGE it is worth nothing.

    Raises:
        ToolError: there is no such installation or login.
    """
    _check_installed(conn, schema)
    _check_login(conn, login)
    return _render(
        conn, sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(sql.Identifier(schema), sql.Identifier(login))
    )


def run(conn: psycopg.Connection, statements: Iterable[str]) -> None:
    """Run statements in one transaction, again where another session wrote the same row of a catalogue meanwhile.

    Raises:
        ToolError: rights are lacking.
    """
    statements = list(statements)
    for attempt in range(_ATTEMPTS):
        try:
            with conn.transaction():
                for statement in statements:
                    conn.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege as error:
            raise ToolError(f"{conn.info.user} may not do this: {error.diag.message_primary}", hint=INIT) from None
        except _COLLISIONS:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def act_as_owner(conn: psycopg.Connection, schema: str) -> None:
    """Become the owner of an installation until the transaction ends.

    Raises:
        ToolError: the installation is missing, or the login is no member of tmi_owner.
    """
    _check_installed(conn, schema)
    try:
        conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
    except psycopg.errors.InsufficientPrivilege:
        raise not_a_member(conn) from None
    conn.execute(sql.SQL("SET LOCAL search_path TO {}, pg_temp").format(sql.Identifier(schema)))


def _check_installed(conn: psycopg.Connection, schema: str) -> None:
    check_name(schema)
    if reason := missing(conn, schema):
        raise ToolError(reason, hint=INIT)


def _check_login(conn: psycopg.Connection, login: str) -> str | None:
    """Refuse what is no login; say why a login stands above the rules, if it does."""
    row = conn.execute(_LOGIN, {"inner": [OWNER, *FUNCTION_OWNERS], "login": login}).fetchone()
    if row is None:
        raise ToolError(f"there is no role {login}", hint="make it with CREATE ROLE ... LOGIN")
    can_login, unbound, inner = row
    if not can_login:
        raise ToolError(
            f"{login} is no login: USAGE goes to logins one by one, so that one organisation's service "
            "never reaches another's schema"
        )
    if unbound:
        return "is a superuser or has BYPASSRLS"
    return f"is a member of {', '.join(inner)}" if inner else None


def _missing_roles(conn: psycopg.Connection) -> str | None:
    absent = _scalar(
        conn, "SELECT string_agg(r, ', ') FROM unnest(%s::text[]) AS r WHERE to_regrole(r) IS NULL", [*ROLES]
    )
    if absent:
        return f"the cluster lacks the roles of tmi_db: {absent}"
    if not _scalar(conn, "SELECT rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = %s", OWNER):
        return f"{OWNER} lacks BYPASSRLS, so row-level security would hide rows from migrations without an error"
    return None


def _schema_owner(conn: psycopg.Connection, schema: str) -> str | None:
    query = "SELECT pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = %s"
    owner = _scalar(conn, query, schema)
    return None if owner is None else str(owner)


def _belongs_to_another(schema: str, owner: str | None) -> str:
    return f"schema {schema!r} belongs to {owner}, not to {OWNER}"


def _database(conn: psycopg.Connection) -> str:
    # The server's own word, since a pooler may know the database under another name.
    return str(_scalar(conn, "SELECT current_database()"))


def _roles_text() -> str:
    return (sql_root() / "roles.sql").read_text(encoding="utf-8")


def _version(conn: psycopg.Connection, schema: str) -> int | None:
    with conn.transaction():
        act_as_owner(conn, schema)
        row = conn.execute("SELECT max(version) FROM schema_migrations").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _render(conn: psycopg.Connection, *statements: sql.Composable) -> list[str]:
    return [statement.as_string(conn) for statement in statements]


def _scalar(conn: psycopg.Connection, query: str, *parameters: object) -> object:
    row = conn.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None


def _silent(_: str) -> None:
    pass
