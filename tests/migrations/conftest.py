"""Fixtures of the migration tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import database as databases
from support.chains import Chain, dump
from support.cluster import Cluster
from tmi_db import installation, ledger, migrate, owner
from tmi_db.sql_files import migrations


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    """Three small migrations, the second of which fills a table that row-level security closes to everybody."""
    chain = Chain(tmp_path / "sql")
    chain.add("001_create_notes", "CREATE TABLE notes (id integer PRIMARY KEY, text text);\n", "DROP TABLE notes;\n")
    chain.add(
        "002_fill_notes",
        "-- The first notes.\n\nINSERT INTO notes VALUES (1, 'one');\n"
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\nALTER TABLE notes FORCE ROW LEVEL SECURITY;\n",
        "-- Notes are lost.\nDELETE FROM notes;\nALTER TABLE notes DISABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;\n",
    )
    return chain.add(
        "003_number_notes",
        "ALTER TABLE notes ADD COLUMN number integer;\nUPDATE notes SET number = 1;\n",
        "ALTER TABLE notes DROP COLUMN number;\n",
    )


@pytest.fixture(scope="session")
def structures(cluster: Cluster) -> list[str]:
    """What pg_dump says of every version of the real chain, from 0 on."""
    database = databases.create(cluster)
    with database.connect() as connection:
        installation.initialise(connection, databases.SCHEMA)
        installation.run(connection, [*owner.owner_sql(connection, databases.SCHEMA, 1), *ledger.tables_sql()])
    found = [dump(cluster, database.name)]
    for step in migrations():
        migrate.up(database.dsn, to=step.version)
        found.append(dump(cluster, database.name))
    database.drop()
    return found
