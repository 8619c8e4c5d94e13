"""Databases that calls are measured on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from costs.places import PLACES, Place, find
from support.costs import Service
from support.database import Connection, Database, run


@pytest.fixture(scope="session")
def filled(template: Database) -> Iterator[Database]:
    """People, models and what is in them, as `filled.sql` says. Only to be read, so that figures stay what they are."""
    database = template.copy("filled")
    with database.connect() as conn:
        with _ids_by_number(conn):
            run(conn, Path(__file__).with_name("filled.sql"))
        # Frozen, since a page that the background writer holds just then would otherwise be passed over.
        conn.execute("VACUUM (FREEZE, ANALYZE)")
    yield database
    database.drop()


@contextmanager
def _ids_by_number(conn: Connection) -> Iterator[None]:
    """Scatter ids as chance would, but alike every time: by chance, some databases' indexes have a level more."""
    row = conn.execute("SELECT pg_get_functiondef('uuid_generate_v4'::regproc)").fetchone()
    assert row is not None
    conn.execute(
        """
        CREATE SEQUENCE ids;
        GRANT USAGE ON SEQUENCE ids TO PUBLIC;
        CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE
        AS $$SELECT md5(nextval('ids')::text)::uuid$$
        """
    )
    yield
    conn.execute(row[0])
    conn.execute("DROP SEQUENCE ids")


@pytest.fixture(scope="session")
def places(filled: Database) -> list[Place]:
    """Everyone's places, which copies of the database have too."""
    with filled.connect() as conn:
        return [find(conn, *place) for place in PLACES]


@pytest.fixture
def changing(filled: Database) -> Iterator[Database]:
    """A copy for a test that writes, so that no other has made its indexes grow."""
    database = filled.copy()
    yield database
    database.drop()


@pytest.fixture
def service(filled: Database) -> Iterator[Service]:
    """A service that has called nothing yet."""
    service = Service(filled)
    yield service
    service.close()


@pytest.fixture
def writer(changing: Database) -> Iterator[Service]:
    """A service that may write, and has called nothing yet."""
    service = Service(changing)
    yield service
    service.close()
