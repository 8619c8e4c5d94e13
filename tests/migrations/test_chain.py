"""The project's own chain: every step can be taken back, data survive every upgrade, and psql builds the same."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from support.chains import dump, psql
from support.database import SCHEMA, Database
from tmi_db import installation, ledger, migrate, owner
from tmi_db.sql_files import migrations

CHAIN = migrations()
SEED = 18  # the versions after the seed's are reached from here: the tables are all there

# One line for each table, by the version that makes it; `{content}` is where a drawing's cells were kept before.
ROWS = [
    (1, "INSERT INTO users (email, name) VALUES ('alice@example.com', 'Alice'), ('bob@example.com', 'Bob')"),
    (
        2,
        "INSERT INTO user_providers (user_id, provider, provider_user_id, is_primary) "
        "SELECT id, 'github', email, true FROM users",
    ),
    (
        3,
        "INSERT INTO threat_models (name, owner_email, created_by) "
        "VALUES ('Payments', 'alice@example.com', 'alice@example.com')",
    ),
    (
        4,
        "INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by) "
        "SELECT id, 'bob@example.com', 'reader', 'alice@example.com' FROM threat_models",
    ),
    (
        5,
        "INSERT INTO threats (threat_model_id, name, risk_rating) SELECT id, 'Token replay', 'High' FROM threat_models",
    ),
    (
        6,
        "INSERT INTO diagrams (threat_model_id, name, type, {cells}) "
        "SELECT id, 'Login', 'DFD-1.0.0', '[]' FROM threat_models",
    ),
    (
        7,
        "INSERT INTO refresh_tokens (user_id, token_hash, expires_at) "
        "SELECT id, repeat('0', 63) || row_number() OVER (), now() + interval '1 day' FROM users",
    ),
    (
        11,
        "INSERT INTO documents (threat_model_id, name, url) "
        "SELECT id, 'Design', 'https://example.com' FROM threat_models",
    ),
    (
        12,
        "INSERT INTO sources (threat_model_id, name, url, type) "
        "SELECT id, 'Code', 'https://example.com/repo', 'git' FROM threat_models",
    ),
    (
        13,
        "INSERT INTO metadata (entity_type, entity_id, key, value) "
        "SELECT 'threat_model', id, 'team', 'red' FROM threat_models",
    ),
    (
        15,
        "INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url) "
        "SELECT threat_model_id, id, 'wss://example.com' FROM diagrams",
    ),
    (
        15,
        "INSERT INTO session_participants (session_id, user_id) "
        "SELECT s.id, u.id FROM collaboration_sessions s, users u",
    ),
]
TABLES = {
    "users": ("email, name", [("alice@example.com", "Alice"), ("bob@example.com", "Bob")]),
    "user_providers": ("provider_user_id, is_primary", [("alice@example.com", True), ("bob@example.com", True)]),
    "threat_models": ("name, owner_email", [("Payments", "alice@example.com")]),
    "threats": ("name, risk_rating", [("Token replay", "High")]),
    "diagrams": ("name, type", [("Login", "DFD-1.0.0")]),
    "refresh_tokens": ("token_hash", [("0" * 63 + "1",), ("0" * 63 + "2",)]),
    "documents": ("name, url", [("Design", "https://example.com")]),
    "sources": ("name, url, type", [("Code", "https://example.com/repo", "git")]),
    "metadata": ("entity_type, key, value", [("threat_model", "team", "red")]),
    "collaboration_sessions": ("websocket_url", [("wss://example.com",)]),
    "session_participants": ("left_at", [(None,), (None,)]),
}


@pytest.fixture
def database(empty_database: Database) -> Database:
    return empty_database


def populate(connection: psycopg.Connection[Any], version: int) -> set[str]:
    """Put a row or two into every table that a version has; return the tables."""
    connection.execute(f"SET search_path TO {SCHEMA}")
    filled = set()
    for since, statement in ROWS:
        if since <= version:
            connection.execute(statement.replace("{cells}", "cells" if version >= 14 else "content").encode())
            filled.add(statement.split()[2])
    return filled


def test_every_step_back_leads_exactly_to_where_it_came_from(database: Database, structures: list[str]) -> None:
    migrate.up(database.dsn)
    for step in reversed(CHAIN):
        migrate.down(database.dsn)
        assert dump(database.cluster, database.name) == structures[step.version - 1], f"after {step.down_path.name}"
    migrate.up(database.dsn)
    assert dump(database.cluster, database.name) == structures[-1], "after all steps back and forth"


@pytest.mark.parametrize("version", range(SEED + 1))
def test_an_upgrade_from_any_version_keeps_every_row(database: Database, structures: list[str], version: int) -> None:
    if version:
        migrate.up(database.dsn, to=version)
    else:
        with database.connect() as connection:
            installation.initialise(connection, SCHEMA)
    with database.connect() as connection:
        filled = populate(connection, version)
    migrate.up(database.dsn)
    assert dump(database.cluster, database.name) == structures[-1]
    with database.connect() as connection:
        for table in filled - {"threat_model_access"}:
            columns, rows = TABLES[table]
            query = f"SELECT {columns} FROM {table} ORDER BY 1".encode()
            assert connection.execute(query).fetchall() == rows, table


def test_data_go_all_the_way_down_and_up_again(database: Database, structures: list[str]) -> None:
    migrate.up(database.dsn, to=SEED)
    with database.connect() as connection:
        populate(connection, SEED)
    migrate.up(database.dsn)
    for version in (1, len(CHAIN)):
        run = migrate.down if version == 1 else migrate.up
        run(database.dsn, to=version)
        assert dump(database.cluster, database.name) == structures[version]
        with database.connect() as connection:
            assert connection.execute("SELECT email FROM users ORDER BY 1").fetchall() == [
                ("alice@example.com",),
                ("bob@example.com",),
            ]


def test_psql_alone_builds_the_same_database(database: Database, structures: list[str]) -> None:
    with database.connect() as connection:
        installation.initialise(connection, SCHEMA)
        installation.run(connection, [*owner.owner_sql(connection, SCHEMA, 1), *ledger.tables_sql()])
    files = "".join(f"\\i '{step.up_path}'\n" for step in CHAIN)
    psql(database.cluster, database.name, f"SET ROLE tmi_owner;\nSET search_path TO {SCHEMA}, pg_temp;\n{files}")
    assert dump(database.cluster, database.name) == structures[-1]


def test_a_schema_of_another_name_is_the_same_but_for_its_name(database: Database, structures: list[str]) -> None:
    migrate.up(database.dsn, "acme")
    assert dump(database.cluster, database.name).replace("acme", SCHEMA) == structures[-1]
