"""Differences that somebody has decided to live with, each with a reason and a day on which it is looked at again."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from tmi_db.tool import ToolError

_USAGE = 2
_KEYS = {"object", "reason", "expires"}


@dataclass(frozen=True)
class Ignored:
    """An entry of the file.

    Args:
        object: the object as reports name it, such as `membership dba in tmi_owner`; * and ? stand for others.
        reason: why.
        expires: the last day on which it is ignored.
        attribute: the one attribute that is ignored; all, when None.
    """

    object: str
    reason: str
    expires: date
    attribute: str | None = None

    def covers(self, name: str, attribute: str | None, today: date) -> bool:
        """Whether a difference is ignored on a day; `attribute` is None for an object more or less."""
        if today > self.expires or not fnmatchcase(name, self.object.replace("[", "[[]")):
            return False
        return self.attribute is None or self.attribute == attribute


def read(path: Path) -> list[Ignored]:
    """Read an ignore file.

    Raises:
        ToolError: it is no TOML, or an entry lacks its object, its reason or its day (2).
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ToolError(f"{path}: {error}", _USAGE) from None
    entries = data.pop("ignore", [])
    if data or not isinstance(entries, list):
        raise ToolError(f"{path} holds more than [[ignore]] entries", _USAGE)
    return [_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]


def _entry(path: Path, number: int, entry: object) -> Ignored:
    where = f"{path}, entry {number}"
    if not isinstance(entry, dict):
        raise ToolError(f"{where} is no table", _USAGE)
    if missing := sorted(_KEYS - entry.keys()):
        raise ToolError(f"{where} lacks {', '.join(missing)}", _USAGE)
    if unknown := sorted(entry.keys() - _KEYS - {"attribute"}):
        raise ToolError(f"{where} has unknown keys: {', '.join(unknown)}", _USAGE)
    texts: Sequence[object] = [entry["object"], entry["reason"], entry.get("attribute", "-")]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise ToolError(f"{where}: object, reason and attribute are text", _USAGE)
    expires = entry["expires"]
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise ToolError(f"{where}: expires is a day, such as 2027-06-30 without quotes", _USAGE)
    return Ignored(entry["object"], entry["reason"], expires, entry.get("attribute"))
