"""Takes over a schema that other tools built: only when it is, in every object, what the chain builds at a version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from tmi_db import drift, fingerprint, installation, ledger, sql_files
from tmi_db.drift import Finding, Settings
from tmi_db.fingerprint import Attributes, Fingerprint, Key
from tmi_db.ledger import Step
from tmi_db.owner import session
from tmi_db.remaking import table_of
from tmi_db.tool import ToolError
from tmi_db.waiting import sole_runner

_OURS = ("schema_migrations", "migration_log")


@dataclass(frozen=True)
class Adoption:
    """What came of it: the version, what differs from it, and how many lines were written into the ledger."""

    schema: str
    version: int
    findings: list[Finding]
    written: int


def adopt(dsn: str, schema: str = "tmi", settings: Settings | None = None, *, dry_run: bool = False) -> Adoption:
    """Write the ledger of a schema that was built by other means, if it is what the chain builds.

    Args:
        dsn: the database, by a superuser or a member of tmi_owner.
        schema: the schema; it must belong to tmi_owner.
        settings: how to look; `version` says the version where golang-migrate's table does not, or is not there.
        dry_run: compare, and write nothing.

    Returns:
        The version, and what differs; when anything does, nothing was written.

    Raises:
        ToolError: the version is not known, or not one of the chain's; the ledger holds another; rights are lacking.
    """
    settings = settings or Settings()
    chain = sql_files.migrations(settings.root)
    sql_files.verify_checksums(settings.root)
    # Held to the end, so that what is compared is what is taken over.
    with session(dsn) as conn, sole_runner(conn, schema, settings.wait, settings.tell, settings.pause):
        recorded = _recorded(conn, schema)
        if settings.version is None and recorded is None:
            raise ToolError("nothing says which version this is", 2, hint="say it with --version N")
        if settings.version is not None and recorded is not None and settings.version != recorded:
            raise ToolError(f"schema_migrations says version {recorded}, not {settings.version}", 2)
        version = settings.version if recorded is None else recorded
        assert version is not None
        if not 1 <= version <= len(chain):
            raise ToolError(f"there is no migration {version}: they go from 1 to {len(chain)}", 2)
        with psycopg.connect(dsn, autocommit=True) as onlooker:
            # The lock is held here already, so this session must not ask for it.
            live = drift.snapshot(onlooker, schema, replace(settings, version=version))
        with drift.expected_side(dsn, live, settings) as (_, expected, _built):
            findings = drift.findings(_without_ours(expected), _without_ours(live.objects.inside()))
        if findings or dry_run:
            return Adoption(schema, version, findings, 0)
        return Adoption(schema, version, [], _write(conn, schema, chain[:version], version))


def _recorded(conn: psycopg.Connection[Any], schema: str) -> int | None:
    """Read the version that golang-migrate wrote, if it wrote one."""
    with conn.transaction():
        installation.act_as_owner(conn, schema)
        row = conn.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
        if not (row and row[0]):
            return None
        rows = conn.execute("SELECT version, dirty FROM schema_migrations").fetchall()
    if len(rows) > 1 or any(dirty for _, dirty in rows):
        raise ToolError(
            f"schema_migrations of schema {schema!r} is dirty or holds several versions",
            hint="`tmi-db migrate status` says how to mend it",
        )
    return int(rows[0][0]) if rows else None


def _write(conn: psycopg.Connection[Any], schema: str, chain: list[sql_files.Migration], version: int) -> int:
    with conn.transaction():
        installation.act_as_owner(conn, schema)
        for statement in ledger.tables_sql():
            conn.execute(statement.encode())
        conn.execute(
            sql.SQL("INSERT INTO {0} SELECT {1}, false WHERE NOT EXISTS (SELECT FROM {0})").format(
                sql.Identifier(schema, "schema_migrations"), sql.Literal(version)
            )
        )
        known = {int(row[0]) for row in conn.execute("SELECT version FROM migration_log")}
        missing = [each for each in chain if each.version not in known]
        for migration in missing:
            conn.execute(ledger.log_sql(conn, schema, Step(migration, "up"), timedelta(0)).encode())
    return len(missing)


def _without_ours(whole: Fingerprint) -> Fingerprint:
    """Leave out the runner's own tables, which adoption makes."""
    objects: Mapping[Key, Attributes] = {
        key: attributes for key, attributes in whole.objects.items() if not _is_ours(key, attributes)
    }
    return fingerprint.Fingerprint(whole.server_version, objects)


def _is_ours(key: Key, attributes: Attributes) -> bool:
    table = key.identity if key.kind == "table" else table_of(key, attributes)
    if key.kind == "sequence":
        table = str(attributes.get("owned_by", "")).partition(".")[0]
    return table in _OURS
