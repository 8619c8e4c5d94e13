"""Which optional tools this machine has; tests that need one carry the marker `needs`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tmi_db.server import locate

PROGRAMS = {
    "pgbouncer": ("pgbouncer", "/usr/sbin/pgbouncer"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
}


def available(tool: str, pg: str | None) -> bool:
    """Say whether a tool is there; pg chooses the server that plpgsql_check must belong to."""
    if tool == "pgtap":
        return find_pgtap() is not None
    if tool == "plpgsql_check":
        command = [str(locate(pg).bin_dir / "pg_config"), "--sharedir"]
        share = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        return bool(share) and Path(share, "extension", "plpgsql_check.control").exists()
    if tool in PROGRAMS:
        return any(shutil.which(name) for name in PROGRAMS[tool])
    raise ValueError(f"unknown tool {tool}")


def find_pgtap() -> Path | None:
    """Return the file that holds the real pgTAP, from TMI_TEST_PGTAP or where distributions put it."""
    if chosen := os.environ.get("TMI_TEST_PGTAP"):
        return Path(chosen)
    for share in ("usr/share/postgresql/*", "usr/pgsql-*/share", "opt/homebrew/share/postgresql*", "usr/local/share"):
        for path in sorted(Path("/").glob(f"{share}/extension/pgtap.sql"), reverse=True):
            return path
    return None
