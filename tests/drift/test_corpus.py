"""Every single change is found, named and weighed rightly; harmless ones are silent; repairs are proved.

Each change is made in a transaction that is rolled back. `make drift-corpus` also proves the repair of every change,
and writes the table of docs/drift.md; here a sample is proved.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from support import database as databases
from support.cluster import Cluster
from support.corpus import CHANGES, HARMLESS, Change
from tmi_db import drift, expected, fingerprint
from tmi_db.fingerprint import Fingerprint
from tmi_db.repair import Label, Workshop

Connection = psycopg.Connection[Any]

SCHEMA = databases.SCHEMA
SAMPLE = CHANGES if os.environ.get("TMI_TEST_CORPUS") == "all" else CHANGES[::8]

# What no statement brings back as it was: a column that was dropped comes back as the last of its table.
PARTIAL = {
    "ALTER TABLE threats DROP COLUMN issue_url",
    "ALTER TABLE threats RENAME COLUMN priority TO urgency",
}


@pytest.fixture(scope="module")
def installed(cluster: Cluster) -> Iterator[databases.Database]:
    database = databases.create(cluster)
    databases.install(database, how="declared")
    yield database
    database.drop()


@pytest.fixture
def conn(installed: databases.Database) -> Iterator[Connection]:
    """A superuser's connection in a transaction that is rolled back."""
    connection = installed.connect(autocommit=False)
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture(scope="module")
def whole(installed: databases.Database) -> Fingerprint:
    """What the database should be: what is in it now, and what is declared to be around it."""
    with installed.connect() as connection:
        now = fingerprint.take(connection, SCHEMA)
    return Fingerprint(now.server_version, {**expected.surroundings(now).objects, **now.inside().objects})


def make(conn: Connection, statements: str) -> Fingerprint:
    """Make a change and look."""
    row = conn.execute("SELECT obj_description('idx_threats_diagram_id'::regclass)").fetchone()
    assert row is not None
    comment = sql.Literal(row[0]).as_string(conn)
    names = {"schema": SCHEMA, "database": conn.info.dbname, "index_comment": comment}
    for name, value in names.items():
        statements = statements.replace("{" + name + "}", value)
    conn.execute(statements.encode())
    return fingerprint.take(conn, SCHEMA)


def test_the_corpus_is_large_enough_and_has_no_change_twice() -> None:
    assert len(CHANGES) >= 200
    assert len(HARMLESS) >= 30
    assert len({change.sql for change in CHANGES}) == len(CHANGES)


def test_an_untouched_database_has_no_drift(conn: Connection, whole: Fingerprint) -> None:
    assert drift.findings(whole, fingerprint.take(conn, SCHEMA)) == []


@pytest.mark.parametrize("change", CHANGES, ids=[change.sql[:70] for change in CHANGES])
def test_it_is_found_under_its_name_and_weighed(conn: Connection, whole: Fingerprint, change: Change) -> None:
    found = {str(each.key): each for each in drift.findings(whole, make(conn, change.sql))}
    assert change.object in found, sorted(found)
    assert found[change.object].severity == change.severity


@pytest.mark.parametrize("statements", HARMLESS.values(), ids=HARMLESS.keys())
def test_nothing_is_reported_when(conn: Connection, whole: Fingerprint, statements: str) -> None:
    assert drift.findings(whole, make(conn, statements)) == []


@pytest.mark.parametrize("change", SAMPLE, ids=[change.sql[:70] for change in SAMPLE])
def test_its_repair_restores_what_was(conn: Connection, whole: Fingerprint, change: Change) -> None:
    actual = make(conn, change.sql)
    repair = Workshop(conn, SCHEMA, SCHEMA, conn.info.dbname).repair(actual, whole)
    assert repair.label is (Label.PARTIAL if change.sql in PARTIAL else Label.VERIFIED), (repair, change)
    # What the workshop said must hold for who runs the statements one after the other.
    conn.execute(f"SET LOCAL search_path TO {SCHEMA}, pg_temp")
    for statement in repair.statements:
        conn.execute(statement.encode())
    left = fingerprint.compare(whole, fingerprint.take(conn, SCHEMA))
    assert bool(left) == (repair.label is Label.PARTIAL), str(left)
