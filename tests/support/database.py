"""The database under test: built once, then copied for every test that needs to commit."""

from __future__ import annotations

import hashlib
import itertools
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from tmi_db import declared, installation, migrate

from support.cluster import Cluster

SCHEMA = "tmi"
SQL = Path(__file__).with_name("sql")
ROOT = Path(__file__).parents[2]

# The logins test_app, test_auth, ...: what each is granted; the stranger may connect, and that is all.
LOGINS = {"app": ["app"], "auth": ["auth"], "report": ["report"], "maintenance": ["maintenance"], "stranger": []}

KEY_ID = "test"
SECRET = hashlib.sha256(b"known to everybody who reads the tests").digest()
KEY = f"{KEY_ID}.{urlsafe_b64encode(SECRET).decode().rstrip('=')}"

Connection = psycopg.Connection[Any]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A database of the tests' server."""

    cluster: Cluster
    name: str

    @property
    def dsn(self) -> str:
        """The superuser's connection string."""
        return self.cluster.dsn(self.name)

    def dsn_for(self, login: str) -> str:
        """Return the connection string of a login: app, auth, report, maintenance, stranger, or a role's full name."""
        return self.cluster.dsn(self.name, f"test_{login}" if login in LOGINS else login)

    def connect(self, login: str | None = None, *, schema: str = SCHEMA, **settings: Any) -> Connection:
        """Open a connection with the schema in its path, as the superuser unless a login is named."""
        dsn = self.dsn_for(login) if login else self.dsn
        settings.setdefault("autocommit", True)
        return psycopg.connect(make_conninfo(dsn, options=f"-csearch_path={schema},tap,pg_temp"), **settings)

    def copy(self, name: str | None = None) -> Database:
        """Clone this database, to which nobody may be connected."""
        clone = Database(self.cluster, name or new_name())
        self.cluster.execute(f'CREATE DATABASE "{clone.name}" TEMPLATE "{self.name}" STRATEGY file_copy')
        clone.close_to_public()
        return clone

    def close_to_public(self) -> None:
        """Repeat the one part of `tmi-db init` that PostgreSQL does not copy along with a database."""
        self.cluster.execute(
            f'REVOKE TEMPORARY ON DATABASE "{self.name}" FROM PUBLIC',
            f'GRANT TEMPORARY ON DATABASE "{self.name}" TO tmi_owner',
        )

    def drop(self) -> None:
        """Drop the database, whoever is connected."""
        self.cluster.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def new_name() -> str:
    """Return a name that no other database of this run has."""
    return f"test_{next(_numbers)}"


def create(cluster: Cluster, name: str | None = None) -> Database:
    """Make an empty database."""
    database = Database(cluster, name or f"empty_{next(_numbers)}")
    cluster.execute(f'CREATE DATABASE "{database.name}" TEMPLATE template0 STRATEGY file_copy')
    return database


def build(database: Database, *, how: str | None = None, schema: str = SCHEMA) -> None:
    """Install tmi_db in an empty database, with the helpers, the logins and the key of the tests."""
    install(database, how=how, schema=schema)
    with database.connect(schema=schema) as connection:
        add_helpers(connection, schema)


def install(database: Database, *, how: str | None = None, schema: str = SCHEMA) -> None:
    """Install tmi_db in a schema, and nothing beside it.

    how: `chain` runs the migrations, `declared` the source files; by default what TMI_TEST_BUILD says, else the chain.
    """
    how = how or os.environ.get("TMI_TEST_BUILD") or "chain"
    with database.connect(schema=schema) as connection:
        installation.initialise(connection, schema, lock_down=True)
        if how == "chain":
            migrate.up(database.dsn, schema=schema)
        elif how == "declared":
            declared.build(connection, schema)
        else:
            raise ValueError(f"TMI_TEST_BUILD is chain or declared, not {how}")


def add_helpers(connection: Connection, schema: str) -> None:
    """Add what tests use beside the schema: logins that may use it, a live key, and the functions of the schema tap."""
    run(connection, SQL / "logins.sql")
    for login, callers in LOGINS.items():
        if callers:
            installation.run(connection, installation.grant_sql(connection, schema, f"test_{login}", callers))
    add_key(connection, KEY_ID, SECRET)
    connection.execute("CREATE SCHEMA tap")
    connection.execute("GRANT USAGE ON SCHEMA tap TO PUBLIC")
    text = (SQL / "helpers.sql").read_text()
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL search_path TO {}, pg_temp").format(sql.Identifier(schema)))
        connection.execute(text.replace(":key", sql.Literal(KEY).as_string(connection)).encode())


def add_key(connection: Connection, key_id: str, secret: bytes) -> None:
    """Make a context key live, without the function that is under test."""
    padded = secret.ljust(64, b"\0")
    connection.execute(
        "INSERT INTO context_keys (id, inner_pad, outer_pad) VALUES (%s, %s, %s)",
        (key_id, bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)),
    )


def run(connection: Connection, path: Path) -> None:
    """Run a file of plain SQL."""
    try:
        connection.execute(path.read_bytes())
    except psycopg.Error as error:
        error.add_note(f"in {path}")
        raise


@contextmanager
def acting_as(connection: Connection, email: str) -> Iterator[Connection]:
    """Act for a user, as a service does, within the connection's transaction; afterwards as before."""
    connection.execute("SELECT tap.act(%s)", (email,))
    try:
        yield connection
    finally:
        if connection.info.transaction_status != TransactionStatus.INERROR:
            connection.execute("SELECT tap.reset()")
