"""Repairs, and the proof that they are some: each is tried in a copy of the database before anybody is shown it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql

from tmi_db import fingerprint, remaking, surroundings
from tmi_db.amendments import quoted, split_identity
from tmi_db.fingerprint import SURROUNDINGS, Comparison, Fingerprint, Key, compare
from tmi_db.remaking import Step

# What one round of statements brings to light, such as a default that hid a missing right, the next one mends.
_ROUNDS = 3


class Label(StrEnum):
    """What is known of a repair."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    NONE = "none"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Repair:
    """Statements that undo a difference, in the order in which they ran in a copy.

    Args:
        label: whether they were seen to undo it.
        statements: what to run, as a superuser; empty where nothing is known that helps.
        left: what they leave, one line an attribute.
        loses: what holds data that are gone afterwards.
    """

    label: Label
    statements: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    loses: list[str] = field(default_factory=list)


class Workshop:
    """A copy of a live database in which repairs are tried; everything that is done in it is taken back."""

    def __init__(
        self,
        conn: psycopg.Connection[Any],
        schema: str,
        live_schema: str,
        live_database: str,
        normal: Callable[[Fingerprint], Fingerprint] = lambda side: side,
        role: str | None = None,
    ) -> None:
        """Work in a copy.

        Args:
            conn: a superuser's connection to the copy.
            schema: what the schema is called there.
            live_schema: what it is called in the live database, as shown in the statements.
            live_database: what the live database is called.
            normal: leaves out of a fingerprint what the copy's server words differently.
            role: who tries repairs; by default the superuser.
        """
        self._conn = conn
        self._schema = schema
        self._normal = normal
        self._role = role
        self._here = {surroundings.SCHEMA: schema, surroundings.DATABASE: conn.info.dbname}
        self._there = {surroundings.SCHEMA: live_schema, surroundings.DATABASE: live_database}

    @contextmanager
    def copied(self, live: Fingerprint) -> Iterator[Comparison]:
        """Bring the copy to the state of the live database in what a dump does not carry; yield what still differs."""
        with self._conn.transaction(force_rollback=True):
            self._enter()
            self._make_roles(live)
            now = self._take()
            if compare(live, now):
                self._lead(now, live)
                self._spoil(live)
                now = self._take()
            yield compare(live, now)

    def repair(self, live: Fingerprint, expected: Fingerprint, keys: Collection[Key] | None = None) -> Repair:
        """Find out what undoes all differences, or those of some objects.

        Args:
            live: the state the copy is in.
            expected: what shall be.
            keys: the objects to repair; by default all.
        """
        before = compare(expected, live)
        goal = expected if keys is None else _mixed(live, expected, keys)
        with self._conn.transaction(force_rollback=True):
            self._enter()
            if self._role:
                self._conn.execute(f"SET LOCAL ROLE {quoted(self._role)}".encode())
            done = self._lead(live, goal)
            after = compare(expected, self._take())
        left = [each for each in lines(after) if each in lines(after, keys) or each not in lines(before)]
        statements = [surroundings.placed(statement, self._there) for statement in done]
        # A column that comes back comes last, which is left of its absence and nothing new.
        new = [each for each in set(lines(after)) - set(lines(before)) if not each.endswith(": column_order")]
        if new or not statements:
            return Repair(Label.NONE, left=left)
        if left and len(left) >= len(lines(before, keys)):
            return Repair(Label.NONE, left=left)
        return Repair(Label.PARTIAL if left else Label.VERIFIED, statements, left, losses(live, expected, keys))

    def _enter(self) -> None:
        self._conn.execute(sql.SQL("SET LOCAL search_path TO {}, pg_temp").format(sql.Identifier(self._schema)))
        self._conn.execute("SET LOCAL client_min_messages TO error")
        self._conn.execute("SET LOCAL lock_timeout TO '5s'")

    def _make_roles(self, live: Fingerprint) -> None:
        """Make the roles that the live database names and the copy's server does not know."""
        named: set[str] = set()
        for key, attributes in live.objects.items():
            named |= {*attributes.get("granted", ()), *attributes.get("roles", ())}
            named |= {attributes["owner"]} if "owner" in attributes else set()
            named |= set(key.identity.split(" in ", 1)) if key.kind == "membership" else set()
        rows = self._conn.execute("SELECT rolname::text FROM pg_catalog.pg_roles").fetchall()
        for name in sorted(named - {"PUBLIC"} - {str(row[0]) for row in rows}):
            self._conn.execute(f"CREATE ROLE {quoted(name)}".encode())

    def _take(self) -> Fingerprint:
        return self._normal(fingerprint.take(self._conn, self._schema))

    def _lead(self, actual: Fingerprint, goal: Fingerprint) -> list[str]:
        """Run what leads from one state to another; return what ran, in its order."""
        done: list[str] = []
        for _ in range(_ROUNDS):
            ran = self._run(steps(actual, goal))
            done += ran
            if not ran:
                break
            actual = self._take()
            if not compare(goal, actual):
                break
        return done

    def _run(self, pending: list[Step]) -> list[str]:
        """Run steps in any order in which they work; what never works is left out."""
        done: list[str] = []
        while pending:
            failed = [step for step in pending if not self._works(step, done)]
            if len(failed) == len(pending):
                break
            pending = failed
        return done

    def _works(self, step: Step, done: list[str]) -> bool:
        try:
            with self._conn.transaction():
                for statement in step:
                    self._conn.execute(surroundings.placed(statement, self._here).encode())
        except psycopg.Error:
            return False
        done += step
        return True

    def _spoil(self, live: Fingerprint) -> None:
        """Make broken what is broken in the live database and no statement breaks."""
        for key, attributes in live.objects.items():
            if key.kind == "index" and not attributes["valid"]:
                self._conn.execute(
                    "UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)",
                    [key.identity],
                )
            elif key.kind == "constraint":
                for each in attributes.get("triggers", ()):
                    self._set_internal_triggers(key, *each.split(": "))

    def _set_internal_triggers(self, key: Key, table: str, state: str) -> None:
        _, name = split_identity(key)
        rows = self._conn.execute(
            "SELECT g.tgname FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_constraint k ON k.oid = g.tgconstraint "
            "WHERE g.tgrelid = to_regclass(%s) AND quote_ident(k.conname) = %s",
            [quoted(table), name],
        ).fetchall()
        verb = {"disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}[state]
        for row in rows:
            self._conn.execute(f"ALTER TABLE {quoted(table)} {verb} TRIGGER {quoted(str(row[0]))}".encode())


def steps(actual: Fingerprint, expected: Fingerprint) -> list[Step]:
    """Write every step that brings a schema and its surroundings from one fingerprint to another."""
    return [
        *remaking.steps(actual.inside(), expected.inside()),
        *surroundings.steps(_around(actual), _around(expected)),
    ]


def lines(difference: Comparison, keys: Collection[Key] | None = None) -> list[str]:
    """Name what differs, one line an attribute, of some objects or of all."""

    def wanted(key: Key) -> bool:
        return keys is None or key in keys

    return [
        *(f"{key} is there" for key in difference.added if wanted(key)),
        *(f"{key} is missing" for key in difference.removed if wanted(key)),
        *(f"{each.key}: {name}" for each in difference.changed if wanted(each.key) for name in each.attributes),
    ]


def losses(live: Fingerprint, expected: Fingerprint, keys: Collection[Key] | None = None) -> list[str]:
    """Name the tables and columns that a repair drops with what stands in them."""
    added = [key for key in compare(expected, live).added if keys is None or key in keys]
    tables = {key.identity for key in added if key.kind == "table"}
    return [
        str(key)
        for key in added
        if key.kind == "table" or (key.kind == "column" and split_identity(key)[0] not in tables)
    ]


def _around(whole: Fingerprint) -> Fingerprint:
    return Fingerprint(
        whole.server_version, {key: value for key, value in whole.objects.items() if key.kind in SURROUNDINGS}
    )


def _mixed(live: Fingerprint, expected: Fingerprint, keys: Collection[Key]) -> Fingerprint:
    """The live state with some objects as they shall be."""
    objects: Mapping[Key, Any] = {key: value for key, value in live.objects.items() if key not in keys} | {
        key: expected.objects[key] for key in keys if key in expected.objects
    }
    return Fingerprint(live.server_version, objects)
