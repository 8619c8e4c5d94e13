"""Finds the SQL files and reads them: migrations with their checksums, and the declared truth.

A file is read once, so that the bytes whose checksum was compared are the bytes that run.
"""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tmi_db.statements import Statement, split
from tmi_db.tool import ToolError

NO_TRANSACTION = "-- migrate: no transaction"

_MIGRATION_NAME = re.compile(r"(?P<number>\d{3,})_(?P<name>[a-z0-9_]+)\.(?P<direction>up|down)\.sql")
_CHECKSUM_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<file>\S+)")


@dataclass(frozen=True, slots=True)
class Script:
    """One migration file as it was read."""

    path: Path
    content: bytes

    @property
    def text(self) -> str:
        """The SQL."""
        return self.content.decode()

    @property
    def sha256(self) -> str:
        """The checksum, in hexadecimal as sha256sum writes it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def transactional(self) -> bool:
        """Whether it runs in a transaction, as all do whose first line does not say otherwise."""
        return self.text.partition("\n")[0].strip() != NO_TRANSACTION

    @property
    def comment(self) -> str:
        """What the file says of itself in the comment it begins with."""
        lines: list[str] = []
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            if line.strip() != NO_TRANSACTION:
                lines.append(line.removeprefix("--").strip())
        return " ".join(lines)

    def statements(self) -> list[Statement]:
        """The statements, in order."""
        return split(self.text)


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the chain, forwards and backwards."""

    version: int
    name: str
    up: Script
    down: Script

    @property
    def up_path(self) -> Path:
        """The file that takes the step."""
        return self.up.path

    @property
    def down_path(self) -> Path:
        """The file that takes it back."""
        return self.down.path

    @property
    def transactional(self) -> bool:
        """Whether the step is taken in a transaction."""
        return self.up.transactional


def sql_root() -> Path:
    """Find the SQL files: inside the installed package, else those of the checkout.

    Raises:
        ToolError: neither is there.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "sql", package.parents[1] / "sql"):
        if (folder / "migrations").is_dir():
            return folder
    raise ToolError("the SQL files of tmi_db are missing", hint="install the package again")


def migrations(root: Path | None = None) -> list[Migration]:
    """Read the chain, whose numbers run from 001 without a gap.

    Args:
        root: the folder that holds `migrations/`; by default the one of this package.

    Raises:
        ToolError: a file is misnamed, lacks its counterpart, shares its number, is missing or is not UTF-8.
    """
    found: dict[int, dict[str, list[Path]]] = defaultdict(lambda: {"up": [], "down": []})
    for path in sorted(_folder(root).glob("*.sql")):
        match = _MIGRATION_NAME.fullmatch(path.name)
        if not match or match["number"] != f"{int(match['number']):03d}":
            raise ToolError(f"{path.name} is not named like a migration, NNN_name.up.sql or NNN_name.down.sql")
        found[int(match["number"])][match["direction"]].append(path)
    chain = []
    for expected, version in enumerate(sorted(found), start=1):
        if version != expected:
            raise ToolError(f"migration {expected:03d} is missing: the next file is {_first(found[version]).name}")
        chain.append(_migration(version, found[version]))
    return chain


def checksums(root: Path | None = None) -> dict[str, str]:
    """Read `migrations/checksums`: the sha256 of every released migration file, by its name.

    Raises:
        ToolError: a line is not one that sha256sum writes, or names a file twice.
    """
    path = _folder(root) / "checksums"
    listed: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], start=1):
        match = _CHECKSUM_LINE.fullmatch(line)
        if not match or match["file"] in listed:
            raise ToolError(f"{path}, line {number}: this is no checksum of one more file: {line}")
        listed[match["file"]] = match["sha256"]
    return listed


def verify_checksums(root: Path | None = None) -> None:
    """Prove that every released migration file is still what was released.

    Raises:
        ToolError: a file was changed or is missing.
    """
    folder = _folder(root)
    for name, sha256 in checksums(root).items():
        path = folder / name
        if not path.is_file():
            raise ToolError(f"{name} is missing, though checksums lists it", hint="restore it from version control")
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise ToolError(
                f"{name} differs from what was released, says the file checksums beside it",
                hint="restore it from version control; what shall change is a new migration",
            )


def append_checksums(root: Path | None = None) -> list[str]:
    """Add the migration files that `migrations/checksums` does not list yet.

    Returns:
        The names of the files that were added.

    Raises:
        ToolError: as `migrations` and `verify_checksums`.
    """
    verify_checksums(root)
    listed = checksums(root)
    scripts = (script for step in migrations(root) for script in (step.down, step.up))
    added = [script for script in scripts if script.path.name not in listed]
    with (_folder(root) / "checksums").open("a", newline="\n") as file:
        file.writelines(f"{script.sha256}  {script.path.name}\n" for script in added)
    return [script.path.name for script in added]


def declared_files(root: Path | None = None) -> list[Path]:
    """List the files of the declared truth in the order of their groups, by name within each.

    First come the functions that tables call, then tables, then all other functions, then policies.
    """
    root = root or sql_root()
    base = sorted(root.glob("functions/base/*.sql"))
    return [
        *base,
        *sorted(root.glob("schema/*.sql")),
        *sorted(set(root.glob("functions/*/*.sql")) - set(base)),
        *sorted(root.glob("policies/*.sql")),
    ]


def _folder(root: Path | None) -> Path:
    return (root or sql_root()) / "migrations"


def _migration(version: int, paths: dict[str, list[Path]]) -> Migration:
    for direction, other in (("up", "down"), ("down", "up")):
        if len(paths[direction]) > 1:
            first, second = paths[direction][:2]
            raise ToolError(f"{first.name} and {second.name} have the same number")
        if not paths[direction]:
            raise ToolError(f"{paths[other][0].name} has no {direction} file beside it")
    up, down = (_script(paths[direction][0]) for direction in ("up", "down"))
    name = up.path.name.removesuffix(".up.sql")
    if down.path.name.removesuffix(".down.sql") != name:
        raise ToolError(f"{up.path.name} and {down.path.name} have the same number but not the same name")
    return Migration(version, name.partition("_")[2], up, down)


def _script(path: Path) -> Script:
    script = Script(path, path.read_bytes())
    try:
        script.content.decode()
    except UnicodeDecodeError as error:
        raise ToolError(f"{path.name} is not UTF-8 at byte {error.start}") from None
    return script


def _first(paths: dict[str, list[Path]]) -> Path:
    return (paths["up"] + paths["down"])[0]
