"""Takes the fingerprint of an installed schema: what every object is, as the catalogue says it, and nothing of chance.

Two databases with equal fingerprints behave alike. What differs without a difference in behaviour (object numbers, the
order of grants, the schema's own name, where statistics stand) is left out or brought into one form, so that a
fingerprint can be compared between databases, schemas and releases.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg.types.string import StrDumper

from tmi_db import sql_files
from tmi_db.statements import tokens

MANAGED_ROLES = (
    "tmi_owner",
    "tmi_api",
    "tmi_guard",
    "tmi_identity",
    "tmi_app",
    "tmi_auth",
    "tmi_report",
    "tmi_maintenance",
)

# What belongs to the server or the database as a whole; everything else is inside the schema and made by migrations.
SURROUNDINGS = frozenset(
    {
        "access method",
        "cast",
        "database",
        "default privilege",
        "event trigger",
        "extension",
        "foreign data wrapper",
        "foreign server",
        "language",
        "membership",
        "parameter privilege",
        "publication",
        "role",
        "schema",
        "setting",
        "subscription",
        "system grant",
        "transform",
        "user mapping",
    }
)

_PRIVILEGES = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
    "X": "EXECUTE",
    "U": "USAGE",
    "C": "CREATE",
    "T": "TEMPORARY",
    "c": "CONNECT",
    "s": "SET",
    "A": "ALTER SYSTEM",
}
_ACL_ITEM = re.compile(r'(?P<grantee>"(?:[^"]|"")*"|[^=]*)=(?P<rights>[^/]*)/.*', re.DOTALL)

# Attributes that hold text as it was written, in which nothing may be replaced.
_VERBATIM = frozenset({"source", "comment", "constraint_comments", "labels", "options"})

Attributes: TypeAlias = Mapping[str, Any]


class Key(NamedTuple):
    """What names an object: its class (table, column, function ...) and its identity within the class."""

    kind: str
    identity: str

    def __str__(self) -> str:
        """Name the object for a reader."""
        return self.kind if self.kind == self.identity else f"{self.kind} {self.identity}"


@dataclass(frozen=True)
class Fingerprint:
    """Every object of a schema and of its surroundings, with its attributes in a form that can be compared."""

    server_version: int
    objects: Mapping[Key, Attributes]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the whole: equal digests, equal schemas."""
        lines = (f"{key.kind}\t{key.identity}\t{self.digest_of(key)}\n" for key in sorted(self.objects))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def digest_of(self, key: Key) -> str:
        """The sha256 of one object's attributes."""
        return hashlib.sha256(_canonical(self.objects[key]).encode()).hexdigest()

    def inside(self) -> "Fingerprint":
        """The part that migrations make: the objects in the schema, without the server around it."""
        return Fingerprint(
            self.server_version, {key: value for key, value in self.objects.items() if key.kind not in SURROUNDINGS}
        )

    def dumps(self) -> str:
        """Write it as JSON, one object a line, so that two of them can be compared line by line."""
        rows = (_canonical([*key, self.objects[key]]) for key in sorted(self.objects))
        return f'{{"server_version": {self.server_version}, "objects": [\n' + ",\n".join(rows) + "\n]}\n"

    @classmethod
    def loads(cls, text: str) -> "Fingerprint":
        """Read what `dumps` wrote."""
        data = json.loads(text)
        return cls(data["server_version"], {Key(kind, identity): values for kind, identity, values in data["objects"]})


@dataclass(frozen=True)
class Change:
    """An object that both fingerprints have, with the attributes that differ: (expected, actual), None where absent."""

    key: Key
    attributes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """What an actual fingerprint has more, has less and has otherwise than the expected one."""

    added: Sequence[Key]
    removed: Sequence[Key]
    changed: Sequence[Change]

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        """One line a difference."""
        lines = [f"added: {key}" for key in self.added] + [f"removed: {key}" for key in self.removed]
        for change in self.changed:
            lines += [
                f"changed: {change.key}: {name}: expected {_canonical(expected)}, is {_canonical(actual)}"
                for name, (expected, actual) in change.attributes.items()
            ]
        return "\n".join(lines)


def take(conn: psycopg.Connection[Any], schema: str) -> Fingerprint:
    """Take the fingerprint of a schema, in one snapshot, without writing or locking anything.

    Args:
        conn: any connection that may read the catalogue, to a standby too. When it is in no transaction, the snapshot
            is a read-only transaction of its own.
        schema: the schema as it is named in this database; it becomes a placeholder in the fingerprint.
    """
    objects: dict[Key, Attributes] = {}
    with _snapshot(conn), psycopg.RawCursor(conn, row_factory=tuple_row) as cursor:
        # Sent as text, so that a query need not use every parameter.
        cursor.adapters.register_dumper(str, StrDumper)
        for query in sorted((sql_files.sql_root() / "fingerprint").glob("*.sql")):
            cursor.execute(query.read_bytes(), (schema, list(MANAGED_ROLES)))
            for kind, identity, attributes in cursor:
                normal = _normalise(attributes, schema)
                if kind != "system grant" or normal:
                    objects[Key(kind, unqualified(identity, schema))] = normal
    return Fingerprint(conn.info.server_version, objects)


def compare(expected: Fingerprint, actual: Fingerprint) -> Comparison:
    """Tell what is different in the actual fingerprint, object by object and attribute by attribute."""
    common = sorted(expected.objects.keys() & actual.objects.keys())
    changes = (Change(key, _differences(expected.objects[key], actual.objects[key])) for key in common)
    return Comparison(
        added=sorted(actual.objects.keys() - expected.objects.keys()),
        removed=sorted(expected.objects.keys() - actual.objects.keys()),
        changed=[change for change in changes if change.attributes],
    )


def unqualified(text: str, schema: str) -> str:
    """Take the schema's name off the names that PostgreSQL printed in full, and off those in literals of reg* types."""
    if schema not in text:
        return text
    found = list(tokens(text))
    kept, position = [], 0
    for n, token in enumerate(found):
        following = [each.text for each in found[n + 1 : n + 4]]
        if (
            token.kind in ("word", "name")
            and _plain(token.text) == schema
            and following[:1] == ["."]
            and (n == 0 or found[n - 1].text != ".")
        ):
            kept.append(text[position : token.start])
            position = token.end + 1
        elif token.kind == "literal" and following[:2] == [":", ":"] and following[2].startswith("reg"):
            kept += [text[position : token.start], "'", unqualified(token.text[1:-1], schema), "'"]
            position = token.end
    return "".join([*kept, text[position:]])


def _differences(expected: Attributes, actual: Attributes) -> dict[str, tuple[Any, Any]]:
    differences = {}
    for name in sorted(expected.keys() | actual.keys()):
        values = expected.get(name), actual.get(name)
        if name == "column_order":
            # A column more or less is told of as such; here it matters how the others stand to each other.
            values = _common_order(values[0], values[1]), _common_order(values[1], values[0])
        if values[0] != values[1]:
            differences[name] = values
    return differences


def _common_order(these: Sequence[str] | None, those: Sequence[str] | None) -> list[str]:
    return [name for name in these or () if name in (those or ())]


@contextmanager
def _snapshot(conn: psycopg.Connection[Any]) -> Iterator[None]:
    alone = conn.info.transaction_status == TransactionStatus.IDLE
    with conn.transaction():
        if alone:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with conn.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
            assert row is not None
            # Names are looked up, and printed in full, as if nothing but PostgreSQL's own objects were there. Unless it
            # is named last, pg_temp comes first.
            cursor.execute("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)")
        yield
        conn.execute("SELECT pg_catalog.set_config('search_path', %s, true)", row)


def _normalise(attributes: Attributes, schema: str) -> Attributes:
    normal: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.endswith("acl"):
            default = attributes[f"{name}_default"]
            normal[name.replace("acl", "granted")] = _rights_beyond(value, default)
            normal[name.replace("acl", "revoked")] = _rights_beyond(default, value)
        elif name == "settings":
            normal[name] = [_setting(item, schema) for item in value or ()]
        elif not name.endswith("acl_default"):
            normal[name] = value if name in _VERBATIM else _unqualified_within(value, schema)
    return {name: value for name, value in normal.items() if value is not None and value not in ("", [], {})}


def _rights_beyond(rights: Sequence[str] | None, others: Sequence[str] | None) -> dict[str, list[str]]:
    """Give the rights, by grantee, that one access list gives and another does not; who granted them is chance."""
    beyond: dict[str, list[str]] = {}
    for grantee, right in sorted(set(_rights(rights)) - set(_rights(others))):
        beyond.setdefault(grantee, []).append(right)
    return beyond


def _rights(acl: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    for item in acl or ():
        match = _ACL_ITEM.fullmatch(item)
        assert match is not None, item
        grantee = match["grantee"].strip('"').replace('""', '"') or "PUBLIC"
        for letter, option in re.findall(r"(.)(\*?)", match["rights"]):
            yield grantee, _PRIVILEGES.get(letter, letter) + (" WITH GRANT OPTION" if option else "")


def _setting(setting: str, schema: str) -> str:
    name, _, value = setting.partition("=")
    if name != "search_path":
        return setting
    names = [_plain(token.text) for token in tokens(value) if token.kind in ("word", "name")]
    return "search_path=" + ", ".join("<schema>" if each == schema else each for each in names)


def _unqualified_within(value: Any, schema: str) -> Any:
    if isinstance(value, str):
        return unqualified(value, schema)
    if isinstance(value, list):
        return [_unqualified_within(item, schema) for item in value]
    if isinstance(value, dict):
        return {key: _unqualified_within(item, schema) for key, item in value.items()}
    return value


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(", ", ": "))
