"""The tests' own server: it survives a crash, and a killed run leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from support import cluster as module
from support.cluster import Cluster, command_of, sweep


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
        "from pathlib import Path\n"
        "print(Cluster(Path(sys.argv[2])).folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    tests = str(Path(module.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", program, tests, str(cluster.bin_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip())
        postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        assert command_of(postmaster)
        sweep()
        assert folder.is_dir(), "a cluster in use was swept"
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        sweep()
    assert not folder.exists()
    assert not command_of(postmaster), "its server still runs"
    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
