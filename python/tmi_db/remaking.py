"""Writes what `amendments` leaves to migra, from fingerprints alone: tables, columns, sequences and what changes shape.

A repair cannot rely on migra, whose proposals would drop comments, owners and options on the way. Each step is one or
more statements that only make sense together; the order in which steps run is found by trying.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from tmi_db.amendments import (
    alter_attribute,
    alter_column,
    amend,
    create,
    drop,
    grantee_sql,
    literal,
    option_sql,
    quoted,
    rights_beyond,
    split_identity,
)
from tmi_db.fingerprint import Attributes, Change, Comparison, Fingerprint, Key, compare

Step: TypeAlias = tuple[str, ...]

_ON_TABLES = ("column", "constraint", "trigger", "policy", "rule")

# Attributes of a column that are set when the column is there.
_AFTERWARDS = ("comment", "granted", "statistics", "storage", "compression", "options")

# What is dropped by its class and its identity as they stand.
_DROPPED_AS_NAMED = (
    "operator",
    "operator family",
    "operator class",
    "conversion",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
)

# How a type is stored unless somebody says otherwise; all others are plain.
_EXTENDED = re.compile(r"text|json|bytea|character|tsvector|xml|bit|.*\[\]")
_MAIN = re.compile(r"numeric|inet|cidr")

_SEQUENCE_CLAUSES = {
    "type": "AS {}",
    "increment": "INCREMENT BY {}",
    "minimum": "MINVALUE {}",
    "maximum": "MAXVALUE {}",
    "start": "START WITH {}",
    "cache": "CACHE {}",
}


def steps(actual: Fingerprint, expected: Fingerprint) -> list[Step]:
    """Write the steps that bring the objects of a schema from one fingerprint to another.

    Args:
        actual: what is, without the server around it.
        expected: what shall be, without the server around it.
    """
    difference = compare(expected, actual)
    # What stands on a table that goes, goes with it.
    kept = {key: value for key, value in actual.objects.items() if not _goes_along(key, value, difference)}
    wanted = {key: value for key, value in expected.objects.items() if not _belongs_to_constraint(key, difference)}
    amendments = amend(
        Fingerprint(actual.server_version, kept),
        # An index that a constraint brings along is made by it; one that is there already counts.
        Fingerprint(
            expected.server_version, wanted | {key: kept[key] for key in kept.keys() & _lost(expected, wanted)}
        ),
    )
    return [*_remake(difference, actual, expected), *((statement,) for statement in amendments)]


def table_of(key: Key, attributes: Attributes) -> str | None:
    """Name the table that an object stands on, if it stands on one."""
    if key.kind == "index":
        return str(attributes["table"])
    return split_identity(key)[0] if key.kind in _ON_TABLES else None


def _goes_along(key: Key, attributes: Attributes, difference: Comparison) -> bool:
    if key not in difference.added:
        return False
    table = table_of(key, attributes)
    if key.kind == "sequence" and "owned_by" in attributes:
        table = str(attributes["owned_by"]).partition(".")[0]
    if table is not None and any(Key(kind, table) in difference.added for kind in ("table", "foreign table", "type")):
        return True
    return key.kind == "index" and Key("constraint", f"{table}.{key.identity}") in difference.added


def _belongs_to_constraint(key: Key, difference: Comparison) -> bool:
    if key.kind != "index":
        return False
    return any(each.kind == "constraint" and split_identity(each)[1] == key.identity for each in difference.removed)


def _lost(whole: Fingerprint, part: dict[Key, Attributes]) -> set[Key]:
    return set(whole.objects) - set(part)


def _remake(difference: Comparison, actual: Fingerprint, expected: Fingerprint) -> Iterator[Step]:
    for key in difference.added:
        if key.kind in _DROPPED_AS_NAMED:
            yield (f"DROP {key.kind.upper()} {key.identity}",)
        elif key.kind == "function" and actual.objects[key]["kind"] == "procedure":
            yield (f"DROP PROCEDURE {key.identity}",)
    removed = set(difference.removed)
    for key in difference.removed:
        attributes = expected.objects[key]
        if key.kind == "table":
            yield tuple(_create_table(key, attributes, expected))
        elif key.kind == "column" and Key("table", split_identity(key)[0]) not in removed:
            table, _ = split_identity(key)
            yield (f"ALTER TABLE {table} ADD COLUMN {_column(key, attributes)}", *_column_afterwards(key, attributes))
        elif key.kind == "sequence" and "owned_by" not in attributes:
            yield (f"CREATE SEQUENCE {key.identity}", *_alter_sequence(key, attributes))
        elif key.kind == "index" and _belongs_to_constraint(key, difference) and "comment" in attributes:
            # It is there again with its constraint, which does not bring its comment.
            yield tuple(alter_attribute(key, "comment", None, attributes["comment"]))
    for change in difference.changed:
        yield from _change(change, actual, expected)


def _create_table(key: Key, attributes: Attributes, whole: Fingerprint) -> Iterator[str]:
    columns = [Key("column", f"{key.identity}.{quoted(name)}") for name in attributes.get("column_order", ())]
    clauses = ",\n  ".join(_column(column, whole.objects[column]) for column in columns)
    unlogged = "UNLOGGED " if attributes.get("persistence") == "unlogged" else ""
    yield f"CREATE {unlogged}TABLE {key.identity} (\n  {clauses}\n)"
    for name in ("options", "toast_options", "replica_identity", "comment"):
        if name in attributes:
            yield from alter_attribute(key, name, None, attributes[name])
    for name in ("row_security", "force_row_security"):
        if attributes[name]:
            yield from alter_attribute(key, name, False, True)
    for column in columns:
        yield from _column_afterwards(column, whole.objects[column])
    for name in ("granted", "revoked"):
        if name in attributes:
            yield from alter_attribute(key, name, None, attributes[name])
    yield from alter_attribute(key, "owner", None, attributes["owner"])


def _column(key: Key, attributes: Attributes) -> str:
    parts = [split_identity(key)[1], attributes["type"]]
    if "collation" in attributes:
        parts.append(f"COLLATE {quoted(attributes['collation'])}")
    if "default" in attributes:
        parts.append(f"DEFAULT {attributes['default']}")
    if "generated" in attributes:
        parts.append(f"GENERATED ALWAYS AS ({attributes['generated']}) {attributes['generated_kind'].upper()}")
    if "identity" in attributes:
        parts.append(f"GENERATED {attributes['identity'].upper()} AS IDENTITY")
    if attributes["not_null"]:
        parts.append("NOT NULL")
    return " ".join(parts)


def _column_afterwards(key: Key, attributes: Attributes) -> Iterator[str]:
    for name in _AFTERWARDS:
        if name in attributes:
            yield from alter_attribute(key, name, None, attributes[name])


def _alter_sequence(key: Key, attributes: Attributes) -> Iterator[str]:
    clauses = [clause.format(attributes[name]) for name, clause in _SEQUENCE_CLAUSES.items()]
    yield f"ALTER SEQUENCE {key.identity} {' '.join(clauses)} {'' if attributes['cycle'] else 'NO '}CYCLE"


def _change(change: Change, actual: Fingerprint, expected: Fingerprint) -> Iterator[Step]:
    key, changed = change.key, change.attributes
    attributes = expected.objects[key]
    match key.kind:
        case "table":
            yield from _change_table(key, changed)
        case "column":
            yield from _change_column(change, attributes, expected)
        case "constraint" if "triggers" in changed:
            tables = sorted({each.partition(":")[0] for each in changed["triggers"][1] or ()})
            yield tuple(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER ALL" for table in tables)
        case "index":
            yield from _change_index(key, changed, attributes)
        case "sequence":
            if changed.keys() & {*_SEQUENCE_CLAUSES, "cycle"}:
                yield tuple(_alter_sequence(key, attributes))
            if "owned_by" in changed:
                yield (f"ALTER SEQUENCE {key.identity} OWNED BY {changed['owned_by'][0] or 'NONE'}",)
            if "persistence" in changed:
                yield (f"ALTER SEQUENCE {key.identity} SET {'UNLOGGED' if changed['persistence'][0] else 'LOGGED'}",)
        case "enum" if "labels" in changed:
            yield from _change_enum(key, *changed["labels"])
        case "domain":
            yield from _change_domain(key, changed)
        case "view" | "materialized view" if "definition" in changed:
            yield (*drop(key), *create(key, attributes))
        case "statistics" if "target" in changed:
            target = -1 if changed["target"][0] is None else changed["target"][0]
            yield (f"ALTER STATISTICS {key.identity} SET STATISTICS {target}",)


def _change_table(key: Key, changed: Any) -> Iterator[Step]:
    if "access_method" in changed:
        yield (f"ALTER TABLE {key.identity} SET ACCESS METHOD {changed['access_method'][0] or 'heap'}",)
    if "tablespace" in changed:
        yield (f"ALTER TABLE {key.identity} SET TABLESPACE {quoted(changed['tablespace'][0] or 'pg_default')}",)
    if "of_type" in changed and changed["of_type"][0] is None:
        yield (f"ALTER TABLE {key.identity} NOT OF",)
    if "parents" in changed:
        wanted, present = (each or [] for each in changed["parents"])
        for parent in present:
            if parent not in wanted:
                yield (f"ALTER TABLE {key.identity} NO INHERIT {quoted(parent)}",)
        for parent in wanted:
            if parent not in present:
                yield (f"ALTER TABLE {key.identity} INHERIT {quoted(parent)}",)
    for name, more, less in (("type_granted", "GRANT", "REVOKE"), ("type_revoked", "REVOKE", "GRANT")):
        if name in changed:
            wanted, present = changed[name]
            for verb, rights in ((more, rights_beyond(wanted, present)), (less, rights_beyond(present, wanted))):
                for grantee in rights:
                    word = "TO" if verb == "GRANT" else "FROM"
                    yield (f"{verb} USAGE ON TYPE {key.identity} {word} {grantee_sql(grantee)}",)


def _change_column(change: Change, attributes: Attributes, whole: Fingerprint) -> Iterator[Step]:
    key, changed = change.key, change.attributes
    table, name = split_identity(key)
    if changed.keys() & {"type", "collation"}:
        collation = f" COLLATE {quoted(attributes['collation'])}" if "collation" in attributes else ""
        retype = alter_column(key, f"TYPE {attributes['type']}{collation} USING {name}::{attributes['type']}")
        default = alter_column(key, f"SET DEFAULT {attributes['default']}") if "default" in attributes else None
        around = list(_watchers(table, name, whole))
        yield (
            *(statement for each in around for statement in drop(each)),
            *((alter_column(key, "DROP DEFAULT"),) if default else ()),
            retype,
            *((default,) if default else ()),
            *(statement for each in around for statement in create(each, whole.objects[each])),
        )
    if "generated" in changed:
        if changed["generated"][0] is None:
            yield (alter_column(key, "DROP EXPRESSION"),)
        else:
            yield (alter_column(key, f"SET EXPRESSION AS ({changed['generated'][0]})"),)
    if "identity" in changed:
        wanted, present = changed["identity"]
        if wanted is None:
            yield (alter_column(key, "DROP IDENTITY"),)
        elif present is None:
            yield (alter_column(key, f"ADD GENERATED {wanted.upper()} AS IDENTITY"),)
        else:
            yield (alter_column(key, f"SET GENERATED {wanted.upper()}"),)
    if "storage" in changed and changed["storage"][0] is None:
        kind = attributes["type"]
        usual = "EXTENDED" if _EXTENDED.match(kind) else "MAIN" if _MAIN.match(kind) else "PLAIN"
        yield (alter_column(key, f"SET STORAGE {usual}"),)
    if "not_null_constraint" in changed and attributes["not_null"]:
        yield from _change_not_null(key, *changed["not_null_constraint"])


def _change_not_null(key: Key, wanted: Any, present: Any) -> Iterator[Step]:
    """Since PG 18, NOT NULL is a constraint with a name, a comment and a state."""
    table, name = split_identity(key)
    usual = quoted(f"{table.strip(chr(34))}_{name.strip(chr(34))}_not_null"[:63])
    wanted, present = wanted or {}, present or {}
    before, after = (quoted(each["name"]) if "name" in each else usual for each in (present, wanted))
    if before != after:
        yield (f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}",)
    if present.get("validated") is False and "validated" not in wanted:
        yield (f"ALTER TABLE {table} VALIDATE CONSTRAINT {after}",)
    if present.get("no_inherit") != wanted.get("no_inherit"):
        yield (f"ALTER TABLE {table} ALTER CONSTRAINT {after} {'NO INHERIT' if 'no_inherit' in wanted else 'INHERIT'}",)
    if present.get("comment") != wanted.get("comment"):
        comment = literal(wanted["comment"]) if "comment" in wanted else "NULL"
        yield (f"COMMENT ON CONSTRAINT {after} ON {table} IS {comment}",)


def _watchers(table: str, column: str, whole: Fingerprint) -> Iterator[Key]:
    """Find triggers and policies that name a column, and so forbid that its type changes."""
    word = re.compile(rf"(?<!\w){re.escape(column)}(?!\w)")
    for key, attributes in sorted(whole.objects.items()):
        if key.kind in ("trigger", "policy"):
            text = " ".join(str(attributes.get(each, "")) for each in ("definition", "using", "check"))
            if (split_identity(key)[0] == table or f"{table}." in text) and word.search(text):
                yield key


def _change_index(key: Key, changed: Any, attributes: Attributes) -> Iterator[Step]:
    if any(changed.get(name) == (True, False) for name in ("valid", "ready", "live")):
        yield (f"REINDEX INDEX {key.identity}",)
    table = quoted(attributes["table"])
    if "clustered" in changed:
        yield (
            f"ALTER TABLE {table} "
            + (f"CLUSTER ON {key.identity}" if changed["clustered"][0] else "SET WITHOUT CLUSTER"),
        )
    if "tablespace" in changed:
        yield (f"ALTER INDEX {key.identity} SET TABLESPACE {quoted(changed['tablespace'][0] or 'pg_default')}",)
    if "statistics" in changed:
        wanted, present = (each or {} for each in changed["statistics"])
        for number in sorted(wanted.keys() | present.keys()):
            yield (f"ALTER INDEX {key.identity} ALTER COLUMN {number} SET STATISTICS {wanted.get(number, -1)}",)
    if "definition" in changed:
        # Enough where nothing but the options differ, and the only way where a constraint needs the index.
        before, after = (_index_options(text) for text in reversed(changed["definition"]))
        gone = [name for name in before if name not in after]
        new = [f"{name} = {option_sql(value)}" for name, value in after.items() if before.get(name) != value]
        if gone:
            yield (f"ALTER INDEX {key.identity} RESET ({', '.join(gone)})",)
        if new:
            yield (f"ALTER INDEX {key.identity} SET ({', '.join(new)})",)


def _index_options(definition: str) -> dict[str, str]:
    found = re.search(r" WITH \(([^()]*)\)", definition)
    pairs = (each.split("=", 1) for each in found[1].split(", ")) if found else ()
    return {name: value.strip("'") for name, value in pairs}


def _change_enum(key: Key, wanted: list[str], present: list[str]) -> Iterator[Step]:
    if len(wanted) == len(present):
        for old, new in zip(present, wanted, strict=True):
            if old != new and new not in present:
                yield (f"ALTER TYPE {key.identity} RENAME VALUE {literal(old)} TO {literal(new)}",)
    for place, label in enumerate(wanted):
        if label not in present and len(wanted) != len(present):
            where = f"AFTER {literal(wanted[place - 1])}" if place else f"BEFORE {literal(wanted[1])}"
            yield (f"ALTER TYPE {key.identity} ADD VALUE {literal(label)} {where}",)


def _change_domain(key: Key, changed: Any) -> Iterator[Step]:
    what = f"ALTER DOMAIN {key.identity}"
    if "not_null" in changed:
        yield (f"{what} {'SET' if changed['not_null'][0] else 'DROP'} NOT NULL",)
    if "default" in changed:
        wanted = changed["default"][0]
        yield (f"{what} SET DEFAULT {wanted}" if wanted else f"{what} DROP DEFAULT",)
    if "constraints" in changed:
        wanted, present = (each or {} for each in changed["constraints"])
        for name in present:
            if wanted.get(name) != present[name]:
                yield (f"{what} DROP CONSTRAINT {quoted(name)}",)
        for name, check in wanted.items():
            if present.get(name) != check:
                yield (f"{what} ADD CONSTRAINT {quoted(name)} {check}",)
