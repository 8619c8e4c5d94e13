"""Scratch databases on a server: made to try something in, and dropped whatever happens."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tmi_db.tool import ToolError

PREFIX = "tmi_scratch_"


class Scratch:
    """Makes databases that live as long as the `with` block of `scratch`."""

    def __init__(self, dsn: str) -> None:
        """Keep where the server is; nothing is made yet."""
        self._dsn = dsn
        self._made: list[str] = []

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name.

        Args:
            template: what it is a copy of, a database that nobody is connected to.

        Raises:
            ToolError: the login may not make databases.
        """
        name = PREFIX + secrets.token_hex(6)
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            # Noted first: a creation that is interrupted may still come to its end.
            self._made.append(name)
            try:
                conn.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                        sql.Identifier(name), sql.Identifier(template)
                    )
                )
            except psycopg.errors.InsufficientPrivilege as error:
                raise ToolError(
                    f"{conn.info.user} may not make scratch databases", hint="use a server where it has CREATEDB"
                ) from error
        return name

    def dsn(self, name: str) -> str:
        """Say how to connect to one of the databases."""
        return make_conninfo(self._dsn, dbname=name)

    @contextmanager
    def connect(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        """Connect to one of the databases, in autocommit."""
        with psycopg.connect(self.dsn(name), autocommit=True) as conn:
            yield conn

    def drop_all(self) -> None:
        """Drop every database that was made, whoever is connected to it."""
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            while self._made:
                conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self._made[-1])))
                self._made.pop()


@contextmanager
def scratch(dsn: str) -> Iterator[Scratch]:
    """Give a place to make databases in; they are dropped at the end, after an error or an interrupt too.

    Args:
        dsn: any database of the server, by a login that may create databases.
    """
    databases = Scratch(dsn)
    try:
        yield databases
    finally:
        databases.drop_all()
