"""Chains of migrations for tests, and what a database looks like from outside."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tmi_db import migrate
from tmi_db.sql_files import Migration, migrations, sql_root

from support.cluster import Cluster


class Chain:
    """Migrations in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "migrations"
        self.folder.mkdir(parents=True)

    def add(self, name: str, up: str, down: str = "") -> Chain:
        """Append a migration."""
        self.write(f"{name}.up.sql", up)
        self.write(f"{name}.down.sql", down)
        return self

    def write(self, name: str, text: str) -> None:
        """Write a file, or write over one."""
        (self.folder / name).write_text(text)

    def options(self, **options: Any) -> migrate.Options:
        """How to run these migrations: without waiting for anything, unless told otherwise."""
        return migrate.Options(root=self.root, **({"retries": 0, "wait": 0, "lock_timeout": 0.2} | options))

    @property
    def migrations(self) -> list[Migration]:
        """What a runner reads."""
        return migrations(self.root)


def copy_of_the_real_chain(root: Path) -> Chain:
    """Copy the project's migrations, without their checksums, so that tests can spoil them."""
    chain = Chain(root)
    for path in (sql_root() / "migrations").glob("*.sql"):
        chain.write(path.name, path.read_text())
    return chain


def dump(cluster: Cluster, dbname: str) -> str:
    """The database's structure as pg_dump writes it, with owners, rights and comments; without remarks."""
    command = [str(cluster.bin_dir / "pg_dump"), "--schema-only", "--dbname", cluster.dsn(dbname)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # Newer minor versions guard the text by a random word.
    return "\n".join(line for line in text.splitlines() if line and not line.startswith(("--", "\\")))


def psql(cluster: Cluster, dbname: str, text: str) -> str:
    """Run SQL in psql, which stops at the first error."""
    command = [str(cluster.bin_dir / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    arguments = ["--set", "ON_ERROR_STOP=1", "--dbname", cluster.dsn(dbname)]
    done = subprocess.run([*command, *arguments], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(done.stdout).strip()
