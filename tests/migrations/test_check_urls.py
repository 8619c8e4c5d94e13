"""Migration 031 refuses addresses that fetch nothing, and rewrites none of them."""

from __future__ import annotations

import pytest
from support.database import Database
from tmi_db import migrate
from tmi_db.tool import ToolError

BEFORE, AFTER = 30, 31


@pytest.fixture
def database(empty_database: Database) -> Database:
    """One model with a document and a source, just before the migration."""
    migrate.up(empty_database.dsn, to=BEFORE)
    with empty_database.connect() as admin, admin.transaction():
        admin.execute("INSERT INTO users (email, name) VALUES ('alice@example.com', 'Alice')")
        admin.execute(
            "INSERT INTO threat_models (name, owner_email, created_by) "
            "VALUES ('Payments', 'alice@example.com', 'alice@example.com')"
        )
        for table in ("documents", "sources"):
            admin.execute(
                f"INSERT INTO {table} (threat_model_id, name, url) SELECT id, 'A', 'HTTPS://example.com/a b' "
                "FROM threat_models"
            )
    return empty_database


@pytest.mark.parametrize("table", ["documents", "sources"])
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "git@example.com:team/server.git", "example.com", "https://", "https://a\nb"]
)
def test_an_address_that_fetches_nothing_stops_the_migration(database: Database, table: str, url: str) -> None:
    with database.connect() as admin:
        row = admin.execute(
            f"INSERT INTO {table} (threat_model_id, name, url) SELECT id, 'B', %s FROM threat_models RETURNING id",
            (url,),
        ).fetchone()
        assert row
        with pytest.raises(ToolError, match=rf"these do not: {table[:-1]} {row[0]}\b"):
            migrate.up(database.dsn, to=AFTER)
        assert admin.execute("SELECT version FROM schema_migrations").fetchone() == (BEFORE,)
        assert admin.execute(f"SELECT url FROM {table} WHERE name = 'B'").fetchone() == (url,)


def test_twenty_rows_are_named_and_no_more(database: Database) -> None:
    with database.connect() as admin:
        admin.execute(
            "INSERT INTO documents (threat_model_id, name, url) "
            "SELECT id, 'B', 'b' FROM threat_models, generate_series(1, 30)"
        )
    with pytest.raises(ToolError) as refused:
        migrate.up(database.dsn, to=AFTER)
    assert str(refused.value).count("document ") == 20


def test_addresses_that_fetch_something_stay_as_they_are_both_ways(database: Database) -> None:
    migrate.up(database.dsn, to=AFTER)
    with database.connect() as admin:
        for table in ("documents", "sources"):
            assert admin.execute(f"SELECT url FROM {table}").fetchall() == [("HTTPS://example.com/a b",)]
    migrate.down(database.dsn, to=BEFORE)
    with database.connect() as admin:
        admin.execute("UPDATE documents SET url = 'b'")
        assert admin.execute("SELECT url FROM sources").fetchall() == [("HTTPS://example.com/a b",)]
