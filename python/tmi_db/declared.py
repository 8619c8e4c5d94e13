"""Builds the schema that the source files declare, without any migration.

What `sql/functions`, `sql/schema` and `sql/policies` say is what a database shall be. Building it from nothing is what
the migration chain is compared with, and the quickest way to a database while functions are being written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import psycopg

from tmi_db import owner, sql_files
from tmi_db.statements import split, tokens
from tmi_db.tool import ToolError


def build(conn: psycopg.Connection, schema: str, root: Path | None = None) -> None:
    """Apply every declared file to an empty schema, in one transaction.

    Args:
        conn: a connection that may become tmi_owner, in autocommit or inside a transaction; the roles must exist.
        schema: the schema to fill; it must exist, belong to tmi_owner and be empty.
        root: the folder that holds `schema/`, `functions/` and `policies/`; by default the one of this package.

    Raises:
        ToolError: a statement failed; the message names the file and the line.
    """
    with owner.transaction(conn, schema):
        make_bookkeeping(conn)
        for path in build_order(root):
            apply_file(conn, path)


def rerun(conn: psycopg.Connection, schema: str, root: Path | None = None) -> None:
    """Apply the function and policy files again, which must change nothing: they are written to be replaceable.

    Args:
        conn: as for `build`.
        schema: the schema, already built.
        root: as for `build`.

    Raises:
        ToolError: a statement failed; the message names the file and the line.
    """
    with owner.transaction(conn, schema):
        for path in build_order(root):
            if group(path) != "schema":
                apply_file(conn, path)


def make_bookkeeping(conn: psycopg.Connection) -> None:
    """Make the migration runner's own tables, which are part of every installation though of no migration."""
    apply_file(conn, sql_files.sql_root() / "bookkeeping.sql")


def apply_file(conn: psycopg.Connection, path: Path) -> None:
    """Run the statements of one declared file.

    Raises:
        ToolError: a statement failed; the message names the file and the line.
    """
    for statement in split(path.read_text(encoding="utf-8")):
        try:
            conn.execute(statement.text.encode())
        except psycopg.Error as error:
            line = statement.line_at(int(error.diag.statement_position or 1))
            raise ToolError(f"{path}, line {line}: {error.diag.message_primary or error}") from error


def group(path: Path) -> str:
    """Say which part of the build a file belongs to: base, schema, functions or policies."""
    folders = [parent.name for parent in path.parents]
    if folders[0] in ("schema", "policies"):
        return folders[0]
    return "base" if folders[0] == "base" else "functions"


def build_order(root: Path | None = None) -> list[Path]:
    """List the declared files so that each comes after what it needs.

    Functions that tables call come first (their bodies bind late, so they can exist before the tables), then tables
    after those they refer to, then all other functions, then policies; otherwise by name.
    """
    files: dict[str, list[Path]] = {"base": [], "schema": [], "functions": [], "policies": []}
    for path in sql_files.declared_files(root):
        files[group(path)].append(path)
    return [
        *_sorted(files["base"], _called_functions),
        *_sorted(files["schema"], _referenced_tables),
        *_sorted(files["functions"], _called_functions),
        *sorted(files["policies"]),
    ]


def _sorted(paths: Iterable[Path], needs: Callable[[Path, Mapping[str, Path]], set[str]]) -> Iterator[Path]:
    by_name: dict[str, Path] = {}
    for path in sorted(paths):
        if path.stem in by_name:
            raise ToolError(f"{by_name[path.stem]} and {path} declare the same name")
        by_name[path.stem] = path
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, path in by_name.items():
        sorter.add(name, *(need for need in needs(path, by_name) if need != name))
    try:
        sorter.prepare()
    except CycleError as error:
        raise ToolError(f"these declared files need each other: {', '.join(error.args[1])}") from error
    while sorter.is_active():
        for name in sorted(sorter.get_ready()):
            yield by_name[name]
            sorter.done(name)


def _referenced_tables(path: Path, known: Mapping[str, Path]) -> set[str]:
    words = _words(path)
    return {name for word, name in pairwise(words) if word.upper() in ("REFERENCES", "FROM", "JOIN") and name in known}


def _called_functions(path: Path, known: Mapping[str, Path]) -> set[str]:
    # Other bodies than SQL ones bind when they first run; what a default calls must always be there.
    words = _words(path)
    if "language sql" not in " ".join(words).lower():
        words = words[: words.index("AS")] if "AS" in words else words
    return {name for name, bracket in pairwise(words) if bracket == "(" and name in known}


def _words(path: Path) -> list[str]:
    """Give the words of a file, in the bodies of functions too, but not in comments and ordinary literals."""
    words: list[str] = []
    for token in tokens(path.read_text(encoding="utf-8")):
        if token.kind == "literal" and token.text.startswith("$"):
            words += [inner.text for inner in tokens(token.text.strip("$")) if inner.kind != "literal"]
        elif token.kind != "literal":
            words.append(token.text)
    return words
