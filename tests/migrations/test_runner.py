"""The runner: what it refuses, that it leaves nothing half done, and that runners take turns."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from support import database as databases
from support.chains import Chain, dump, psql
from support.cluster import Cluster
from support.database import Database
from tmi_db import installation, migrate
from tmi_db.ledger import Step
from tmi_db.sql_files import NO_TRANSACTION, append_checksums
from tmi_db.tool import ToolError
from tmi_db.waiting import lock_key

Connection = psycopg.Connection[Any]

CONCURRENTLY = f"{NO_TRANSACTION}\nCREATE UNIQUE INDEX CONCURRENTLY notes_text_key ON notes (text);\n"
DROP_CONCURRENTLY = f"{NO_TRANSACTION}\nDROP INDEX CONCURRENTLY notes_text_key;\n"


@pytest.fixture
def database(empty_database: Database) -> Database:
    return empty_database


@pytest.fixture
def admin(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


def version(connection: Connection) -> int:
    row = connection.execute("SELECT max(version) FROM tmi.schema_migrations").fetchone()
    assert row
    return int(row[0])


def ledger(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT version, direction FROM tmi.migration_log ORDER BY id").fetchall()


def refusal(call: Callable[[], object]) -> ToolError:
    with pytest.raises(ToolError) as caught:
        call()
    return caught.value


# What is refused


@pytest.mark.parametrize("name", ["001_create_notes.up.sql", "003_number_notes.up.sql"])
def test_an_applied_file_that_was_changed_is_refused_by_name(database: Database, chain: Chain, name: str) -> None:
    migrate.up(database.dsn, options=chain.options())
    chain.write(name, "SELECT 1;")
    chain.add("004_more", "SELECT 1;")
    for call in (migrate.up, migrate.down, migrate.status):
        error = refusal(lambda call=call: call(database.dsn, options=chain.options()))  # type: ignore[misc]
        assert error.message.startswith(f"{name} was changed after it had been applied to schema 'tmi'")


@pytest.mark.parametrize("name", ["001_create_notes.up.sql", "003_number_notes.down.sql"])
def test_a_file_that_differs_from_its_checksum_is_refused_by_name(database: Database, chain: Chain, name: str) -> None:
    append_checksums(chain.root)
    chain.write(name, "SELECT 1;")
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message.startswith(f"{name} differs from what was released")


def test_a_spoilt_list_of_checksums_is_refused(database: Database, chain: Chain) -> None:
    append_checksums(chain.root)
    chain.write("checksums", (chain.folder / "checksums").read_text().replace("0", "x"))
    assert "checksums, line 1" in refusal(lambda: migrate.up(database.dsn, options=chain.options())).message


def test_a_schema_that_is_newer_than_the_files_is_refused(database: Database, chain: Chain) -> None:
    migrate.up(database.dsn, options=chain.options())
    for path in chain.folder.glob("003_*"):
        path.unlink()
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message == "schema 'tmi' is at version 3, and this tmi_db knows none after 2"


def test_a_dirty_schema_is_refused_and_mended_as_the_hint_says(
    database: Database, admin: Connection, chain: Chain
) -> None:
    migrate.up(database.dsn, to=1, options=chain.options())
    admin.execute("UPDATE tmi.schema_migrations SET version = 2, dirty = true")
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert "in the middle of migration 002" in error.message
    assert error.hint
    statement = 'UPDATE "tmi"."schema_migrations" SET version = 1, dirty = false'
    assert f"if they are not, run: {statement};" in error.hint
    admin.execute(statement)
    assert migrate.up(database.dsn, options=chain.options()).after == 3


def test_a_schema_of_two_versions_is_refused(database: Database, admin: Connection, chain: Chain) -> None:
    migrate.up(database.dsn, options=chain.options())
    admin.execute("INSERT INTO tmi.schema_migrations VALUES (2, false)")
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert "holds 2 versions where one is expected: 2, 3" in error.message
    assert 'DELETE FROM "tmi"."schema_migrations" WHERE version <> N' in (error.hint or "")


@pytest.mark.parametrize("number", [0, -1])
def test_a_row_that_holds_no_version_is_refused(
    database: Database, admin: Connection, chain: Chain, number: int
) -> None:
    migrate.up(database.dsn, options=chain.options())
    admin.execute("UPDATE tmi.schema_migrations SET version = %s", (number,))
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message.endswith(f"holds {number}, which is no version")


@pytest.mark.parametrize(
    ("run", "target", "message"),
    [
        (migrate.up, {"to": 4}, "there is no migration 4: they go from 1 to 3"),
        (migrate.up, {"to": -1}, "there is no migration -1: they go from 1 to 3"),
        (migrate.up, {"to": 1}, "the schema is at version 2, from which up does not lead to 1"),
        (migrate.up, {"steps": 2}, "2 migrations were asked for, and 1 are pending"),
        (migrate.up, {"steps": 0}, "0 is no number of migrations"),
        (migrate.up, {"to": 3, "steps": 1}, "a version to reach and a number of steps exclude each other"),
        (migrate.down, {"to": 3}, "the schema is at version 2, from which down does not lead to 3"),
        (migrate.down, {"to": 4}, "there is no migration 4: they go from 1 to 3"),
        (migrate.down, {"steps": 3}, "3 migrations were asked for, and 2 are applied"),
        (migrate.down, {"steps": -1}, "-1 is no number of migrations"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(
    database: Database, chain: Chain, run: Any, target: dict[str, int], message: str
) -> None:
    migrate.up(database.dsn, to=2, options=chain.options())
    error = refusal(lambda: run(database.dsn, options=chain.options(), **target))
    assert (error.message, error.exit_code) == (message, 2)
    assert migrate.status(database.dsn, options=chain.options()).version == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT 1;\nCOMMIT;\nSELECT 2;", "line 2: COMMIT has no place in a migration"),
        ("begin;", "line 1: BEGIN has no place"),
        ("/* */ START TRANSACTION;", "line 1: START has no place"),
        ("SAVEPOINT a;", "line 1: SAVEPOINT has no place"),
        ("PREPARE TRANSACTION 'a';", "line 1: PREPARE has no place"),
        ("COPY notes FROM STDIN;", "line 1: COPY has no standard input"),
        (f"{NO_TRANSACTION}\nVACUUM;", "so it must be a single CREATE INDEX CONCURRENTLY"),
        (f"{CONCURRENTLY}SELECT 1;", "so it must be a single CREATE INDEX CONCURRENTLY"),
        (NO_TRANSACTION, "so it must be a single CREATE INDEX CONCURRENTLY"),
        (
            f"{NO_TRANSACTION}\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON notes (id);",
            "so it must be a single CREATE INDEX CONCURRENTLY",
        ),
        (f"{NO_TRANSACTION}\nCREATE INDEX CONCURRENTLY ON notes (id);", "so it must be a single CREATE INDEX"),
    ],
)
def test_a_file_that_could_stop_half_way_is_refused_before_anything_runs(
    database: Database, admin: Connection, chain: Chain, text: str, reason: str
) -> None:
    chain.add("004_bad", text)
    assert reason in refusal(lambda: migrate.up(database.dsn, options=chain.options())).message
    assert admin.execute("SELECT to_regnamespace('tmi')").fetchone() == (None,)


def test_a_concurrent_index_in_an_ordinary_migration_is_refused_with_what_to_do(
    database: Database, chain: Chain
) -> None:
    chain.add("004_index", CONCURRENTLY.removeprefix(f"{NO_TRANSACTION}\n"))
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert "004_index.up.sql, line 1: CREATE INDEX CONCURRENTLY cannot run inside a transaction block" in error.message
    assert NO_TRANSACTION in (error.hint or "")


@pytest.mark.parametrize("name", ["", "pg_mine", "information_schema", "$user", "x" * 64, "ü" * 32, "a\0b"])
def test_a_name_that_no_schema_can_have_is_refused(database: Database, chain: Chain, name: str) -> None:
    assert "cannot name a schema" in refusal(lambda: migrate.up(database.dsn, name, options=chain.options())).message


def test_a_schema_of_somebody_else_is_refused(database: Database, admin: Connection, chain: Chain) -> None:
    admin.execute("CREATE SCHEMA tmi")
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message == "schema 'tmi' belongs to postgres, not to tmi_owner"


def test_a_login_that_is_no_member_of_the_owner_is_refused(template: Database, chain: Chain) -> None:
    login = template.cluster.dsn("postgres", "test_app")
    with databases.create(template.cluster).connect() as connection:
        installation.initialise(connection, "tmi")
        dsn = template.cluster.dsn(connection.info.dbname, "test_app")
    for call in (migrate.up, migrate.status):
        assert refusal(lambda call=call: call(dsn, options=chain.options())).message == (  # type: ignore[misc]
            "test_app is no member of tmi_owner"
        )
    assert refusal(lambda: migrate.up(login, options=chain.options())).hint == "run `tmi-db init` as a superuser"


def test_a_server_that_is_not_there_is_exit_code_4(chain: Chain, tmp_path: Path) -> None:
    error = refusal(lambda: migrate.up(f"host={tmp_path} dbname=x", options=chain.options()))
    assert error.exit_code == 4


def test_a_connection_in_a_transaction_is_refused(database: Database, chain: Chain) -> None:
    with database.connect(autocommit=False) as connection:
        connection.execute("SELECT 1")
        assert "in a transaction" in refusal(lambda: migrate.up(connection, options=chain.options())).message


def test_the_ledger_is_rewritten_by_nobody_not_even_its_owner(
    database: Database, admin: Connection, chain: Chain
) -> None:
    migrate.up(database.dsn, options=chain.options())
    admin.execute("SET ROLE tmi_owner")
    for statement in (
        b"UPDATE tmi.migration_log SET version = 9",
        b"DELETE FROM tmi.migration_log",
        b"TRUNCATE tmi.migration_log",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute(statement)


@pytest.mark.parametrize("role", [role for role in installation.ROLES if role != "tmi_owner"])
def test_no_other_role_writes_the_runner_s_tables_or_reads_the_ledger(
    database: Database, admin: Connection, chain: Chain, role: str
) -> None:
    migrate.up(database.dsn, options=chain.options())
    # The version may be read for monitoring.
    for table, rights in (("migration_log", "SELECT, INSERT, UPDATE"), ("schema_migrations", "INSERT, UPDATE")):
        assert admin.execute(
            "SELECT has_any_column_privilege(%s, %s, %s) OR has_table_privilege(%s, %s, 'DELETE, TRUNCATE')",
            (role, f"tmi.{table}", rights, role, f"tmi.{table}"),
        ).fetchone() == (False,), table


# What fails leaves nothing behind


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("SELECT 1;\n\nSELECT\n  missing;\n", 'line 4: column "missing" does not exist (42703)'),
        ("SELECT 1;\nSELEC 2;\n", 'line 2: syntax error at or near "SELEC" (42601)'),
        ("\n\nDO $$\nBEGIN\n  RAISE EXCEPTION 'no';\nEND\n$$;\n", "line 3: no (P0001)"),
        ("SELECT 'open;\n", 'line 1: unterminated quoted string at or near "\'open; " (42601)'),
        (
            "CREATE TABLE a (id int PRIMARY KEY);\n"
            "CREATE TABLE b (id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO b VALUES (1);\n",
            'at its commit: insert or update on table "b" violates foreign key constraint "b_id_fkey" (23503)',
        ),
    ],
)
def test_a_failure_names_the_file_and_the_line_and_changes_nothing(
    database: Database, admin: Connection, chain: Chain, text: str, where: str
) -> None:
    migrate.up(database.dsn, to=1, options=chain.options())
    before = dump(database.cluster, database.name)
    chain.write("002_fill_notes.up.sql", text)
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message == f"002_fill_notes.up.sql, {where}; the schema stays at version 1"
    assert error.exit_code == 1
    assert (version(admin), ledger(admin)) == (1, [(1, "up")])
    assert dump(database.cluster, database.name) == before


def test_what_a_migration_warns_of_is_heard_and_what_it_remarks_is_not(database: Database, chain: Chain) -> None:
    chain.add("004_move", "DO $$ BEGIN RAISE NOTICE 'a remark'; RAISE WARNING '3 rows had to go'; END $$;")
    heard: list[str] = []
    migrate.up(database.dsn, "beside", options=chain.options(warn=heard.append))
    assert "3 rows had to go" in heard
    assert "a remark" not in heard


def test_what_was_applied_before_a_failure_is_kept_and_the_next_run_goes_on(
    database: Database, admin: Connection, chain: Chain
) -> None:
    good = (chain.folder / "003_number_notes.up.sql").read_text()
    chain.write("003_number_notes.up.sql", f"{good}SELECT 1 / 0;\n")
    assert "stays at version 2" in refusal(lambda: migrate.up(database.dsn, options=chain.options())).message
    chain.write("003_number_notes.up.sql", good)
    result = migrate.up(database.dsn, options=chain.options())
    assert (result.before, result.after, version(admin)) == (2, 3, 3)


def test_a_step_back_that_fails_changes_nothing(database: Database, admin: Connection, chain: Chain) -> None:
    chain.write("003_number_notes.down.sql", "ALTER TABLE notes DROP COLUMN number;\nSELECT 1 / 0;\n")
    migrate.up(database.dsn, options=chain.options())
    before = dump(database.cluster, database.name)
    error = refusal(lambda: migrate.down(database.dsn, options=chain.options()))
    assert error.message.startswith("003_number_notes.down.sql, line 2: division by zero")
    assert (version(admin), dump(database.cluster, database.name)) == (3, before)


@pytest.mark.parametrize(("to", "after", "version"), [(3, "up 001", 1), (0, "down 002", 1), (1, "down 003", 2)])
def test_a_version_that_another_tool_moves_between_two_migrations_stops_the_run(
    database: Database, admin: Connection, chain: Chain, to: int, after: str, version: int
) -> None:
    def tell(text: str) -> None:
        if text.startswith(after):
            admin.execute("UPDATE tmi.schema_migrations SET dirty = true")

    run = migrate.up
    if to < 3:
        run = migrate.down
        migrate.up(database.dsn, options=chain.options())
    error = refusal(lambda: run(database.dsn, to=to, options=chain.options(tell=tell)))
    assert error.message == f"another tool moved schema 'tmi' away from version {version} meanwhile"
    assert ledger(admin)[-1] == (version + (to < 3), "up" if to == 3 else "down")


# What is done


def test_a_run_records_each_step_with_its_file(database: Database, admin: Connection, chain: Chain) -> None:
    result = migrate.up(database.dsn, options=chain.options())
    assert [(done.version, done.name, done.direction) for done in result.steps] == [
        (1, "create_notes", "up"),
        (2, "fill_notes", "up"),
        (3, "number_notes", "up"),
    ]
    assert admin.execute("SELECT version, dirty FROM tmi.schema_migrations").fetchall() == [(3, False)]
    rows = admin.execute(
        "SELECT version, name, sha256, applied_by, applied_at <= now(), duration > interval '0' "
        "FROM tmi.migration_log ORDER BY id"
    ).fetchall()
    assert rows == [(step.version, step.name, step.up.sha256, "postgres", True, True) for step in chain.migrations]


def test_a_migration_its_version_and_its_line_are_one_transaction(
    database: Database, admin: Connection, chain: Chain
) -> None:
    for version in (1, 2):
        migrate.up(database.dsn, to=version, options=chain.options())
        assert admin.execute(
            "SELECT count(DISTINCT x::text) FROM ("
            "SELECT xmin FROM tmi.schema_migrations "
            "UNION ALL (SELECT xmin FROM tmi.migration_log ORDER BY id DESC LIMIT 1) "
            "UNION ALL SELECT xmin FROM pg_class WHERE oid = 'tmi.notes'::regclass) AS t (x)"
        ).fetchone() == (1,)


def test_a_second_run_does_nothing(database: Database, admin: Connection, chain: Chain) -> None:
    migrate.up(database.dsn, options=chain.options())
    assert migrate.up(database.dsn, options=chain.options()).steps == []
    assert len(ledger(admin)) == 3


def test_row_level_security_hides_no_row_from_a_migration(database: Database, admin: Connection, chain: Chain) -> None:
    migrate.up(database.dsn, options=chain.options())
    assert admin.execute("SELECT number FROM tmi.notes").fetchall() == [(1,)]


def test_a_run_goes_where_it_is_told(database: Database, admin: Connection, chain: Chain) -> None:
    options = chain.options()
    assert migrate.up(database.dsn, steps=2, options=options).after == 2
    assert migrate.up(database.dsn, to=3, options=options).after == 3
    assert migrate.down(database.dsn, options=options).after == 2
    assert migrate.down(database.dsn, steps=1, options=options).after == 1
    assert migrate.up(database.dsn, to=1, options=options).steps == []
    assert migrate.down(database.dsn, to=0, options=options).after == 0
    assert admin.execute("SELECT count(*) FROM tmi.schema_migrations").fetchone() == (0,)
    assert migrate.down(database.dsn, options=options).steps == []
    assert ledger(admin) == [(1, "up"), (2, "up"), (3, "up"), (3, "down"), (2, "down"), (1, "down")]


def test_a_migration_that_was_taken_back_may_change(database: Database, chain: Chain) -> None:
    migrate.up(database.dsn, options=chain.options())
    migrate.down(database.dsn, options=chain.options())
    chain.write("003_number_notes.up.sql", "ALTER TABLE notes ADD COLUMN number bigint;\n")
    assert migrate.up(database.dsn, options=chain.options()).after == 3


def test_status_tells_what_is_applied_and_what_is_pending(database: Database, chain: Chain) -> None:
    fresh = migrate.status(database.dsn, options=chain.options())
    assert (fresh.version, fresh.head, fresh.pending) == (0, 3, 3)
    migrate.up(database.dsn, to=2, options=chain.options())
    found = migrate.status(database.dsn, options=chain.options())
    assert (found.version, found.head, found.pending) == (2, 3, 1)
    assert [(each.version, each.applied, each.applied_by) for each in found.migrations] == [
        (1, True, "postgres"),
        (2, True, "postgres"),
        (3, False, None),
    ]


def test_a_migration_means_the_same_whatever_its_login_has_set(
    database: Database, admin: Connection, chain: Chain
) -> None:
    chain.add(
        "004_settings",
        r"INSERT INTO notes (id, text) VALUES (4, 'a\d'), "
        "(5, '2020-01-01 00:00'::timestamptz::text), (6, (NULL = NULL)::text), "
        "(7, current_setting('row_security'));"
        "\nSELECT pg_sleep(0.6);\nCREATE TABLE kept (id int);\n",
    )
    for setting in (
        "standard_conforming_strings = off",
        "escape_string_warning = off",
        "timezone = 'Asia/Tokyo'",
        "datestyle = 'German'",
        "transform_null_equals = on",
        "default_transaction_read_only = on",
        "default_transaction_isolation = 'serializable'",
        # What is said before it is switched off has to be through by then, on a busy machine too.
        "statement_timeout = '500ms'",
        "row_security = off",
        "search_path = 'pg_catalog'",
        "client_encoding = 'LATIN1'",
    ):
        admin.execute(f"ALTER DATABASE {database.name} SET {setting}".encode())
    migrate.up(database.dsn, options=chain.options())
    admin.execute("SET client_encoding TO 'UTF8'")
    assert admin.execute("SELECT text FROM tmi.notes WHERE id > 3 ORDER BY id").fetchall() == [
        (r"a\d",),
        ("2020-01-01 00:00:00+00",),
        (None,),
        ("on",),
    ]


def test_what_one_file_sets_does_not_reach_the_next(database: Database, admin: Connection, chain: Chain) -> None:
    chain.write(
        "001_create_notes.up.sql", "CREATE TABLE notes (id int, text text);\nSET search_path TO public;\nRESET ROLE;\n"
    )
    migrate.up(database.dsn, options=chain.options())
    assert version(admin) == 3


def test_a_connection_gets_back_all_it_had(database: Database, chain: Chain) -> None:
    with psycopg.connect(database.dsn, autocommit=False, row_factory=dict_row, prepare_threshold=3) as connection:
        connection.execute("SET timezone TO 'Asia/Tokyo'")
        connection.execute("SET search_path TO public")
        connection.commit()
        migrate.up(connection, options=chain.options())
        assert connection.execute(
            "SELECT current_user AS u, current_setting('timezone') AS t, current_setting('search_path') AS s, "
            "current_setting('lock_timeout') AS l, (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS n"
        ).fetchone() == {"u": "postgres", "t": "Asia/Tokyo", "s": "public", "l": "0", "n": 0}
        assert (connection.autocommit, connection.prepare_threshold) == (False, 3)


@pytest.mark.parametrize("name", ["acme", "Acme 1; drop", '"', "50%s", "é x", "select", "x" * 63])
def test_any_name_can_be_a_schema_s(database: Database, admin: Connection, chain: Chain, name: str) -> None:
    migrate.up(database.dsn, name, options=chain.options())
    assert migrate.status(database.dsn, name, options=chain.options()).version == 3
    assert migrate.down(database.dsn, name, to=0, options=chain.options()).after == 0
    assert [each.name for each in installation.schemas(admin)] == [name]


def test_schemas_side_by_side_have_versions_of_their_own(database: Database, chain: Chain) -> None:
    migrate.up(database.dsn, "one", to=1, options=chain.options())
    migrate.up(database.dsn, "two", options=chain.options())
    assert [migrate.status(database.dsn, name, options=chain.options()).version for name in ("one", "two")] == [1, 3]


def test_psql_runs_a_plan_to_the_same_end(cluster: Cluster, chain: Chain) -> None:
    chain.add("004_index", CONCURRENTLY, DROP_CONCURRENTLY)
    ran, planned = databases.create(cluster), databases.create(cluster)
    for direction, call, to in (("up", migrate.up, 2), ("up", migrate.up, 4), ("down", migrate.down, 1)):
        before = dump(cluster, planned.name)
        text = migrate.plan(planned.dsn, direction, to=to, options=chain.options())
        assert dump(cluster, planned.name) == before, "a plan changes nothing"
        psql(cluster, planned.name, text)
        call(ran.dsn, to=to, options=chain.options())
        assert dump(cluster, planned.name) == dump(cluster, ran.name)
        statuses = [migrate.status(each.dsn, options=chain.options()) for each in (planned, ran)]
        assert statuses[0].version == statuses[1].version == to


def test_golang_migrate_reads_and_moves_the_version(database: Database, admin: Connection, chain: Chain) -> None:
    """Its statements, as its driver sends them."""
    with admin.transaction():
        installation.initialise(admin, "tmi")
        admin.execute("SET LOCAL ROLE tmi_owner")
        admin.execute(
            'CREATE TABLE "tmi"."schema_migrations" (version bigint not null primary key, dirty boolean not null)'
        )
    migrate.up(database.dsn, to=1, options=chain.options())
    seen = admin.execute('SELECT version, dirty FROM "tmi"."schema_migrations" LIMIT 1').fetchall()
    assert seen == [(1, False)]
    with admin.transaction():
        admin.execute("SET LOCAL search_path TO tmi")
        admin.execute((chain.folder / "002_fill_notes.up.sql").read_bytes())
        admin.execute('TRUNCATE "tmi"."schema_migrations"')
        admin.execute('INSERT INTO "tmi"."schema_migrations" (version, dirty) VALUES (%s, %s)', (2, False))
    assert migrate.up(database.dsn, options=chain.options()).steps[0].version == 3
    found = migrate.status(database.dsn, options=chain.options())
    assert [(each.applied, each.applied_by) for each in found.migrations] == [
        (True, "postgres"),
        (True, None),
        (True, "postgres"),
    ]


def test_an_old_server_that_others_can_reach_is_warned_about(
    durable_cluster: Callable[..., Cluster], chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = durable_cluster(cluster_name="production")
    with server.connect() as connection:
        major, minor = divmod(connection.info.server_version, 10000)
    warnings: list[str] = []
    for fixed in (minor, minor + 1):
        monkeypatch.setattr(migrate, "_FIXED", {major: fixed})
        migrate.up(server.dsn(), options=chain.options(warn=warnings.append))
    assert warnings == [
        f"PostgreSQL {major}.{minor} lacks the security fixes of November 2026 ({major}.{minor + 1}): update the server"
    ]


def test_the_embedded_server_is_not_warned_about(
    database: Database, admin: Connection, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_FIXED", {admin.info.server_version // 10000: 99})
    warnings: list[str] = []
    migrate.up(database.dsn, options=chain.options(warn=warnings.append))
    assert warnings == []


# Runners take turns


def test_eight_runners_at_once_apply_each_migration_once(database: Database, admin: Connection, chain: Chain) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom tmi_db import migrate\n"
        "sys.stdin.readline()\n"
        "migrate.up(sys.argv[1], options=migrate.Options(root=Path(sys.argv[2])))\n"
    )
    command = [sys.executable, "-c", program, database.dsn, str(chain.root)]
    runners = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    for runner in runners:
        assert runner.stdin
        runner.stdin.write("go\n")
        runner.stdin.flush()
    errors = [runner.communicate()[1] for runner in runners]
    assert errors == [""] * 8
    assert ledger(admin) == [(1, "up"), (2, "up"), (3, "up")]


def test_a_runner_does_not_wait_longer_than_it_may(database: Database, admin: Connection, chain: Chain) -> None:
    admin.execute("SELECT pg_advisory_lock(%s)", (lock_key("tmi"),))
    error = refusal(lambda: migrate.up(database.dsn, options=chain.options()))
    assert error.message.startswith(
        f"another session holds the migration lock of schema 'tmi': pid {admin.info.backend_pid}, user postgres"
    )


def test_a_runner_waits_for_another_without_a_transaction_and_says_for_whom(
    database: Database, admin: Connection, chain: Chain
) -> None:
    holder = database.connect()
    pid = holder.info.backend_pid
    holder.execute("SELECT pg_advisory_lock(%s)", (lock_key("tmi"),))
    told: list[str] = []

    def pause(_: float) -> None:
        row = admin.execute(
            "SELECT count(*) FILTER (WHERE state = 'idle'), count(*) FILTER (WHERE backend_xmin IS NOT NULL) "
            "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tmi-db'"
        ).fetchone()
        assert row == (1, 0), "a snapshot that waits would be waited for by CREATE INDEX CONCURRENTLY"
        holder.close()

    result = migrate.up(database.dsn, options=chain.options(wait=60, tell=told.append, pause=pause))
    assert result.after == 3
    assert told[0].startswith(f"waiting for another runner on schema 'tmi': pid {pid}")


def test_the_lock_of_one_schema_holds_up_no_other(database: Database, chain: Chain) -> None:
    def watch(step: Step, done: int, count: int) -> None:
        if (step.migration.version, done) == (3, count):
            assert migrate.up(database.dsn, "two", options=chain.options()).after == 3

    assert migrate.up(database.dsn, "one", options=chain.options(watch=watch)).after == 3


# Locks that others hold


@contextmanager
def reader_of_notes(database: Database) -> Iterator[Connection]:
    with database.connect(autocommit=False) as connection:
        connection.execute("SELECT FROM tmi.notes")
        yield connection


def test_locks_that_are_never_free_leave_everything_as_it_was_and_name_who_holds_them(
    database: Database, admin: Connection, chain: Chain
) -> None:
    migrate.up(database.dsn, to=2, options=chain.options())
    with reader_of_notes(database) as reader:
        error = refusal(lambda: migrate.up(database.dsn, options=chain.options(retries=1, pause=lambda _: None)))
        holder = reader.info.backend_pid
    assert error.message.startswith(
        f"003_number_notes.up.sql, line 1: its locks were not free in 2 attempts, held by pid {holder}, user postgres"
    )
    assert "idle in transaction" in error.message
    assert version(admin) == 2


def test_a_long_reader_delays_the_migration_and_nobody_else(
    database: Database, admin: Connection, chain: Chain
) -> None:
    migrate.up(database.dsn, to=2, options=chain.options())
    told: list[str] = []
    read: list[tuple[Any, ...]] = []
    with reader_of_notes(database) as reader, database.connect() as other:
        # Far less than the reader would make it wait, and more than the migration may.
        other.execute("SET lock_timeout TO '6s'")

        def read_behind_the_migration() -> None:
            _until(admin, "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE notes%'")
            read.extend(other.execute("SELECT id FROM tmi.notes"))

        behind = threading.Thread(target=read_behind_the_migration)

        def watch(step: Step, done: int, _: int) -> None:
            if not behind.ident:
                behind.start()

        def pause(seconds: float) -> None:
            assert seconds >= 1, "the pause is at least as long as others waited"
            behind.join()
            assert read == [(1,)], "who queued behind the migration got on, though the long reader is still there"
            reader.rollback()

        options = chain.options(lock_timeout=1, retries=5, tell=told.append, pause=pause, watch=watch)
        assert migrate.up(database.dsn, options=options).after == 3
    assert told[0].startswith("up 003 number_notes did not get its locks; attempt 2 in ")


def test_a_deadlock_is_tried_again(database: Database, admin: Connection, chain: Chain) -> None:
    chain.add("004_two_tables", "CREATE TABLE pages (id int);\n")
    chain.add("005_lock_both", "LOCK TABLE notes;\nLOCK TABLE pages;\n")
    migrate.up(database.dsn, to=4, options=chain.options())
    # The migration finds the deadlock first, and so is its victim.
    admin.execute(f"ALTER DATABASE {database.name} SET deadlock_timeout TO '20ms'".encode())
    with database.connect(autocommit=False) as other:
        other.execute("SET deadlock_timeout TO '5min'")
        other.execute("LOCK TABLE tmi.pages")
        crossing = threading.Thread(target=lambda: other.execute("LOCK TABLE tmi.notes"))

        def watch(step: Step, done: int, _: int) -> None:
            if done == 1 and not crossing.ident:
                crossing.start()
                _until(
                    admin, "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE query = 'LOCK TABLE tmi.notes'"
                )

        def pause(_: float) -> None:
            crossing.join()
            other.commit()

        result = migrate.up(database.dsn, options=chain.options(retries=1, lock_timeout=60, watch=watch, pause=pause))
    assert result.after == 5


def _until(admin: Connection, query: str) -> None:
    """Ask the server until it says yes."""
    deadline = time.monotonic() + 120
    while admin.execute(query.encode()).fetchone() != (True,):
        assert time.monotonic() < deadline, query


# Indexes that are built while everybody writes


@pytest.fixture
def indexed(database: Database, chain: Chain) -> Chain:
    chain.add("004_index_notes", CONCURRENTLY, DROP_CONCURRENTLY)
    migrate.up(database.dsn, to=3, options=chain.options())
    return chain


def index_is_valid(admin: Connection) -> bool | None:
    row = admin.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('tmi.notes_text_key')"
    ).fetchone()
    return row[0] if row else None


def test_an_index_that_cannot_be_built_is_not_left_behind(
    database: Database, admin: Connection, indexed: Chain
) -> None:
    admin.execute("INSERT INTO tmi.notes VALUES (2, 'one')")
    error = refusal(lambda: migrate.up(database.dsn, options=indexed.options()))
    assert error.message == (
        'could not create unique index "notes_text_key"'.join(
            ("004_index_notes.up.sql, line 2: ", " (23505); the schema stays at version 3")
        )
    )
    assert (index_is_valid(admin), version(admin)) == (None, 3)


def test_an_index_that_a_crash_left_invalid_is_built_anew(
    database: Database, admin: Connection, indexed: Chain
) -> None:
    admin.execute("INSERT INTO tmi.notes VALUES (2, 'one')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        admin.execute("CREATE UNIQUE INDEX CONCURRENTLY notes_text_key ON tmi.notes (text)")
    assert index_is_valid(admin) is False
    admin.execute("DELETE FROM tmi.notes WHERE id = 2")
    migrate.up(database.dsn, options=indexed.options())
    assert (index_is_valid(admin), version(admin)) == (True, 4)


def test_an_index_that_was_built_before_the_crash_is_recorded(
    database: Database, admin: Connection, indexed: Chain
) -> None:
    def die(step: Step, done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate.up(database.dsn, options=indexed.options(watch=die))
    built = admin.execute("SELECT 'tmi.notes_text_key'::regclass::oid").fetchone()
    assert version(admin) == 3
    migrate.up(database.dsn, options=indexed.options())
    assert admin.execute("SELECT 'tmi.notes_text_key'::regclass::oid").fetchone() == built
    assert (version(admin), ledger(admin)[-1]) == (4, (4, "up"))


def test_an_index_of_the_same_name_on_another_table_is_not_taken_for_it(
    database: Database, admin: Connection, indexed: Chain
) -> None:
    admin.execute("CREATE TABLE tmi.other (text text)")
    admin.execute("CREATE INDEX notes_text_key ON tmi.other (text)")
    error = refusal(lambda: migrate.up(database.dsn, options=indexed.options()))
    assert 'relation "notes_text_key" already exists' in error.message


def test_an_index_is_dropped_while_everybody_writes_and_once_only(
    database: Database, admin: Connection, indexed: Chain
) -> None:
    migrate.up(database.dsn, options=indexed.options())

    def die(step: Step, done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate.down(database.dsn, options=indexed.options(watch=die))
    assert (index_is_valid(admin), version(admin)) == (None, 4)
    migrate.down(database.dsn, options=indexed.options())
    assert (version(admin), ledger(admin)[-1]) == (3, (4, "down"))


def test_an_index_waits_for_old_transactions_and_says_so(database: Database, admin: Connection, indexed: Chain) -> None:
    told: list[str] = []
    with database.connect(autocommit=False) as writer:
        writer.execute("INSERT INTO tmi.notes VALUES (2, 'two')")
        pid = writer.info.backend_pid

        def tell(text: str) -> None:
            told.append(text)
            if text.startswith("waiting for pid"):
                # Past the time after which a migration in a transaction would have given way.
                _until(
                    admin,
                    "SELECT count(*) FILTER (WHERE clock_timestamp() - query_start < interval '0.3 s') = 0 "
                    "FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX%' AND state = 'active'",
                )
                writer.commit()

        assert migrate.up(database.dsn, options=indexed.options(tell=tell, lock_timeout=0.05)).after == 4
    assert told[0].startswith(f"waiting for pid {pid}")
