"""The tests' own server: it survives a crash, and a killed run leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from support.cluster import Cluster, sweep

TESTS = Path(__file__).parents[1]


def test_the_server_is_reached_through_a_unix_socket_only(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_nothing_is_lost_when_a_durable_server_is_killed(durable_cluster: Callable[..., Cluster]) -> None:
    server = durable_cluster()
    server.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.kill9()
    with pytest.raises(psycopg.OperationalError):
        server.connect()
    server.start()
    with server.connect() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_durable_server_keeps_its_settings_over_a_restart(durable_cluster: Callable[..., Cluster]) -> None:
    server = durable_cluster(max_connections="17")
    server.restart()
    with server.connect() as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("17",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_the_cluster_of_a_killed_run_is_swept_and_a_living_one_is_not(cluster: Cluster) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from support.cluster import Cluster\n"
        "from tmi_db.server import locate\n"
        "cluster = Cluster(locate(sys.argv[2]))\n"
        "print(cluster.folder, cluster.dsn(), sep='\\n', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(TESTS), str(cluster.installation.bin_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        folder, dsn = Path(run.stdout.readline().strip()), run.stdout.readline().strip()
        sweep()
        with psycopg.connect(dsn) as connection:
            run.kill()
            run.wait()
            sweep()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
    assert not folder.exists()
    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
