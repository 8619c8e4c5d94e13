"""A filled scratch installation, and connections to it as its owner, a service and a client library have them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tmi_db import Database, installation, migrate, pooling
from tmi_db.context import Key, sign
from tmi_db.scratch import scratch

from .data import SCALES, Scale, fill

LOGIN = "tmi_bench_service"
SCHEMA = "tmi"

SESSION = "-csearch_path=tmi,pg_temp -csynchronous_commit=off"
"""Settings of every connection. Commits do not wait for the disk: that takes longer than all that is compared here."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """Where measurements are taken; whoever opens a connection closes it."""

    dsn: str
    """A superuser, for what an application without row-level security would do."""
    service: str
    """A login that may only call functions, as a service has it."""
    key: Key
    scale: str

    @property
    def without_triggers(self) -> str:
        """Where to connect as the superuser with triggers and foreign keys off."""
        return with_settings(self.dsn, session_replication_role="replica")

    def owner(self) -> psycopg.Connection[Any]:
        """Connect as the superuser, who is under no row-level security."""
        return connect(self.dsn)

    def bare(self) -> psycopg.Connection[Any]:
        """Connect as the superuser, with triggers and foreign keys off."""
        return connect(self.without_triggers)

    def app(self) -> psycopg.Connection[Any]:
        """Connect as a service, without the wrapper."""
        return connect(self.service)

    def database(self, size: int = 1) -> Database:
        """Open the wrapper with a pool of so many connections."""
        return Database(self.service, key=self.key, min_size=size, max_size=size)

    def context(self, email: str, seconds: int = 60) -> str:
        """Sign an identity, which holds for at most 60 seconds."""
        return sign(self.key, email, seconds)


@contextmanager
def workbench(dsn: str, scale: str, size: Scale | None = None) -> Iterator[Workbench]:
    """Make and fill a scratch installation, which is dropped at the end.

    Args:
        dsn: a superuser on the server to measure on.
        scale: a name in `SCALES`, or any with a size of its own.
        size: how much there is; what the name says if None.
    """
    with scratch(dsn) as databases:
        made = databases.dsn(databases.create())
        key = Key.generate("bench")
        migrate.up(made)
        with psycopg.connect(made, autocommit=True) as owner:
            if owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone() is None:
                owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(LOGIN)))
            installation.run(owner, installation.grant_sql(owner, SCHEMA, LOGIN))
            owner.execute("SET search_path TO tmi, pg_temp")
            owner.execute("SELECT key_new(%s, %s)", [key.id, key.secret])
            fill(owner, size or SCALES[scale])
        plain = make_conninfo(made, options=SESSION)
        yield Workbench(dsn=plain, service=make_conninfo(plain, user=LOGIN), key=key, scale=scale)


def connect(dsn: str) -> psycopg.Connection[Any]:
    """Connect without the wrapper; statements are prepared when they run first.

    It begins as the wrapper's connections do: else it would depend on the statements before whether the server's
    process takes its memory anew for each call.
    """
    connection = psycopg.connect(dsn, autocommit=True, prepare_threshold=0)
    connection.execute(pooling.FIRST_QUERY, prepare=False)
    return connection


def with_settings(dsn: str, **settings: str) -> str:
    """Add settings to those that a connection string asks for.

    Args:
        dsn: a connection string of a workbench.
        settings: parameters of the server, by name.
    """
    more = "".join(f" -c{name}={value}" for name, value in settings.items())
    return make_conninfo(dsn, options=f"{conninfo_to_dict(dsn)['options']}{more}")


def value(conn: psycopg.Connection[Any], text: str, *arguments: Any) -> Any:
    """Read one value."""
    row = conn.execute(text.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def counts_wrong(conn: psycopg.Connection[Any], models: Sequence[UUID]) -> int:
    """Count the models, of those given, whose cached counts are not true."""
    return int(value(conn, "SELECT count(*) FROM counts_verify() WHERE threat_model_id = ANY (%s)", list(models)))


def pages_read(plan: Any) -> int:
    """Say how many pages a statement read, by its plan as JSON."""
    node = plan[0]["Plan"]
    return int(node["Shared Hit Blocks"]) + int(node["Shared Read Blocks"])
