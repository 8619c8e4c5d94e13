"""Preparing a database, and letting logins into one installation and no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from support import database as databases
from support.chains import dump, psql
from support.cluster import Cluster
from support.database import Database
from tmi_db import installation, migrate
from tmi_db.owner import OWNER
from tmi_db.postgresql import locate
from tmi_db.tool import ToolError

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server whose roles and memberships these tests change; `plain` and `other` are ordinary logins."""
    server = Cluster(locate(request.config.getoption("--pg")))
    server.execute("CREATE ROLE plain LOGIN", "CREATE ROLE other LOGIN")
    yield server
    server.remove()


@pytest.fixture
def database(server: Cluster) -> Iterator[Database]:
    """An empty database."""
    database = databases.create(server)
    yield database
    database.drop()


@pytest.fixture
def admin(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


@pytest.fixture
def as_(database: Database) -> Iterator[Callable[[str], Connection]]:
    """`as_("plain")` connects as that login."""
    with ExitStack() as stack:
        yield lambda login: stack.enter_context(psycopg.connect(database.dsn_for(login), autocommit=True))


def grant(admin: Connection, schema: str, login: str, *callers: str) -> None:
    installation.run(admin, installation.grant_sql(admin, schema, login, callers or ("app",)))


def own(admin: Connection, schema: str, *statements: str) -> None:
    """Run statements as the owner of an installation."""
    with admin.transaction():
        installation.act_as_owner(admin, schema)
        for statement in statements:
            admin.execute(statement.encode())


def is_refused(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


# Making an installation


def test_without_roles_nobody_but_a_superuser_gets_anywhere(durable_cluster: Callable[..., Cluster]) -> None:
    server = durable_cluster()
    server.execute("CREATE ROLE plain LOGIN")
    with server.connect(user="plain") as plain:
        for call in (lambda: installation.initialise(plain, "tmi"), lambda: migrate.up(plain)):
            with pytest.raises(ToolError, match="the cluster lacks the roles of tmi_db: tmi_owner, tmi_api,") as caught:
                call()
            assert caught.value.hint == "run `tmi-db init` as a superuser"


def test_an_owner_whom_row_level_security_binds_is_refused_and_put_right_by_init(
    server: Cluster, database: Database, admin: Connection, as_: Callable[[str], Connection]
) -> None:
    installation.initialise(admin, "tmi")
    server.execute("ALTER ROLE tmi_owner NOBYPASSRLS CREATEDB", "GRANT tmi_owner TO plain")
    with pytest.raises(ToolError, match="tmi_owner lacks BYPASSRLS, so row-level security would hide rows"):
        migrate.up(database.dsn_for("plain"))
    installation.initialise(admin, "tmi")
    assert migrate.up(database.dsn_for("plain"), to=1).after == 1
    server.execute("REVOKE tmi_owner FROM plain")
    query = "SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'tmi_owner'"
    assert admin.execute(query.encode()).fetchone() == (True, False)


def test_a_login_that_may_not_create_schemas_is_told_so(admin: Connection, as_: Callable[[str], Connection]) -> None:
    installation.initialise(admin, "tmi")
    with pytest.raises(ToolError, match="plain may not do this: ") as caught:
        installation.initialise(as_("plain"), "acme")
    assert caught.value.hint == "run `tmi-db init` as a superuser"


def test_a_schema_that_belongs_to_somebody_else_is_left_alone(admin: Connection) -> None:
    with pytest.raises(ToolError, match="schema 'public' belongs to pg_database_owner, not to tmi_owner"):
        installation.initialise(admin, "public")


def test_an_installation_is_closed_to_everybody(admin: Connection, as_: Callable[[str], Connection]) -> None:
    installation.initialise(admin, "tmi")
    own(
        admin,
        "tmi",
        "CREATE TABLE notes (id int)",
    )
    for role in (OWNER, *installation.FUNCTION_OWNERS):
        function = f"CREATE FUNCTION of_{role}() RETURNS int LANGUAGE sql AS 'SELECT 1'"
        own(admin, "tmi", f"SET LOCAL ROLE {role}", function)
    plain = as_("plain")
    statements = ["SELECT FROM tmi.notes", "SELECT tmi.of_tmi_owner()", "CREATE TABLE tmi.mine ()"]
    for statement in statements:
        assert is_refused(plain, statement), statement
    # Even with a way into the schema, functions are born closed.
    admin.execute("GRANT USAGE ON SCHEMA tmi TO plain")
    for statement in [*statements, *(f"SELECT tmi.of_{role}()" for role in installation.FUNCTION_OWNERS)]:
        assert is_refused(plain, statement), statement


def test_a_schema_that_was_opened_by_hand_is_closed_again(admin: Connection, as_: Callable[[str], Connection]) -> None:
    installation.initialise(admin, "tmi")
    admin.execute("GRANT USAGE, CREATE ON SCHEMA tmi TO PUBLIC")
    installation.initialise(admin, "tmi")
    assert is_refused(as_("plain"), "CREATE TABLE tmi.mine ()")
    assert is_refused(as_("plain"), "SELECT 'tmi.mine'::regclass")


def test_init_twice_is_init_once(database: Database, admin: Connection) -> None:
    installation.initialise(admin, "tmi", lock_down=True)
    once = dump(database.cluster, database.name)
    installation.initialise(admin, "tmi", lock_down=True)
    assert dump(database.cluster, database.name) == once


def test_psql_makes_the_same_from_a_dry_run(server: Cluster, database: Database, admin: Connection) -> None:
    other = databases.create(server)
    text = installation.initialise_sql(admin, "tmi", lock_down=True)
    psql(server, other.name, text.replace(f'"{database.name}"', f'"{other.name}"'))
    assert admin.execute("SELECT to_regnamespace('tmi')").fetchone() == (None,), "a dry run changes nothing"
    installation.initialise(admin, "tmi", lock_down=True)
    assert dump(server, database.name) == dump(server, other.name)


def test_two_installations_at_once_make_the_roles_together(durable_cluster: Callable[..., Cluster]) -> None:
    server = durable_cluster()
    errors: list[Exception] = []

    def initialise(dbname: str) -> None:
        try:
            with server.connect(dbname) as connection:
                barrier.wait()
                installation.initialise(connection, "tmi")
        except Exception as error:
            errors.append(error)

    names = [databases.create(server).name for _ in range(4)]
    barrier = threading.Barrier(len(names))
    threads = [threading.Thread(target=initialise, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


LOCKED_DOWN = (
    "CREATE TEMPORARY TABLE mine (id int)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_get(1)",
    "CREATE TABLE public.mine (id int)",
)


def test_locking_down_takes_from_everybody_what_no_caller_needs(
    admin: Connection, as_: Callable[[str], Connection]
) -> None:
    told: list[str] = []
    installation.initialise(admin, "tmi", lock_down=True, tell=told.append)
    assert any("temporary tables" in line for line in told)
    assert any("large objects" in line for line in told)
    plain = as_("plain")
    for statement in LOCKED_DOWN:
        assert is_refused(plain, statement), statement
    own(admin, "tmi", "CREATE TEMPORARY TABLE of_a_migration (id int) ON COMMIT DROP")


def test_without_consent_the_rest_of_the_database_stays_as_it_is(
    admin: Connection, as_: Callable[[str], Connection]
) -> None:
    installation.initialise(admin, "tmi")
    plain = as_("plain")
    assert not is_refused(plain, "CREATE TEMPORARY TABLE mine (id int)")
    assert not is_refused(plain, "SELECT lo_create(0)")


# Letting logins in


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("nobody_at_all", "there is no role nobody_at_all"),
        ("tmi_app", "tmi_app is no login: USAGE goes to logins one by one"),
        ("postgres", "postgres is a superuser or has BYPASSRLS, so the rules of tmi_db would not bind it"),
        ("bypasser", "bypasser is a superuser or has BYPASSRLS"),
        ("insider", "insider is a member of tmi_owner, tmi_api, tmi_guard, tmi_identity, so the rules"),
    ],
)
def test_a_role_that_the_rules_would_not_bind_is_not_let_in(
    server: Cluster, admin: Connection, login: str, message: str
) -> None:
    installation.initialise(admin, "tmi")
    created = {
        "bypasser": "CREATE ROLE bypasser LOGIN BYPASSRLS",
        "insider": "CREATE ROLE insider LOGIN IN ROLE tmi_owner",
    }
    if login in created:
        server.execute(created[login])
    with pytest.raises(ToolError, match=message):
        grant(admin, "tmi", login)
    if login in created:
        server.execute(f"DROP ROLE {login}")


def test_nobody_is_let_into_what_is_not_installed(admin: Connection) -> None:
    installation.initialise(admin, "tmi")
    for call in (installation.grant_sql, installation.revoke_sql):
        with pytest.raises(ToolError, match="there is no schema 'acme' in database"):
            call(admin, "acme", "plain")


def test_a_login_reaches_the_one_installation_that_it_was_let_into(
    admin: Connection, as_: Callable[[str], Connection]
) -> None:
    for schema in ("one", "two"):
        installation.initialise(admin, schema)
        own(
            admin,
            schema,
            "CREATE FUNCTION ping() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "GRANT EXECUTE ON FUNCTION ping TO tmi_app",
        )
    plain = as_("plain")
    assert is_refused(plain, "SELECT one.ping()")
    grant(admin, "one", "plain")
    assert plain.execute("SELECT one.ping()").fetchone() == (1,)
    assert is_refused(plain, "SELECT two.ping()")
    assert is_refused(plain, "CREATE TABLE one.mine (id int)")
    # At once, for a statement that is prepared already.
    plain.execute("PREPARE ping AS SELECT one.ping()")
    plain.execute("EXECUTE ping")
    installation.run(admin, installation.revoke_sql(admin, "one", "plain"))
    assert is_refused(plain, "EXECUTE ping")


@pytest.mark.parametrize("caller", installation.CALLERS)
def test_a_login_becomes_what_it_was_let_in_as_and_nothing_else(
    server: Cluster, admin: Connection, caller: str
) -> None:
    installation.initialise(admin, "tmi")
    server.execute(f"CREATE ROLE as_{caller} LOGIN")
    grant(admin, "tmi", f"as_{caller}", caller)
    member = {
        other: admin.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (f"as_{caller}", f"tmi_{other}")).fetchone()
        for other in installation.CALLERS
    }
    assert member == {other: (other == caller,) for other in installation.CALLERS}


def test_a_login_may_be_several_and_its_queries_are_not_compiled(
    database: Database, admin: Connection, as_: Callable[[str], Connection]
) -> None:
    installation.initialise(admin, "tmi")
    admin.execute(f"ALTER DATABASE {database.name} SET jit TO on".encode())
    grant(admin, "tmi", "other", "app", "report")
    assert as_("other").execute(
        "SELECT pg_has_role('tmi_app', 'MEMBER'), pg_has_role('tmi_report', 'MEMBER'), current_setting('jit')"
    ).fetchone() == (True, True, "off")


def test_installations_are_listed_with_their_versions_and_logins(admin: Connection, database: Database) -> None:
    assert installation.schemas(admin) == []
    installation.initialise(admin, "fresh")
    migrate.up(database.dsn, "acme", to=2)
    grant(admin, "acme", "plain")
    assert installation.schemas(admin) == [
        installation.Schema("acme", 2, ["plain"]),
        installation.Schema("fresh", None, []),
    ]


def test_an_ordinary_login_may_not_list_versions(
    admin: Connection, database: Database, as_: Callable[[str], Connection]
) -> None:
    migrate.up(database.dsn, to=1)
    with pytest.raises(ToolError, match="plain is no member of tmi_owner"):
        installation.schemas(as_("plain"))
