"""Fixtures for every test: a server, a template database, clones of it, and people to act as."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
from pytest_postgresql import factories
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.janitor import DatabaseJanitor
from support import database as databases
from support.cluster import Cluster, sweep
from support.database import Connection, Database
from tmi_db.server import locate

pytest_plugins = ["support.pgtap", "support.skips"]

# Under `make test ARGS=...` the variables of make are in the environment, and would reach every make that a test runs.
for name in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS", "PG", "WORKERS"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("tmi_db").addoption(
        "--pg",
        default=os.environ.get("TMI_TEST_PG") or None,
        help="server to test on: a major version or a folder of binaries (default: the newest installed; TMI_TEST_PG)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        sweep()


def pytest_unconfigure(config: pytest.Config) -> None:
    # Workers that were interrupted can't clean up after themselves; their controller outlives them.
    if not hasattr(config, "workerinput"):
        sweep()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of this worker's own, without durability: fast, and gone at the end."""
    server = Cluster(locate(request.config.getoption("--pg")))
    yield server
    server.remove()


@pytest.fixture
def durable_cluster(request: pytest.FixtureRequest) -> Iterator[Callable[..., Cluster]]:
    """Start private servers with fsync on, for tests that crash or restart them; keywords are settings."""
    with ExitStack() as stack:

        def start(**settings: str) -> Cluster:
            server = Cluster(locate(request.config.getoption("--pg")), settings, durable=True)
            stack.callback(server.remove)
            return server

        yield start


# pytest-postgresql makes and drops the template and its copies; the server is ours: its own refuses to run as root.
served = factories.postgresql_noproc(depends_on="cluster")


@pytest.fixture(scope="session")
def template(cluster: Cluster, served: NoopExecutor) -> Database:
    """What the other databases are copies of: roles, the schema, a key, logins and helpers. Never connect to it."""
    database = Database(cluster, served.template_dbname)
    databases.build(database)
    return database


@pytest.fixture
def database(template: Database, served: NoopExecutor) -> Iterator[Database]:
    """A copy of the template for this test alone, where commits matter."""
    janitor = DatabaseJanitor(
        user=served.user,
        host=served.host,
        port=served.port,
        password=served.password,
        dbname=databases.new_name(),
        template_dbname=template.name,
        maintenance_dbname=served.maintenance_dbname,
    )
    with janitor:
        clone = Database(template.cluster, janitor.dbname)
        clone.close_to_public()
        yield clone


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Database]:
    """A database without anything, for installing into."""
    database = databases.create(cluster)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def shared_database(template: Database) -> Database:
    """One copy of the template for all tests that commit nothing."""
    return template.copy("shared")


@pytest.fixture
def conn(shared_database: Database) -> Iterator[Connection]:
    """A superuser's connection in a transaction that is rolled back."""
    connection = shared_database.connect(autocommit=False)
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture
def as_user() -> Callable[[Connection, str], AbstractContextManager[Connection]]:
    """`with as_user(conn, "alice@example.com"):` acts for a user, as a service does."""
    return databases.acting_as


@pytest.fixture
def login(database: Database) -> Iterator[Callable[[str], Connection]]:
    """`login("app")` connects to `database` as a real login: app, auth, report, maintenance or stranger."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(database.connect(name))


@pytest.fixture
def app_dsn(database: Database) -> str:
    """The connection string of a service's login to `database`."""
    return database.dsn_for("app")


@pytest.fixture(scope="session")
def key() -> str:
    """The text of the live key, as a service is handed it: `Database(app_dsn, key=key)`."""
    return databases.KEY
