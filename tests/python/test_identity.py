"""An identity lives as long as its transaction, and a service's login can't put on any other than the signed one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from support import database as databases
from support.database import Connection, Database
from tmi_db.context import Key, sign

Login = Callable[[str], Connection]
KEY = Key.parse(databases.KEY)


@pytest.fixture
def people(database: Database) -> dict[str, str]:
    """Alice has a model that Bob may write in; both are committed."""
    with database.connect() as admin:
        row = admin.execute("SELECT tap.add_model(tap.add_user('alice')), tap.add_user('bob')").fetchone()
        assert row
        admin.execute("SELECT tap.share(%s, 'bob@example.com', 'writer')", (row[0],))
    return {"alice": "alice@example.com", "bob": "bob@example.com", "model": str(row[0])}


def act(connection: Connection, email: str) -> None:
    connection.execute("SELECT _as(%s)", (sign(KEY, email),))


def me(connection: Connection) -> str:
    row = connection.execute("SELECT email FROM me()").fetchone()
    assert row
    return str(row[0])


def refused(connection: Connection, query: str, sqlstate: str) -> bool:
    with pytest.raises(psycopg.Error) as caught, connection.transaction():
        connection.execute(query.encode())
    return caught.value.sqlstate == sqlstate


# The life of an identity -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_an_identity_ends_with_its_transaction(people: dict[str, str], login: Login, end: str) -> None:
    app = login("app")
    app.execute("BEGIN")
    act(app, people["alice"])
    assert me(app) == people["alice"]
    app.execute(end.encode())
    assert refused(app, "SELECT * FROM me()", "TM401")


def test_an_identity_set_outside_a_transaction_is_gone_at_once(people: dict[str, str], login: Login) -> None:
    app = login("app")
    act(app, people["alice"])
    assert refused(app, "SELECT * FROM me()", "TM401")


def test_an_identity_rolled_back_to_a_savepoint_is_the_one_before(people: dict[str, str], login: Login) -> None:
    app = login("app")
    with app.transaction():
        act(app, people["alice"])
        with app.transaction() as inner:
            act(app, people["bob"])
            assert me(app) == people["bob"]
            raise psycopg.Rollback(inner)
        assert me(app) == people["alice"]


@pytest.mark.parametrize(
    "email",
    ["alice@example.com", "zoë@bücher.example", "x@y", "xx@y", "xxx@y", "o'brien@example.com", "a" * 300 + "@y"],
)
def test_the_service_signs_what_the_database_believes(database: Database, login: Login, email: str) -> None:
    with database.connect() as admin:
        admin.execute("INSERT INTO users (email, name) VALUES (%s, 'Somebody')", (email,))
    app = login("app")
    with app.transaction():
        act(app, email)
        assert me(app) == email


def test_a_retired_key_stops_those_who_are_connected(people: dict[str, str], database: Database, login: Login) -> None:
    app = login("app")
    with app.transaction():
        act(app, people["alice"])
        assert me(app) == people["alice"]
        with database.connect() as admin:
            admin.execute("SELECT key_retire('test')")
        assert refused(app, "SELECT * FROM me()", "TM401")


def test_a_deleted_user_is_stopped_in_the_midst(people: dict[str, str], database: Database, login: Login) -> None:
    app = login("app")
    with app.transaction():
        act(app, people["bob"])
        assert me(app) == people["bob"]
        with database.connect() as admin:
            admin.execute("DELETE FROM users WHERE email = %s", (people["bob"],))
        assert refused(app, "SELECT * FROM me()", "TM401")
        assert refused(app, f"SELECT * FROM threat_list('{people['model']}')", "TM401")


def test_an_identity_of_one_organisation_is_worth_nothing_in_another(database: Database, login: Login) -> None:
    """Two installations in one database, with the same people and a key of the same name, but another secret."""
    other = Key(KEY.id, b"another secret".ljust(32))
    databases.install(database, schema="acme")
    with database.connect(schema="acme") as admin:
        admin.execute("SELECT tap.add_user('alice')")
        admin.execute("INSERT INTO users (email, name) VALUES ('alice@example.com', 'Alice of Acme')")
        databases.add_key(admin, other.id, other.secret)
    app = login("app")
    with app.transaction():
        act(app, "alice@example.com")
        assert me(app) == "alice@example.com"
        assert refused(app, "SELECT * FROM acme.me()", "42501")
    with database.connect() as admin:
        admin.execute("GRANT USAGE ON SCHEMA acme TO test_app")
    with app.transaction():
        act(app, "alice@example.com")
        assert refused(app, "SELECT * FROM acme.me()", "TM401")
        app.execute("SELECT _as(%s)", (sign(other, "alice@example.com"),))
        assert app.execute("SELECT name FROM acme.me()").fetchone() == ("Alice of Acme",)
        assert refused(app, "SELECT * FROM tmi.me()", "TM401")


# Access that is taken away -----------------------------------------------------------------------------------------


def test_a_revoke_waits_for_the_write_before_it_and_stops_the_one_after(people: dict[str, str], login: Login) -> None:
    owner, writer = login("app"), login("app")
    revoke = f"SELECT access_revoke('{people['model']}', '{people['bob']}')"
    write = f"SELECT threat_create('{people['model']}', 'Replay')"
    with writer.transaction():
        act(writer, people["bob"])
        writer.execute(write.encode())
        with owner.transaction():
            act(owner, people["alice"])
            owner.execute("SET LOCAL lock_timeout = '50ms'")
            assert refused(owner, revoke, "55P03")
    with owner.transaction():
        act(owner, people["alice"])
        owner.execute(revoke.encode())
    with writer.transaction():
        act(writer, people["bob"])
        assert refused(writer, write, "TM404")


def test_reading_waits_for_nobody(people: dict[str, str], login: Login) -> None:
    reader, writer = login("app"), login("app")
    with writer.transaction():
        act(writer, people["bob"])
        writer.execute("SELECT threat_create(%s, 'Replay')", (people["model"],))
        with reader.transaction():
            act(reader, people["alice"])
            reader.execute("SET LOCAL lock_timeout = '50ms'")
            assert reader.execute("SELECT * FROM threat_list(%s)", (people["model"],)).fetchall() == []


# What a service's login can't become -------------------------------------------------------------------------------


@pytest.fixture
def visitor(shared_database: Database) -> Iterator[Login]:
    """Connect real logins to a database that nothing is committed to."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(shared_database.connect(name))


@pytest.mark.parametrize(
    "role",
    [
        "postgres",
        "tmi_owner",
        "tmi_api",
        "tmi_guard",
        "tmi_identity",
        "tmi_auth",
        "tmi_report",
        "tmi_maintenance",
        "test_auth",
    ],
)
def test_a_service_takes_no_other_role(visitor: Login, role: str) -> None:
    app = visitor("app")
    assert refused(app, f"SET ROLE {role}", "42501")
    assert refused(app, f"SET SESSION AUTHORIZATION {role}", "42501")


def test_the_role_it_may_take_gives_nothing_more(visitor: Login) -> None:
    app = visitor("app")
    with app.transaction():
        app.execute("SET LOCAL ROLE tmi_app")
        assert refused(app, "SELECT * FROM tmi.users", "42501")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMP TABLE users (email text)",
        "CREATE DOMAIN pg_temp.text AS pg_catalog.text",
        "CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (id integer)",
        "CREATE FUNCTION tmi.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER mine AFTER INSERT ON tmi.threats EXECUTE FUNCTION tmi._row_touch()",
        "SELECT lo_create(0)",
        "COPY tmi.users TO STDOUT",
        "TRUNCATE tmi.threats",
        "LOCK TABLE tmi.threat_models IN ACCESS SHARE MODE",
    ],
)
@pytest.mark.parametrize("name", ["app", "auth", "report", "maintenance"])
def test_a_login_makes_nothing_and_touches_no_table(visitor: Login, name: str, statement: str) -> None:
    if name == "report" and re.match("COPY|LOCK", statement):
        # A report may read, under row-level security, and so may lock for reading.
        statement = statement.replace("ACCESS SHARE", "EXCLUSIVE").replace("TO STDOUT", "FROM STDIN")
    assert refused(visitor(name), statement, "42501")


def test_injected_sql_acts_as_nobody_else(people: dict[str, str], login: Login) -> None:
    """Whatever runs beside Alice's live identity reads her context, and makes nobody else's of it."""
    app = login("app")
    with app.transaction():
        act(app, people["alice"])
        row = app.execute("SELECT current_setting('tmi.context')").fetchone()
        assert row
        version, key, _, expiry, signature = row[0].split(".")
        bob = sign(KEY, people["bob"]).split(".")[2]
        for forged in (
            ".".join([version, key, bob, expiry, signature]),
            ".".join([version, key, bob, expiry, ""]),
            people["bob"],
        ):
            app.execute("SELECT set_config('tmi.context', %s, true)", (forged,))
            assert refused(app, "SELECT * FROM me()", "TM401")
        for helper in ("tap.sign('bob@example.com')", "tap.sign_text('v1')", "act_as('bob@example.com')"):
            assert refused(app, f"SELECT {helper}", "42501")
        assert refused(app, "SELECT tap.act('bob@example.com')", "42501")
