"""Fixtures for every test: a server, a template database, clones of it, and people to act as."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from support.cluster import Cluster, find_binaries, sweep


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tmi_db")
    group.addoption(
        "--pg",
        default=os.environ.get("TMI_TEST_PG") or None,
        help="server to test on: a major version or a folder of binaries (default: the newest installed; TMI_TEST_PG)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        sweep()


def pytest_unconfigure(config: pytest.Config) -> None:
    # Workers that were interrupted can't clean up after themselves; their controller outlives them.
    if not hasattr(config, "workerinput"):
        sweep()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of this worker's own, without durability: fast, and gone at the end."""
    server = Cluster(find_binaries(request.config.getoption("--pg")))
    yield server
    server.remove()


@pytest.fixture
def durable_cluster(request: pytest.FixtureRequest) -> Iterator[Callable[..., Cluster]]:
    """Start private servers with fsync on, for tests that crash or restart them; keywords are settings."""
    servers: list[Cluster] = []

    def start(**settings: str) -> Cluster:
        servers.append(Cluster(find_binaries(request.config.getoption("--pg")), settings, durable=True))
        return servers[-1]

    yield start
    for server in servers:
        server.remove()
