"""Works out, section by section, how one schema becomes like another: what goes, what changes, what is put in.

The order is what makes it run: a policy stands in the way of the function it calls, a trigger in the way of the column
it watches, a function in the way of the table whose rows it returns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tmi_db import migra_adapter, owner
from tmi_db.amendments import drop, split_identity
from tmi_db.fingerprint import Fingerprint, Key


@dataclass(frozen=True)
class Section:
    """A part of a migration: SQL as it shall stand in the file, under a heading that says what it is about."""

    heading: str
    sql: str


@dataclass
class Texts:
    """What is put into a migration as it stands: SQL by the path of its file below the folder of the SQL files."""

    base: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    # Policies that need not be put in unless something they depend on changes.
    unchanged_policies: dict[str, str] = field(default_factory=dict)


def plan(
    conn: psycopg.Connection[Any],
    goal: psycopg.Connection[Any],
    schema: str,
    old: Fingerprint,
    new: Fingerprint,
    texts: Texts,
) -> list[Section]:
    """Put what makes one schema like another into an order in which it runs.

    Policies, triggers and functions that go come first, then tables, then what is put in, in the order of the build.
    What depends on something that changes its shape gives way to it, and comes back.

    Args:
        conn: the database to be changed.
        goal: the database that is as it shall be.
        schema: the schema's name, the same in both.
        old: the fingerprint of the first.
        new: the fingerprint of the second.
        texts: the files to put in; policies that had to give way are added to them.
    """
    functions = {
        key
        for key, attributes in old.objects.items()
        if key.kind == "function" and _shape(attributes) != _shape(new.objects.get(key))
    }
    users = _users(conn, schema, functions, _retyped_columns(old, new))
    late = {key.identity for key in functions} & {used for kind, _, used in users if kind == "other"}
    policies = {name for kind, name, _ in users if kind == "policy"} | _gone_policies(old, new)
    for file in [file for file in texts.unchanged_policies if _has_policy(file, policies)]:
        texts.policies[file] = texts.unchanged_policies.pop(file)
    structure = migra_adapter.structure(conn, goal, schema, whole=[Path(file).stem for file in texts.tables])
    triggers = {name for kind, name, _ in users if kind == "trigger"} - {
        key.identity
        for key, attributes in old.objects.items()
        if key.kind == "trigger"
        and Key("table", split_identity(key)[0]) in new.objects
        and new.objects.get(key, {}).get("definition") != attributes["definition"]
    }
    early = sorted(key.identity for key in functions if key.identity not in late)
    sections = [
        Section(
            "What goes, and what has to give way",
            statements(
                [
                    *_drop_on_tables("policy", policies),
                    *map(_pretty, structure.drop_triggers),
                    *_drop_on_tables("trigger", triggers),
                    *_drop_functions(early),
                ]
            ),
        ),
        Section("", "\n".join(texts.base.values())),
        Section(
            "Structure",
            statements(
                [
                    *map(_pretty, structure.change),
                    *([f"DROP TABLE {', '.join(structure.drop_tables)}"] if structure.drop_tables else []),
                ]
            ),
        ),
        Section("", "\n".join(texts.tables.values())),
        Section("Structure", statements(map(_pretty, structure.constrain))),
        Section("", "\n".join(texts.functions.values())),
        Section("Functions that nothing uses any more", statements(_drop_functions(sorted(late)))),
        Section("Triggers", statements(map(_pretty, structure.create_triggers))),
        Section("", "\n".join(texts.policies[file] for file in sorted(texts.policies))),
    ]
    return [section for section in sections if section.sql]


_USERS = """
WITH used AS (
  SELECT f.identity AS name, 'pg_proc'::regclass AS class, f.identity::regprocedure::oid AS object, 0 AS part
  FROM unnest(%(functions)s::text[]) AS f(identity)
  UNION ALL
  SELECT format('%%s.%%s', c.relation, c.name), 'pg_class'::regclass, a.attrelid, a.attnum::int
  FROM unnest(%(tables)s::text[], %(columns)s::text[]) AS c(relation, name)
  JOIN pg_attribute a ON a.attrelid = c.relation::regclass AND quote_ident(a.attname) = c.name
)
SELECT DISTINCT
  CASE d.classid WHEN 'pg_policy'::regclass THEN 'policy' WHEN 'pg_trigger'::regclass THEN 'trigger' ELSE 'other' END,
  coalesce(
    (SELECT format('%%I.%%I', c.relname, p.polname) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
     WHERE d.classid = 'pg_policy'::regclass AND p.oid = d.objid),
    (SELECT format('%%I.%%I', c.relname, t.tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid),
    ''
  ),
  u.name
FROM used u
JOIN pg_depend d ON d.refclassid = u.class AND d.refobjid = u.object AND d.refobjsubid = u.part
WHERE d.classid <> 'pg_proc'::regclass
"""


def _users(
    conn: psycopg.Connection[Any], schema: str, functions: Collection[Key], columns: Collection[Key]
) -> set[tuple[str, str, str]]:
    """Find what depends on functions and columns that change: (policy, trigger or other; its name; what it uses)."""
    parts = [split_identity(column) for column in columns]
    with owner.transaction(conn, schema):
        rows = conn.execute(
            _USERS.encode(),
            {
                "functions": [key.identity for key in functions],
                "tables": [table for table, _ in parts],
                "columns": [name for _, name in parts],
            },
        ).fetchall()
    return {(str(kind), str(name), str(used)) for kind, name, used in rows}


def _shape(attributes: Mapping[str, Any] | None) -> list[Any]:
    """What CREATE OR REPLACE can't change about a function."""
    return [attributes.get(name) for name in ("kind", "arguments", "returns")] if attributes else []


def _retyped_columns(old: Fingerprint, new: Fingerprint) -> set[Key]:
    """Columns of remaining tables that go or get another type, which what depends on them forbids."""
    return {
        key
        for key, attributes in old.objects.items()
        if key.kind == "column"
        and Key("table", split_identity(key)[0]) in new.objects
        and attributes["type"] != new.objects.get(key, {}).get("type")
    }


def _gone_policies(old: Fingerprint, new: Fingerprint) -> set[str]:
    return {
        key.identity
        for key in old.objects
        if key.kind == "policy" and key not in new.objects and Key("table", split_identity(key)[0]) in new.objects
    }


def _has_policy(file: str, policies: Collection[str]) -> bool:
    return any(split_identity(Key("policy", name))[0] == Path(file).stem for name in policies)


def _drop_on_tables(kind: str, identities: Iterable[str]) -> list[str]:
    return [statement for identity in sorted(identities) for statement in drop(Key(kind, identity))]


def _drop_functions(identities: Sequence[str]) -> list[str]:
    # One statement, since they may use each other in the defaults of their arguments.
    return ["DROP FUNCTION\n  " + ",\n  ".join(identities)] if identities else []


def statements(parts: Iterable[str]) -> str:
    """End each statement with a semicolon and a line."""
    return "".join(f"{part.rstrip().rstrip(';')};\n" for part in parts)


def _pretty(statement: str) -> str:
    """Write a statement of migra's as one would by hand; what the catalogue printed is so already."""
    if statement[:6].isupper():
        return statement
    try:
        import pglast  # noqa: PLC0415 - a tool of those who write migrations, not of those who run them

        return str(pglast.prettify(statement, comma_at_eoln=True, safety_belt=True))
    except Exception:  # pglast can't print everything, and migra's own text is right, only not pretty
        return statement
