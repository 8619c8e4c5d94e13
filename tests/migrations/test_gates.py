"""The chain of migrations builds exactly what the source files declare: the gates, cheapest first.

Each gate is a function of a tree of SQL files. It is first shut on the project's own tree and then seen to catch what
it is there for, in a copy of the tree with one thing broken.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.cluster import Cluster
from support.database import Database, create
from tmi_db import declared, difference, fingerprint, migra_adapter, migrate, owner, sql_files
from tmi_db.embedded import newest_copies
from tmi_db.fingerprint import Fingerprint
from tmi_db.installation import initialise
from tmi_db.postgresql import installations
from tmi_db.tool import ToolError

Connection = psycopg.Connection[Any]

# Any name will do, and one that no file could mean shows that no file says it.
SCHEMA = "gates"


class Tree:
    """A tree of SQL files with what its chain builds and what it declares, each built when first asked for."""

    def __init__(self, cluster: Cluster, root: Path) -> None:
        self.root = root
        self.cluster = cluster
        self._built: dict[str, Database] = {}

    def chain(self) -> Database:
        return self._build("chain", lambda conn: migrate.up(conn, SCHEMA, options=migrate.Options(root=self.root)))

    def declared(self) -> Database:
        return self._build("declared", lambda conn: declared.build(conn, SCHEMA, self.root))

    def _build(self, name: str, fill: Callable[[Connection], object]) -> Database:
        if name not in self._built:
            database = create(self.cluster)
            self._built[name] = database
            with database.connect(schema=SCHEMA) as conn:
                initialise(conn, SCHEMA)
                fill(conn)
        return self._built[name]

    def drop(self) -> None:
        for database in self._built.values():
            database.drop()


def take(database: Database) -> Fingerprint:
    with database.connect(schema=SCHEMA) as conn:
        return fingerprint.take(conn, SCHEMA)


def same(expected: Fingerprint, actual: Fingerprint) -> None:
    nothing_of(str(fingerprint.compare(expected, actual)))


def nothing_of(text: str) -> None:
    # Not left to pytest, which would shorten what has to be read whole.
    if text:
        raise AssertionError(text)


# The gates.


def released_files_are_what_was_released(tree: Tree) -> None:
    sql_files.verify_checksums(tree.root)
    files = {path.name for path in (tree.root / "migrations").glob("*.sql")}
    assert files == set(sql_files.checksums(tree.root)), "every migration file is listed in checksums"


def the_newest_copy_of_each_function_and_policy_is_its_file(tree: Tree) -> None:
    copies = newest_copies(sql_files.migrations(tree.root))
    for path in declared.build_order(tree.root):
        if declared.group(path) != "schema":
            file = path.relative_to(tree.root).as_posix()
            if copies.get(file) != path.read_text():
                raise AssertionError(f"`make migration` has not been run since {file} was changed")


def migra_finds_no_difference(tree: Tree) -> None:
    with tree.chain().connect(schema=SCHEMA) as chain, tree.declared().connect(schema=SCHEMA) as files:
        nothing_of("\n".join(migra_adapter.differences(chain, files, SCHEMA)))


def the_fingerprints_are_equal(tree: Tree) -> None:
    same(take(tree.declared()), take(tree.chain()))


def running_the_files_again_changes_nothing(tree: Tree) -> None:
    before = take(tree.chain())
    with tree.chain().connect(schema=SCHEMA) as conn:
        declared.rerun(conn, SCHEMA, tree.root)
    same(before, take(tree.chain()))


def up_down_and_up_again_gives_the_same(tree: Tree) -> None:
    options = migrate.Options(root=tree.root)
    database = create(tree.cluster)
    try:
        with database.connect(schema=SCHEMA) as conn:
            initialise(conn, SCHEMA)
            with owner.transaction(conn, SCHEMA):
                declared.make_bookkeeping(conn)
            empty = fingerprint.take(conn, SCHEMA)
            migrate.up(conn, SCHEMA, options=options)
            full = fingerprint.take(conn, SCHEMA)
            migrate.down(conn, SCHEMA, to=0, options=options)
            same(empty, fingerprint.take(conn, SCHEMA))
            migrate.up(conn, SCHEMA, options=options)
            same(full, fingerprint.take(conn, SCHEMA))
    finally:
        database.drop()


def pg_dump_sees_the_same(tree: Tree) -> None:
    chain, files = dump(tree.chain()), dump(tree.declared())
    nothing_of("\n".join(sorted(chain ^ files)))


def dump(database: Database) -> set[str]:
    """What pg_dump says of a database, statement by statement."""
    command = [str(database.cluster.bin_dir / "pg_dump"), "--schema-only", "--dbname", database.dsn]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    text = re.sub(r"^(--.*|\\(un)?restrict .*)\n", "", text, flags=re.MULTILINE)
    return {statement.strip() for statement in re.split(r"\n\n+", text)}


GATES = [
    released_files_are_what_was_released,
    the_newest_copy_of_each_function_and_policy_is_its_file,
    migra_finds_no_difference,
    the_fingerprints_are_equal,
    running_the_files_again_changes_nothing,
    up_down_and_up_again_gives_the_same,
    pg_dump_sees_the_same,
]


@pytest.fixture(scope="module")
def tree(cluster: Cluster) -> Iterator[Tree]:
    """The project's own tree."""
    tree = Tree(cluster, sql_files.sql_root())
    yield tree
    tree.drop()


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_gate(tree: Tree, gate: Callable[[Tree], None]) -> None:
    gate(tree)


# Each gate catches what it is there for, and nothing else.


@pytest.fixture(scope="module")
def sound(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's tree in which every gate is shut, whether or not that can be said of the original."""
    root = tmp_path_factory.mktemp("sound") / "sql"
    shutil.copytree(sql_files.sql_root(), root)
    difference.write_migration("catch_up", cluster.dsn(), root)
    sql_files.append_checksums(root)
    return root


@pytest.fixture
def copy(cluster: Cluster, sound: Path, tmp_path: Path) -> Iterator[Tree]:
    """A copy of that to break."""
    root = tmp_path / "sql"
    shutil.copytree(sound, root)
    tree = Tree(cluster, root)
    yield tree
    tree.drop()


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_a_sound_tree_passes(copy: Tree, gate: Callable[[Tree], None]) -> None:
    gate(copy)


def append(tree: Tree, file: str, text: str) -> None:
    with (tree.root / file).open("a") as opened:
        opened.write(text)


def add_migration(tree: Tree, up: str, down: str = "") -> None:
    number = len(sql_files.migrations(tree.root)) + 1
    for direction, text in (("up", up), ("down", down)):
        (tree.root / "migrations" / f"{number:03d}_break.{direction}.sql").write_text(text)
    sql_files.append_checksums(tree.root)


@contextmanager
def caught(words: str) -> Iterator[None]:
    with pytest.raises((AssertionError, ToolError)) as error:
        yield
    assert words in str(error.value)


def test_a_released_file_with_one_character_more_is_caught(copy: Tree) -> None:
    append(copy, "migrations/007_create_refresh_tokens.up.sql", " ")
    with caught("007_create_refresh_tokens.up.sql differs from what was released"):
        released_files_are_what_was_released(copy)


def test_a_released_file_that_is_gone_is_caught(copy: Tree) -> None:
    (copy.root / "migrations" / "030_create_context_keys.down.sql").unlink()
    with caught("030_create_context_keys.down.sql is missing"):
        released_files_are_what_was_released(copy)


def test_a_migration_without_a_checksum_is_caught(copy: Tree) -> None:
    add_migration(copy, "SELECT 1;")
    checksums = copy.root / "migrations" / "checksums"
    lines = checksums.read_text().splitlines(keepends=True)
    checksums.write_text("".join(line for line in lines if "_break." not in line))
    with caught("every migration file is listed in checksums"):
        released_files_are_what_was_released(copy)


@pytest.mark.parametrize("file", ["functions/identity/_enter.sql", "policies/threats.sql"])
def test_a_declared_file_that_no_migration_followed_is_caught(copy: Tree, file: str) -> None:
    append(copy, file, "-- A word more.\n")
    with caught(f"has not been run since {file} was changed"):
        the_newest_copy_of_each_function_and_policy_is_its_file(copy)


def test_a_column_that_no_migration_adds_is_caught(copy: Tree) -> None:
    append(copy, "schema/threats.sql", "ALTER TABLE threats ADD COLUMN more text;\n")
    with caught('add column "more" text'):
        migra_finds_no_difference(copy)
    with caught("removed: column threats.more"):
        the_fingerprints_are_equal(copy)
    with caught("more text"):
        pg_dump_sees_the_same(copy)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER TABLE threats NO FORCE ROW LEVEL SECURITY", "table threats: force_row_security"),
        ("ALTER FUNCTION _enter(uuid, text) RESET search_path", "function _enter(uuid, text): settings"),
        ("ALTER FUNCTION _enter(uuid, text) OWNER TO tmi_owner", "function _enter(uuid, text): owner"),
        ("GRANT EXECUTE ON FUNCTION _enter(uuid, text) TO PUBLIC", "function _enter(uuid, text): revoked"),
        ("COMMENT ON TABLE threats IS 'Other.'", "table threats: comment"),
    ],
)
def test_what_migra_is_blind_to_is_caught_by_the_fingerprint(copy: Tree, statement: str, words: str) -> None:
    add_migration(copy, f"{statement};\n")
    with caught(words):
        the_fingerprints_are_equal(copy)


def test_a_file_that_is_no_longer_the_same_when_run_again_is_caught(copy: Tree) -> None:
    # On a second run the first statement takes back what the last one of the first run gave.
    file = "functions/identity/_enter.sql"
    text = (copy.root / file).read_text()
    grant = "GRANT EXECUTE ON FUNCTION _enter TO tmi_owner;\n"
    (copy.root / file).write_text(text.replace("ALTER FUNCTION _enter OWNER", f"{grant}ALTER FUNCTION _enter OWNER"))
    with caught("function _enter(uuid, text): granted"):
        running_the_files_again_changes_nothing(copy)


def test_a_way_back_that_leaves_something_is_caught(copy: Tree) -> None:
    add_migration(copy, "CREATE TABLE more (id integer);\n", "COMMENT ON TABLE more IS 'Left behind.';\n")
    with caught("added: table more"):
        up_down_and_up_again_gives_the_same(copy)


def test_a_way_back_that_takes_too_much_is_caught(copy: Tree) -> None:
    last = sql_files.migrations(copy.root)[-1].version
    assert last > 18
    add_migration(copy, "CREATE TABLE more (id integer);\n", "DROP TABLE more; DROP TABLE users CASCADE;\n")
    with caught("does not exist"):
        up_down_and_up_again_gives_the_same(copy)


def test_the_fingerprint_is_the_same_on_every_major_version_here(copy: Tree) -> None:
    expected = take(copy.declared()).inside()
    others = {each.major: each for each in installations() if each.major != copy.cluster.version}
    for installation in others.values():
        other = Cluster(installation)
        try:
            same(expected, take(Tree(other, copy.root).declared()).inside())
        finally:
            other.remove()
