"""Declared files inside migrations: each stands there byte for byte, between two lines that name it."""

import re
from collections.abc import Iterable

from tmi_db.sql_files import Migration

_BEGIN = re.compile(r"^-- begin (?P<file>\S+\.sql)\n", re.MULTILINE)


def embed(file: str, text: str) -> str:
    """Put the text of a declared file between its markers.

    Args:
        file: its path below the folder of the SQL files, with slashes.
        text: what stands in it.
    """
    return f"-- begin {file}\n{text}{'' if text.endswith(chr(10)) else chr(10)}-- end {file}\n"


def copies_in(text: str) -> dict[str, str]:
    """Find the declared files that a migration holds."""
    copies = {}
    for match in _BEGIN.finditer(text):
        end = text.find(f"-- end {match['file']}\n", match.end())
        if end >= 0:
            copies[match["file"]] = text[match.end() : end]
    return copies


def newest_copies(chain: Iterable[Migration]) -> dict[str, str]:
    """Find the newest copy of every declared file in a chain of migrations."""
    copies: dict[str, str] = {}
    for migration in chain:
        copies |= copies_in(migration.up.text)
    return copies
