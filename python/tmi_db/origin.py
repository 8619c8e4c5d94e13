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

# What is said of an object in statements of their own, wherever the object itself is made; the last to say it counts.
_SAYS = {
    "comment": "COMMENT ON {kind} ",
    "owner": "ALTER {kind} .*OWNER TO ",
    "granted": "(GRANT|REVOKE) ",
    "revoked": "(GRANT|REVOKE) ",
    "row_security": "ALTER TABLE .*(ENABLE|DISABLE) ROW LEVEL SECURITY",
    "force_row_security": "ALTER TABLE .*FORCE ROW LEVEL SECURITY",
    "enabled": "ALTER TABLE .*(ENABLE|DISABLE) ([A-Z]+ )?{kind} ",
    "default": 'ALTER TABLE .*ALTER (COLUMN )?"?{name}"? (SET|DROP) DEFAULT',
    "not_null": 'ALTER TABLE .*ALTER (COLUMN )?"?{name}"? (SET|DROP) NOT NULL',
    "type": 'ALTER TABLE .*ALTER (COLUMN )?"?{name}"? (SET DATA )?TYPE ',
}


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

    def of(self, key: Key, attributes: Attributes, changed: str | None = None) -> Origin | None:
        """Find what defines an object, or an attribute of it that has changed, if any statement does.

        That is the newest statement that says what the attribute is, else the newest that creates the object or adds it
        to its table.
        """
        if key.kind in _ROLES:
            return _find([self._roles], [key.identity.partition(" ")[0]])
        if key.kind in SURROUNDINGS:
            return None
        table = table_of(key, attributes)
        name = key.identity if table is None or key.kind == "index" else split_identity(key)[1]
        name = name.partition("(")[0].strip('"')
        words = [name, *([table.strip('"')] if table else [])]
        files = [*self._chain, self._bookkeeping]
        # "TABLE" alone would find functions that return one.
        made = _makes(key.kind, name) if key.kind in _BY_ITSELF else _makes("table", words[-1])
        says = _SAYS[changed].format(kind=key.kind.upper(), name=re.escape(name)) if changed in _SAYS else None
        return (says and _find(files, words, says)) or _find(files, words, made) or _find(files, words)


def _makes(kind: str, name: str) -> str:
    """Describe the statements that make a thing, or add to it."""
    named = rf'{kind} (CONCURRENTLY |IF NOT EXISTS |ONLY )*"?{re.escape(name)}"?(?!\w)'
    return rf"CREATE [A-Z ]*{named}|ALTER {named}.* ADD "


def _find(files: Sequence[_Text], words: Sequence[str], pattern: str | None = None) -> Origin | None:
    """Find the last statement of the newest file that holds all words and begins as the pattern says.

    Without a pattern it is the first one, since what a thing is made by stands before what is said of it.
    """
    begins = re.compile((pattern or "").replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)
    for file in files:
        for statement, present in reversed(file.statements) if pattern else file.statements:
            if present.issuperset(words) and begins.match(statement.text):
                found = re.search(rf'(?<!\w)"?{re.escape(words[0])}"?(?!\w)', statement.text)
                return Origin(file.file, statement.line_at(found.start() + 1 if found else 1))
    return None
