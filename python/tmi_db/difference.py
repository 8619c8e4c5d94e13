"""Writes the migration that leads from what the chain builds to what the source files declare, and proves it.

Both are built in scratch databases. Tables and what hangs on them come from migra, functions and policies from their
files byte for byte, and the rest from the fingerprint. The way back is written in the same manner, from the former
text of every function and policy. Nothing is kept that was not seen to work up, down and up again.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from tmi_db import declared, fingerprint, installation, migrate, owner, sql_files
from tmi_db.amendments import amend, create, split_identity
from tmi_db.embedded import embed, newest_copies
from tmi_db.fingerprint import Fingerprint, Key
from tmi_db.scratch import Scratch, scratch
from tmi_db.sql_files import Migration
from tmi_db.statements import split
from tmi_db.tool import ToolError
from tmi_db.transition import Section, Texts, plan, statements

# The name of the schema in scratch databases: one that can't be mistaken for anything else when it is taken off again.
SCHEMA = "scratch_of_tmi"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ROUNDS = 3


class _Unproved(Exception):
    """A migration that does not do what it shall, with what there is of it."""


def write_migration(
    name: str,
    dsn: str,
    root: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write the next migration of the chain from the declared files.

    Args:
        name: what it does, in small letters, digits and underscores.
        dsn: any database of a server where the login may create databases and has the roles of tmi_db.
        root: the folder of the SQL files; by default the one of this package.
        tell: is told what is being done.

    Returns:
        The up and the down file; nothing when the chain builds already what is declared. Either way every file of the
        chain is listed among the checksums afterwards.

    Raises:
        ToolError: the name is not one, a file fails, or the migration could not be proved; then it is left beside the
            others as `.rejected`, to learn from.
    """
    if not _NAME.fullmatch(name):
        raise ToolError(f"{name!r} cannot name a migration: use small letters, digits and underscores", exit_code=2)
    root = root or sql_files.sql_root()
    sql_files.verify_checksums(root)
    chain = sql_files.migrations(root)
    stem = f"{len(chain) + 1:03d}_{name}"
    with scratch(dsn) as databases:
        writer = _Writer(databases, root, chain, tell)
        try:
            up, down = writer.write(stem)
        except _Unproved as failure:
            _reject(root, stem, writer)
            raise ToolError(
                f"{stem} was not written: {failure}",
                hint=f"what there is of it stands in sql/migrations/{stem}.up.sql.rejected",
            ) from failure.__cause__
    if not up:
        # A migration that was written by hand has just been seen to lead to what is declared.
        sql_files.append_checksums(root)
        return []
    paths = [root / "migrations" / f"{stem}.{direction}.sql" for direction in ("up", "down")]
    for path, text in zip(paths, (up, down), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    sql_files.append_checksums(root)
    return paths


class _Writer:
    """Works out both directions in scratch databases; keeps what there is of them, in case it is not enough."""

    def __init__(self, databases: Scratch, root: Path, chain: Sequence[Migration], tell: Callable[[str], None]) -> None:
        self._databases = databases
        self._root = root
        self._chain = chain
        self._tell = tell
        self._copies = newest_copies(chain)
        self.up: list[Section] = []
        self.down: list[Section] = []

    def write(self, stem: str) -> tuple[str, str]:
        """Return the text of both files; empty, when there is nothing to do."""
        self._tell("building what the migrations make")
        former = self._build(self._run_chain)
        self._tell("building what the files declare")
        wanted = self._build(lambda conn: declared.build(conn, SCHEMA, self._root))
        work = self._databases.create(template=former)
        with (
            self._databases.connect(former) as before,
            self._databases.connect(wanted) as after,
            self._databases.connect(work) as conn,
        ):
            old, new = fingerprint.take(before, SCHEMA).inside(), fingerprint.take(after, SCHEMA).inside()
            forth = self._texts_forth(old, new)
            self._lead(conn, after, old, new, forth, self.up)
            if not self.up:
                return "", ""
            self._lead(conn, before, new, old, self._texts_back(old, new, forth), self.down)
        up, down = self.texts(stem, old, new)
        self._tell("proving it: up, down and up again")
        self._prove(stem, up, down, former, old, new)
        return up, down

    def texts(self, stem: str, old: Fingerprint, new: Fingerprint) -> tuple[str, str]:
        """Write out the two files."""
        return (
            _render(_summary(old, new), _lost(old, new), self.up),
            _render(f"Takes back {stem}.", _lost(new, old), self.down),
        )

    def _build(self, fill: Callable[[psycopg.Connection[Any]], object]) -> str:
        name = self._databases.create()
        with self._databases.connect(name) as conn:
            installation.initialise(conn, SCHEMA)
            fill(conn)
        return name

    def _run_chain(self, conn: psycopg.Connection[Any]) -> None:
        if self._chain:
            migrate.up(conn, SCHEMA, options=migrate.Options(root=self._root))
        else:
            with owner.transaction(conn, SCHEMA):
                declared.make_bookkeeping(conn)

    def _texts_forth(self, old: Fingerprint, new: Fingerprint) -> Texts:
        """Choose the declared files that go into the migration."""
        texts = Texts()
        for path in declared.build_order(self._root):
            file = path.relative_to(self._root).as_posix()
            text = path.read_text(encoding="utf-8")
            group = declared.group(path)
            if group == "schema":
                table = Key("table", path.stem)
                if table in new.objects and table not in old.objects:
                    texts.tables[file] = embed(file, text)
            elif self._copies.get(file) != text or _part(old, file) != _part(new, file):
                kinds = {"base": texts.base, "functions": texts.functions, "policies": texts.policies}
                kinds[group][file] = embed(file, text)
            elif group == "policies":
                texts.unchanged_policies[file] = embed(file, text)
        return texts

    def _texts_back(self, old: Fingerprint, new: Fingerprint, forth: Texts) -> Texts:
        """Find the former text of what the migration replaces: the newest copy, else as the catalogue has it."""
        texts = Texts()
        replaced = {**forth.base, **forth.functions}
        known = {Path(file).stem: file for file in (*self._copies, *replaced) if file.startswith("functions/")}
        for key in old.objects:
            if key.kind != "function":
                continue
            name = key.identity.partition("(")[0]
            file = known.get(name, f"functions/{name}.sql")
            if file not in replaced and key in new.objects:
                continue
            attributes = old.objects[key]
            copy = self._copies.get(file)
            text = embed(file, copy) if copy is not None else statements(create(key, attributes))
            is_base = file.startswith("functions/base/") or attributes.get("returns") == "trigger"
            (texts.base if is_base else texts.functions)[file] = text
        order = {file: n for n, file in enumerate(self._copies)}
        texts.functions = dict(sorted(texts.functions.items(), key=lambda item: order.get(item[0], -1)))
        for file, text in self._copies.items():
            table = Key("table", Path(file).stem)
            if file.startswith("policies/") and table in old.objects:
                lost = file in forth.policies or table not in new.objects
                (texts.policies if lost else texts.unchanged_policies)[file] = embed(file, text)
        return texts

    def _lead(
        self,
        conn: psycopg.Connection[Any],
        goal: psycopg.Connection[Any],
        old: Fingerprint,
        new: Fingerprint,
        texts: Texts,
        sections: list[Section],
    ) -> None:
        """Work out, section by section, what makes one database like another, and run it there."""
        for section in plan(conn, goal, SCHEMA, old, new, texts):
            sections.append(section)
            _run(conn, section)
        # What one round of statements brings to light, such as a default that hid a missing right, the next one mends.
        for _ in range(_ROUNDS):
            rest = amend(fingerprint.take(conn, SCHEMA).inside(), new)
            if not rest:
                break
            section = Section("Comments, rights, options and whatever else migra does not see", statements(rest))
            sections.append(section)
            _run(conn, section)
        if difference := fingerprint.compare(new, fingerprint.take(conn, SCHEMA).inside()):
            raise _Unproved(f"this difference would remain:\n{difference}{_advice(difference)}")

    def _prove(self, stem: str, up: str, down: str, former: str, old: Fingerprint, new: Fingerprint) -> None:
        """Run the files themselves, by the runner that will run them everywhere."""
        name = self._databases.create(template=former)
        with tempfile.TemporaryDirectory() as folder, self._databases.connect(name) as conn:
            root = Path(folder)
            shutil.copytree(self._root / "migrations", root / "migrations")
            for direction, text in (("up", up), ("down", down)):
                (root / "migrations" / f"{stem}.{direction}.sql").write_text(text, encoding="utf-8", newline="\n")
            options = migrate.Options(root=root)
            steps: list[tuple[str, Callable[[], object], Fingerprint]] = [
                ("up", lambda: migrate.up(conn, SCHEMA, options=options), new),
                ("down", lambda: migrate.down(conn, SCHEMA, steps=1, options=options), old),
                ("up again", lambda: migrate.up(conn, SCHEMA, options=options), new),
            ]
            for way, step, goal in steps:
                try:
                    step()
                except ToolError as error:
                    raise _Unproved(f"{way}: {error}") from error
                if difference := fingerprint.compare(goal, fingerprint.take(conn, SCHEMA).inside()):
                    raise _Unproved(f"{way}, this difference remains:\n{difference}")


def _part(whole: Fingerprint, file: str) -> Mapping[Key, Any]:
    """What a fingerprint says of the objects that one function or policy file makes."""
    name = Path(file).stem
    if file.startswith("functions/"):
        return {
            key: value
            for key, value in whole.objects.items()
            if key.kind == "function" and key.identity.partition("(")[0] == name
        }
    rights = ("row_security", "force_row_security", "granted", "revoked")
    part: dict[Key, Any] = {}
    for key, value in whole.objects.items():
        if key.kind == "policy" and split_identity(key)[0] == name:
            part[key] = value
        elif key == Key("table", name) or (key.kind == "column" and split_identity(key)[0] == name):
            part[key] = [value.get(right) for right in rights]
    return part


def _run(conn: psycopg.Connection[Any], section: Section) -> None:
    with owner.transaction(conn, SCHEMA):
        for statement in split(section.sql):
            try:
                conn.execute(statement.text.encode())
            except psycopg.Error as error:
                raise _Unproved(
                    f"{error.diag.message_primary or error}, says the server to: {statement.text}"
                ) from error


def _render(headline: str, lost: Sequence[str], sections: Iterable[Section]) -> str:
    head = f"-- {headline}\n" + "".join(f"-- Loses what stands in {each}.\n" for each in lost)
    parts = [f"-- {section.heading}\n{section.sql}" if section.heading else section.sql for section in sections]
    return "\n".join([head, *parts])


def _summary(old: Fingerprint, new: Fingerprint) -> str:
    """Say in one line what is new, changed and gone."""
    difference = fingerprint.compare(old, new)
    groups = {
        "New": difference.added,
        "Changed": [change.key for change in difference.changed],
        "Gone": difference.removed,
    }
    parts = [f"{word}: {_count(keys)}." for word, keys in groups.items() if keys]
    return " ".join(parts) or "The same in other words."


def _count(keys: Iterable[Key]) -> str:
    kinds = ("table", "column", "function", "policy", "trigger")
    plural = {"policy": "policies"}
    counts = {kind: sum(1 for key in keys if key.kind == kind) for kind in kinds}
    counts["other object"] = sum(1 for key in keys if key.kind not in kinds)
    return ", ".join(
        f"{count} {kind if count == 1 else plural.get(kind, kind + 's')}" for kind, count in counts.items() if count
    )


def _lost(old: Fingerprint, new: Fingerprint) -> list[str]:
    gone = [key for key in sorted(old.objects) if key not in new.objects]
    tables = {key.identity for key in gone if key.kind == "table"}
    return [
        str(key)
        for key in gone
        if key.kind == "table" or (key.kind == "column" and split_identity(key)[0] not in tables)
    ]


def _advice(difference: fingerprint.Comparison) -> str:
    if any("column_order" in change.attributes for change in difference.changed):
        return "\na migration can only append columns: declare a new column last in its table"
    return ""


def _reject(root: Path, stem: str, writer: _Writer) -> None:
    for direction, sections in (("up", writer.up), ("down", writer.down)):
        path = root / "migrations" / f"{stem}.{direction}.sql.rejected"
        path.write_text(_render(f"{stem}, which could not be proved.", [], sections), encoding="utf-8", newline="\n")
