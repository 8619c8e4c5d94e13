"""Runs programs as a user who is not root, in folders that this user alone can enter."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tmi_db.postgresql import Installation
from tmi_db.tool import ToolError

# PostgreSQL refuses root; these users exist for such a purpose, the first wherever PostgreSQL is a system package.
_STAND_INS = ("postgres", "nobody")

_VAR_TMP = Path("/var/tmp")


@dataclass(frozen=True)
class Account:
    """A user of the operating system, to whom root can step down.

    Attributes:
        uid: the user's number.
        gid: the user's main group.
    """

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> "Account":
        """Choose whom a server runs as: oneself, or the stand-in for root.

        Raises:
            ToolError: this is root, and the machine has no user to step down to.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in _STAND_INS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise ToolError(f"PostgreSQL does not run as root, and there is no user {' or '.join(_STAND_INS)} here")

    @classmethod
    def owning(cls, path: Path) -> "Account":
        """Take the user who owns a file."""
        found = path.stat()
        return cls(found.st_uid, found.st_gid)

    def run(self, *command: str | os.PathLike[str], cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in English, and wait for it.

        The variables of libpq and of the Python environment stay behind: they are meant for clients.

        Raises:
            OSError: this user may not run it, or it is not there.
        """
        # Only root may become another user.
        root = os.geteuid() == 0
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            umask=0o077,
            user=self.uid if root else None,
            group=self.gid if root else None,
            extra_groups=[] if root else None,
        )

    def may_reach(self, path: Path) -> bool:
        """Tell whether this user can go to where a folder is or is going to be; the folder itself is not looked at."""
        place = path.parent
        while not place.is_dir() and place != place.parent:
            place = place.parent
        return self.run("/bin/sh", "-c", 'cd "$0"', place).returncode == 0

    def make_private_folder(self, path: Path) -> None:
        """Make a folder that only this user (and root) can enter, or accept it where it is one.

        Raises:
            ToolError: somebody else has put something there.
        """
        try:
            path.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            found = path.lstat()
            # In a folder that everybody writes to, a stranger may have been faster.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.uid, os.geteuid()}:
                raise ToolError(f"{path} is in the way: it is no folder of this user") from None
        if path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def digest(path: Path) -> str:
    """Make a short, stable name for whatever belongs to a folder."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def var_tmp(name: str) -> Path:
    """Name a place that every user can reach and that survives a reboot."""
    return _VAR_TMP / name


def readable_copy(installation: Installation, account: Account) -> Installation:
    """Make sure that a user can run an installation: as it is, or from a copy where everybody may read it.

    Root's own environments usually lie where nobody else may look.

    Raises:
        ToolError: the user cannot run it, and it works in no other place.
    """
    if _runs(installation, account):
        return installation
    if not installation.folders:
        raise ToolError(f"user {account.uid}, who is to run the server, may not run what is in {installation.bin_dir}")
    package = installation.folders[0]
    place = var_tmp(f"tmi-db-postgresql-{installation.version}-{digest(package)}")
    if not place.exists():
        _copy_aside(installation.folders, place)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise ToolError(f"{place} is in the way: it does not belong to this user")
    bin_dir = place / package.name / installation.bin_dir.relative_to(package)
    return Installation(bin_dir, installation.version, installation.source)


def _runs(installation: Installation, account: Account) -> bool:
    try:
        return all(
            account.run(installation.bin_dir / each, "--version").returncode == 0 for each in ("postgres", "initdb")
        )
    except PermissionError:
        return False


def _copy_aside(folders: tuple[Path, ...], place: Path) -> None:
    """Copy folders side by side to a place that appears only once it is complete."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f"{place.name}.") as scratch:
        whole = Path(scratch, "whole")
        for folder in folders:
            shutil.copytree(folder, whole / folder.name, ignore=shutil.ignore_patterns("__pycache__", "include"))
        for path in (whole, *whole.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
        try:
            whole.rename(place)
        except OSError:
            # Another process has put the same copy there in the meantime.
            if not place.exists():
                raise
