"""Declared files and migrations run under the same settings, and leave none behind."""

from __future__ import annotations

from support.database import SCHEMA, Connection, Database
from tmi_db import owner


def settings(connection: Connection) -> dict[str, str]:
    query = "SELECT name, setting FROM pg_settings WHERE source <> 'override' UNION ALL SELECT 'role', current_user"
    return dict(connection.execute(query).fetchall())


def odd(database: Database) -> Connection:
    """Connect as somebody whose habits would change what SQL means."""
    connection = database.connect(schema="public")
    connection.execute(
        "SET transform_null_equals TO on; SET default_table_access_method TO heap; SET check_function_bodies TO off"
    )
    connection.execute("SET datestyle TO 'German'; SET statement_timeout TO '77s'; SET lock_timeout TO '88s'")
    return connection


def test_a_transaction_as_the_owner_has_the_settings_of_a_migration(database: Database) -> None:
    with odd(database) as runner, odd(database) as builder:
        owner.become_owner(runner, SCHEMA, lock_timeout=0)
        with owner.transaction(builder, SCHEMA):
            assert settings(builder) == settings(runner)
        assert settings(builder) != settings(runner)


def test_a_transaction_that_goes_on_has_its_own_settings_back(database: Database) -> None:
    with odd(database) as connection:
        before = settings(connection)
        with connection.transaction():
            with owner.transaction(connection, SCHEMA):
                assert settings(connection) != before
            assert settings(connection) == before
        assert settings(connection) == before


def test_a_transaction_that_fails_has_its_own_settings_back(database: Database) -> None:
    with odd(database) as connection:
        before = settings(connection)
        with connection.transaction():
            try:
                with owner.transaction(connection, SCHEMA):
                    raise LookupError
            except LookupError:
                pass
            assert settings(connection) == before
