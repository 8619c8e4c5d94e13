"""How grave a difference is: a table by class and attribute, to be read from top to bottom.

`security`: somebody may do or see more, or less, than is declared. `data`: wrong data may come in, or right data be
lost. `behaviour`: something runs otherwise, or slower. `cosmetic`: nothing runs otherwise.
"""

import re
from enum import StrEnum
from typing import Any

from tmi_db.fingerprint import Attributes


class Severity(StrEnum):
    """From the gravest to the least."""

    SECURITY = "security"
    DATA = "data"
    BEHAVIOUR = "behaviour"
    COSMETIC = "cosmetic"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


_S, _D, _B, _C = Severity

# Settings of roles and databases that decide what is run, by whom, and what is seen.
_GRAVE_SETTINGS = re.compile(
    r"(row_security|search_path|role|session_\w+|\w+_preload_libraries|default_transaction_read_only|tmi\..*)="
)

# The first line that fits decides. * is any class, or any attribute; "added" and "removed" are the whole object.
_TABLE: tuple[tuple[str, str, Severity], ...] = (
    ("*", "comment", _C),
    ("*", "constraint_comments", _C),
    ("*", "owner", _S),
    ("*", "granted", _S),
    ("*", "revoked", _S),
    ("*", "type_granted", _S),
    ("*", "type_revoked", _S),
    # Who sees which rows.
    ("table", "row_security", _S),
    ("table", "force_row_security", _S),
    ("policy", "*", _S),
    ("rule", "*", _S),
    ("view", "options", _S),
    ("view", "added", _S),
    ("materialized view", "added", _S),
    # What runs with whose rights.
    ("function", "security_definer", _S),
    ("function", "settings", _S),
    ("function", "leakproof", _S),
    ("function", "library", _S),
    ("function", "language", _S),
    ("event trigger", "*", _S),
    ("language", "*", _S),
    ("transform", "*", _S),
    # Ways in and out of the database.
    ("schema", "*", _S),
    ("role", "connection_limit", _B),
    ("role", "*", _S),
    ("membership", "*", _S),
    ("default privilege", "*", _S),
    ("parameter privilege", "*", _S),
    ("system grant", "*", _S),
    ("foreign data wrapper", "*", _S),
    ("foreign server", "*", _S),
    ("user mapping", "*", _S),
    ("foreign table", "*", _S),
    ("publication", "*", _S),
    ("subscription", "*", _S),
    ("extension", "added", _S),
    ("cast", "*", _S),
    # What data can be, and whether they stay.
    ("table", "removed", _D),
    ("table", "persistence", _D),
    ("table", "parents", _D),
    ("table", "partition_key", _D),
    ("table", "partition_bound", _D),
    ("column", "removed", _D),
    ("column", "type", _D),
    ("column", "collation", _D),
    ("column", "not_null", _D),
    ("column", "not_null_constraint", _D),
    ("column", "generated", _D),
    ("column", "generated_kind", _D),
    ("column", "identity", _D),
    ("column", "default", _D),
    ("constraint", "*", _D),
    ("trigger", "*", _D),
    ("enum", "labels", _D),
    ("domain", "*", _D),
    # What nothing depends on.
    ("*", "column_order", _C),
    ("column", "storage", _C),
    ("column", "compression", _C),
    ("column", "statistics", _C),
    ("statistics", "*", _C),
    ("index", "clustered", _C),
    ("index", "statistics", _C),
    ("*", "*", _B),
)


def of_attribute(kind: str, name: str, expected: Any = None, actual: Any = None) -> Severity:
    """Say how grave it is that an attribute differs.

    Args:
        kind: the object's class.
        name: the attribute.
        expected: what it should be.
        actual: what it is.
    """
    if kind == "setting" and name == "settings":
        changed = set(expected or ()) ^ set(actual or ())
        return _S if any(_GRAVE_SETTINGS.match(each) for each in changed) else _B
    if (kind, name) == ("column", "not_null_constraint"):
        unsure = any((each or {}).get("validated") is False for each in (expected, actual))
        return _D if unsure else _C
    return next(severity for each, attribute, severity in _TABLE if each in (kind, "*") and attribute in (name, "*"))


def of_object(kind: str, change: str, attributes: Attributes) -> Severity:
    """Say how grave it is that an object is there, or is not.

    Args:
        kind: its class.
        change: `added` or `removed`.
        attributes: what it is, or was to be.
    """
    if kind == "setting":
        return of_attribute(kind, "settings", attributes.get("settings"), None)
    if kind == "function":
        open_to_all = change == "added" and "PUBLIC" not in attributes.get("revoked", {})
        return _S if attributes.get("security_definer") or open_to_all or "granted" in attributes else _B
    if kind == "index" and "UNIQUE" in attributes["definition"]:
        return _D
    if kind == "table" and change == "added":
        return _S if "granted" in attributes else _B
    return of_attribute(kind, change)
