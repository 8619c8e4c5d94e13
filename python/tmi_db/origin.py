"""Finds the place in the SQL files that defines an object: what a reader of a drift report looks at next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tmi_db import sql_files
from tmi_db.amendments import split_identity
from tmi_db.fingerprint import SURROUNDINGS, Attributes, Key
from tmi_db.remaking import table_of
from tmi_db.sql_files import Migration
from tmi_db.statements import Statement, split, tokens

_ROLES = ("role", "membership", "setting")

# What is created under its own name, and not as a part of a table.
_BY_ITSELF = ("function", "table", "index", "trigger", "policy", "view", "rule", "sequence")


@dataclass(frozen=True)
class Origin:
    """A line of a file, below the folder of the SQL files."""

    file: str
    line: int

    def __str__(self) -> str:
        """Write it as compilers do."""
        return f"sql/{self.file}:{self.line}"


class _Text:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._text = text

    @cached_property
    def statements(self) -> list[tuple[Statement, frozenset[str]]]:
        """Each statement with the words outside its literals: what a function's body names, it does not define."""
        return [
            (statement, frozenset(token.text.strip('"') for token in tokens(statement.text) if token.kind != "literal"))
            for statement in split(self._text)
        ]


class Origins:
    """The SQL files, read once."""

    def __init__(self, chain: Sequence[Migration], root: Path | None = None) -> None:
        """Read a chain of migrations, no further than the version of the database, and what stands beside it."""
        root = root or sql_files.sql_root()
        self._chain = [_Text(f"migrations/{each.up.path.name}", each.up.text) for each in reversed(chain)]
        package = sql_files.sql_root()
        self._roles = _Text("roles.sql", (package / "roles.sql").read_text(encoding="utf-8"))
        self._bookkeeping = _Text("bookkeeping.sql", (package / "bookkeeping.sql").read_text(encoding="utf-8"))

    def of(self, key: Key, attributes: Attributes) -> Origin | None:
        """Find what defines an object, the newest statement that creates it or adds it to its table, if any does."""
        if key.kind in _ROLES:
            return _find([self._roles], [key.identity.partition(" ")[0]], made=None)
        if key.kind in SURROUNDINGS:
            return None
        table = table_of(key, attributes)
        name = key.identity if table is None or key.kind == "index" else split_identity(key)[1]
        name = name.partition("(")[0].strip('"')
        words = [name, *([table.strip('"')] if table else [])]
        files = [*self._chain, self._bookkeeping]
        # "TABLE" alone would find functions that return one.
        made = (key.kind.upper(), name) if key.kind in _BY_ITSELF else ("TABLE", words[-1])
        return _find(files, words, made) or _find(files, words, None)


def _find(files: Sequence[_Text], words: Sequence[str], made: tuple[str, str] | None) -> Origin | None:
    """Find a statement that holds all words and makes, or adds to, a thing (its kind, its name); None is any."""
    kind, name = made or ("", "")
    makes = re.compile(
        rf'(CREATE [A-Z ]*|ALTER ){kind}\s+(CONCURRENTLY |IF NOT EXISTS |ONLY )*"?{re.escape(name)}"?(?!\w)',
        re.IGNORECASE,
    )
    for file in files:
        for statement, present in file.statements:
            if not present.issuperset(words):
                continue
            adds = "ADD" in present or not statement.text.upper().startswith("ALTER")
            if made is None or (adds and makes.match(statement.text)):
                found = re.search(rf'(?<!\w)"?{re.escape(words[0])}"?(?!\w)', statement.text)
                return Origin(file.file, statement.line_at(found.start() + 1 if found else 1))
    return None
