"""Databases that calls are measured on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from costs.places import PLACES, Place, find
from support.costs import Service
from support.database import Database, run


@pytest.fixture(scope="session")
def filled(template: Database) -> Iterator[Database]:
    """People, models and what is in them, as `filled.sql` says. Only to be read, so that figures stay what they are."""
    database = template.copy("filled")
    with database.connect() as conn:
        run(conn, Path(__file__).with_name("filled.sql"))
        # Frozen, since a page that the background writer holds just then would otherwise be passed over.
        conn.execute("VACUUM (FREEZE, ANALYZE)")
    yield database
    database.drop()


@pytest.fixture(scope="session")
def places(filled: Database) -> list[Place]:
    """Everyone's places, which copies of the database have too."""
    with filled.connect() as conn:
        return [find(conn, *place) for place in PLACES]


@pytest.fixture(scope="module")
def changing(filled: Database) -> Iterator[Database]:
    """A copy for the tests of one module that write."""
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
