"""The embedded server: what it refuses, what it survives, and who can reach it."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tmi_db.account import Account, readable_copy
from tmi_db.postgresql import Installation
from tmi_db.server import Server, installations, locate
from tmi_db.tool import ToolError

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# Starts as whoever runs the tests, whose interpreter the other user may not be allowed to run.
AS_NOBODY = """
import contextlib, io, os, pwd, sys
from tmi_db.cli import common, main
from tmi_db.tool import ToolError
with contextlib.redirect_stderr(io.StringIO()):
    common.complain(ToolError("what is imported on first use must be so before"))
entry = pwd.getpwnam("nobody")
os.setgroups([]); os.setgid(entry.pw_gid); os.setuid(entry.pw_uid)
sys.argv = ["tmi-db", *sys.argv[1:]]
main()
"""


@pytest.fixture
def installation(request: pytest.FixtureRequest) -> Installation:
    return locate(request.config.getoption("--pg"))


@pytest.fixture
def make(folder: Path, installation: Installation) -> Iterator[Callable[..., Server]]:
    """`make()` describes a server; `make("b", fsync="off")` another one, with a setting. All are removed afterwards."""
    with contextlib.ExitStack() as stack:

        def server(
            name: str = "a", programs: Installation | None = installation, *, durable: bool = False, **settings: str
        ) -> Server:
            made = Server(folder / name, programs, settings=settings, durable=durable)
            stack.callback(made.destroy)
            return made

        yield server


@pytest.fixture
def server(make: Callable[..., Server]) -> Server:
    return make()


def ask(server: Server, query: str) -> object:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def do(server: Server, statement: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())


def kill9(server: Server) -> None:
    """End the main process as a failing machine would, and only that process."""
    pid = server.status().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    while server.status().running:
        pass


def tool(*arguments: str, folder: Path, code: str = "") -> subprocess.Popen[str]:
    """Run tmi-db in a process of its own, for a server in `folder`."""
    command = ["-c", code] if code else ["-m", "tmi_db"]
    environment = {"PATH": os.environ["PATH"], "TMI_DB_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, *command, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


class TestRefusals:
    def test_a_folder_that_holds_something_else_is_left_as_it_is(self, folder: Path, server: Server) -> None:
        precious = folder / "a"
        precious.mkdir(mode=0o755)
        (precious / "letter.txt").write_text("dear")
        before = precious.stat()
        with pytest.raises(ToolError, match="holds something else already"):
            server.start()
        after = precious.stat()
        assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)
        assert [each.name for each in precious.iterdir()] == ["letter.txt"]

    def test_destroying_removes_nothing_that_it_has_not_made(self, folder: Path, server: Server) -> None:
        server.start()
        (server.home / "letter.txt").write_text("dear")
        server.destroy()
        assert [each.name for each in server.home.iterdir()] == ["letter.txt"]
        assert not server.destroy()
        assert [each.name for each in server.home.iterdir()] == ["letter.txt"]

    def test_a_file_in_the_way_is_named(self, folder: Path, server: Server) -> None:
        (folder / "a").write_text("")
        with pytest.raises(ToolError, match=re.escape(f"{folder / 'a'}")):
            server.start()

    def test_a_folder_that_cannot_be_made_is_named_with_a_way_out(self) -> None:
        with pytest.raises(ToolError, match=r"cannot make /proc/tmi-db") as caught:
            Server("/proc/tmi-db").start()
        assert caught.value.hint
        assert "TMI_DB_DATA" in caught.value.hint

    def test_data_of_another_major_version_are_not_touched(self, server: Server) -> None:
        server.start()
        server.stop()
        version = server.home / "data" / "PG_VERSION"
        version.write_text("9\n")
        with pytest.raises(ToolError, match="made by PostgreSQL 9") as caught:
            server.start()
        assert caught.value.hint
        assert "install PostgreSQL 9" in caught.value.hint
        assert version.read_text() == "9\n"

    def test_damaged_data_are_called_so_and_can_be_discarded(self, server: Server) -> None:
        server.start()
        server.stop()
        (server.home / "data" / "global" / "pg_control").unlink()
        with pytest.raises(ToolError, match="damaged") as caught:
            server.start()
        assert caught.value.hint
        assert "tmi-db server destroy" in caught.value.hint
        server.destroy()
        server.start()
        assert server.status().running

    def test_a_setting_that_postgresql_does_not_take_is_reported_in_its_words(
        self, make: Callable[..., Server]
    ) -> None:
        server = make(max_connections="none")
        with pytest.raises(ToolError, match=r'does not start: .*"max_connections"') as caught:
            server.start()
        assert caught.value.hint
        assert Path(caught.value.hint.removeprefix("its log is ")).is_file()
        assert not server.status().running

    @only_root
    def test_another_user_is_told_whose_server_it_is(self, folder: Path, server: Server) -> None:
        server.start()
        nobody = pwd.getpwnam("nobody")
        if server.home.stat().st_uid == nobody.pw_uid:
            os.chown(server.home, 1, 1)
        asked = tool("server", "stop", folder=folder / "a", code=AS_NOBODY)
        _, complaint = asked.communicate()
        assert asked.returncode == 1
        assert complaint.startswith(f"error: {folder / 'a'} belongs to another user\n")
        assert server.status().running


class TestCrashes:
    def test_what_was_committed_outlives_a_killed_server(self, make: Callable[..., Server]) -> None:
        server = make(durable=True)
        server.start()
        do(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill9(server)
        server.start()
        assert ask(server, "SELECT answer FROM kept") == 42

    def test_a_busy_backend_of_a_killed_server_does_not_block_the_next_start(self, server: Server) -> None:
        server.start()
        begun = threading.Event()

        def keep_busy() -> None:
            with psycopg.connect(server.dsn()) as connection, contextlib.suppress(psycopg.OperationalError):
                begun.set()
                connection.execute("SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000) b")

        busy = threading.Thread(target=keep_busy)
        busy.start()
        begun.wait()
        while not ask(
            server, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%1000000000%b'"
        ):
            pass
        kill9(server)
        server.start()
        assert ask(server, "SELECT 1") == 1
        busy.join()

    @pytest.mark.parametrize("content", ["", "rubbish\n", "{stranger}\n/nowhere\n"])
    def test_a_pid_file_that_is_left_does_not_block_the_next_start(
        self, server: Server, stranger: int, content: str
    ) -> None:
        server.start()
        pid_file = server.home / "data" / "postmaster.pid"
        rest = pid_file.read_text().partition("\n")[2]
        kill9(server)
        if "{stranger}" in content:
            content = f"{stranger}\n{rest}"
        pid_file.write_text(content)
        server.start()
        assert server.status().pid not in {None, stranger}

    def test_a_socket_lock_of_a_stranger_does_not_block_the_next_start(self, server: Server, stranger: int) -> None:
        server.start()
        lock = server.home / ".s.PGSQL.5432.lock"
        content = lock.read_text().partition("\n")[2]
        kill9(server)
        lock.write_text(f"{stranger}\n{content}")
        server.start()
        assert server.status().running

    def test_a_stranger_with_the_servers_number_is_neither_the_server_nor_stopped(
        self, server: Server, stranger: int
    ) -> None:
        server.start()
        kill9(server)
        (server.home / "data" / "postmaster.pid").write_text(f"{stranger}\n")
        assert not server.status().running
        assert not server.stop()
        os.kill(stranger, 0)

    def test_data_that_were_never_complete_are_made_again(self, folder: Path, server: Server) -> None:
        interrupted = tool("server", "start", folder=folder / "a")
        while not (folder / "a" / "data.new" / "base").exists():
            assert interrupted.poll() is None
        os.killpg(interrupted.pid, signal.SIGKILL)
        interrupted.communicate()
        assert not (folder / "a" / "data").exists()
        server.start()
        assert ask(server, "SELECT current_database()") == "tmi"
        assert not (folder / "a" / "data.new").exists()

    def test_a_folder_that_was_not_yet_handed_over_to_its_user_is_the_servers_home(
        self, folder: Path, server: Server
    ) -> None:
        (folder / "a").mkdir(mode=0o700)
        server.start()
        assert server.home == folder / "a"

    @pytest.fixture
    def stranger(self, server: Server) -> Iterator[int]:
        """A living process of the server's own user: what takes over a number after a restart of the machine."""
        account = Account.unprivileged()
        root = os.geteuid() == 0
        process = subprocess.Popen(
            ["sleep", "600"], user=account.uid if root else None, extra_groups=[] if root else None
        )
        yield process.pid
        process.kill()
        process.wait()


class TestStarting:
    def test_four_starts_at_once_give_one_server(self, folder: Path, server: Server) -> None:
        starts = [tool("server", "start", folder=folder / "a") for _ in range(4)]
        answers = [each.communicate()[0] for each in starts]
        assert [each.returncode for each in starts] == [0, 0, 0, 0]
        assert set(answers) == {f"{server.dsn()}\n"}
        assert (folder / "a" / "server.log").read_text().count("ready to accept connections") == 1

    def test_starting_and_stopping_twice_is_no_failure(self, server: Server) -> None:
        assert server.start() == server.start()
        assert server.stop()
        assert not server.stop()
        assert server.status().pid is None

    def test_data_stay_when_the_server_is_stopped_and_go_when_it_is_destroyed(self, server: Server) -> None:
        server.start()
        do(server, "CREATE TABLE kept ()")
        server.stop()
        server.start()
        assert ask(server, "SELECT to_regclass('kept')::text") == "kept"
        assert server.destroy()
        assert not server.home.exists()
        server.start()
        assert ask(server, "SELECT to_regclass('kept')::text") is None

    def test_a_database_that_was_dropped_is_made_again(self, server: Server) -> None:
        server.start()
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE tmi")
        server.start()
        assert ask(server, "SELECT current_database()") == "tmi"

    def test_two_servers_run_side_by_side(self, make: Callable[..., Server]) -> None:
        with make("a") as first, make("b") as second:
            do(first, "CREATE TABLE only_here ()")
            assert ask(second, "SELECT to_regclass('only_here')::text") is None
        assert not first.status().running
        assert not second.status().running

    def test_settings_of_the_caller_win(self, make: Callable[..., Server]) -> None:
        with make(timezone="Asia/Tokyo", fsync="on") as server:
            assert ask(server, "SHOW timezone") == "Asia/Tokyo"
            assert ask(server, "SHOW fsync") == "on"
            assert ask(server, "SHOW full_page_writes") == "off"

    def test_a_server_is_durable_where_that_is_asked_for(self, make: Callable[..., Server]) -> None:
        with make(durable=True) as server:
            assert {ask(server, f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit")} == {
                "on"
            }
            assert ask(server, "SHOW data_checksums") == "on"

    def test_letters_of_every_language_fold(self, server: Server) -> None:
        server.start()
        assert ask(server, "SELECT lower('ÄÖØ')") == "äöø"

    def test_the_status_of_a_stopped_server_names_the_version_of_its_data(
        self, server: Server, installation: Installation
    ) -> None:
        assert server.status().version is None
        server.start()
        assert server.status().version == installation.version
        server.stop()
        assert server.status().version == str(installation.major)
        assert server.status().pid is None


class TestReach:
    def test_nobody_else_can_enter_the_folder_of_the_socket(self, server: Server) -> None:
        server.start()
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert ask(server, "SHOW listen_addresses") == ""

    def test_the_server_never_runs_as_root(self, server: Server) -> None:
        server.start()
        pid = server.status().pid
        assert Path(f"/proc/{pid}").stat().st_uid == Account.unprivileged().uid != 0

    @only_root
    def test_an_ordinary_user_starts_a_server_of_their_own(self, folder: Path, make: Callable[..., Server]) -> None:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        started = tool("server", "start", folder=folder / "a", code=AS_NOBODY)
        dsn, complaint = started.communicate()
        assert started.returncode == 0, complaint
        with psycopg.connect(dsn.strip()) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("postgres",)
        assert (folder / "a" / "data").stat().st_uid == nobody.pw_uid
        # Root looks after it as its owner would, whose server is the machine's own, not the one under test.
        server = make(programs=None)
        assert server.stop()
        server.start()
        assert (folder / "a" / "data").stat().st_uid == nobody.pw_uid

    @pytest.mark.parametrize("name", ["d" * 90, "a b", "a,b", "it's", '"quoted"', "größe", "$HOME"])
    def test_a_folder_whose_name_no_socket_can_bear_is_no_obstacle(
        self, make: Callable[..., Server], name: str
    ) -> None:
        with make(name) as server:
            assert ask(server, "SELECT 1") == 1
            assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
            assert server.socket_dir != server.home
            assert server.home.name == name
        server.destroy()
        assert not server.socket_dir.exists()

    def test_a_folder_of_somebody_else_is_not_trusted_with_the_socket(self, make: Callable[..., Server]) -> None:
        server = make("a b")
        server.socket_dir.symlink_to("/tmp")
        try:
            with pytest.raises(ToolError, match="in the way"):
                server.start()
        finally:
            server.socket_dir.unlink()

    @only_root
    def test_what_somebody_else_put_into_var_tmp_is_not_taken_for_ones_own(
        self, folder: Path, make: Callable[..., Server]
    ) -> None:
        (folder / "private").mkdir(mode=0o700)
        trap = make("private/a").home
        assert trap.parent == Path("/var/tmp")
        (trap / "data").mkdir(parents=True)
        try:
            for path in (trap, trap / "data"):
                os.chown(path, 1, 1)
            with pytest.raises(ToolError, match="in the way"):
                make("private/a").start()
        finally:
            shutil.rmtree(trap)

    def test_data_lie_where_the_servers_user_can_reach_them(self, folder: Path, make: Callable[..., Server]) -> None:
        private = folder / "private"
        private.mkdir(mode=0o700)
        with make("private/a") as server:
            assert ask(server, "SELECT 1") == 1
        reachable = Account.unprivileged().uid == os.geteuid()
        assert (server.home == private / "a") == reachable
        server.destroy()
        assert not server.home.exists()

    def test_programs_that_the_servers_user_may_not_read_run_from_a_copy(
        self, folder: Path, make: Callable[..., Server]
    ) -> None:
        wheel = next(each for each in installations() if each.folders)
        private = folder / "private"
        private.mkdir(mode=0o700)
        folders = tuple(private / each.name for each in wheel.folders)
        for source, target in zip(wheel.folders, folders, strict=True):
            shutil.copytree(source, target)
        unreadable = replace(wheel, bin_dir=folders[0] / wheel.bin_dir.relative_to(wheel.folders[0]), folders=folders)
        copy = readable_copy(unreadable, Account.unprivileged())
        try:
            with make("a", unreadable) as server:
                assert ask(server, "SHOW server_version") == wheel.version
                running = Path(f"/proc/{server.status().pid}/exe").readlink().parent
            assert running == copy.bin_dir
            assert (running == unreadable.bin_dir) == (os.geteuid() != 0)
        finally:
            if copy != unreadable:
                shutil.rmtree(copy.bin_dir.parents[2])
