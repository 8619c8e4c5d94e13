"""Writes what brings the server around a schema back: roles, memberships, settings, rights on what is not the schema's.

These statements are for a superuser, and some of them concern every database of the server.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tmi_db.amendments import grantee_sql, literal, quoted, rights_beyond
from tmi_db.fingerprint import Attributes, Fingerprint, Key, compare
from tmi_db.remaking import Step

# What stands in for the names of the schema and the database, which a fingerprint does not hold.
SCHEMA, DATABASE = "<schema>", "<database>"

_ROLE_WORDS = {
    "superuser": "SUPERUSER",
    "inherit": "INHERIT",
    "create_role": "CREATEROLE",
    "create_database": "CREATEDB",
    "login": "LOGIN",
    "replication": "REPLICATION",
    "bypass_row_security": "BYPASSRLS",
}

_OBJECTS_OF = re.compile(r"(?P<objects>[a-z ]+?) of (?P<role>.*?)(?P<inside> in the schema)?")


def steps(actual: Fingerprint, expected: Fingerprint) -> list[Step]:
    """Write the steps that bring the surroundings of a schema from one fingerprint to another.

    Args:
        actual: what is.
        expected: what shall be.
    """
    difference = compare(expected, actual)
    found: list[Step] = []
    for key in difference.added:
        found += [(statement,) for statement in _added(key, actual.objects[key])]
    for key in difference.removed:
        found += [(statement,) for statement in _removed(key, expected.objects[key])]
    for change in difference.changed:
        for name, (wanted, present) in change.attributes.items():
            found += [(statement,) for statement in _changed(change.key, name, wanted, present)]
    return found


def _added(key: Key, attributes: Attributes) -> Iterator[str]:
    match key.kind:
        case "membership":
            member, role = key.identity.split(" in ", 1)
            yield f"REVOKE {quoted(role)} FROM {quoted(member)}"
        case "setting":
            yield from _set(key, [], attributes["settings"])
        case "default privilege" | "parameter privilege" | "system grant":
            for name in ("granted", "revoked"):
                yield from _changed(key, name, None, attributes.get(name))
        case "event trigger" | "publication" | "extension":
            yield f"DROP {key.kind.upper()} {key.identity}"
        case "foreign data wrapper" | "language" | "access method":
            yield f"DROP {key.kind.upper()} {quoted(key.identity)}"
        case "foreign server":
            yield f"DROP SERVER {quoted(key.identity)}"
        case "user mapping":
            user, server = key.identity.split(" on ", 1)
            yield f"DROP USER MAPPING FOR {grantee_sql(user)} SERVER {quoted(server)}"
        case "cast":
            yield f"DROP CAST ({key.identity})"
        case "transform":
            yield f"DROP TRANSFORM {key.identity}"


def _removed(key: Key, attributes: Attributes) -> Iterator[str]:
    match key.kind:
        case "role":
            yield f"CREATE ROLE {quoted(key.identity)}"
            for name, value in attributes.items():
                yield from _changed(key, name, value, None)
        case "membership":
            member, role = key.identity.split(" in ", 1)
            yield f"GRANT {quoted(role)} TO {quoted(member)}" + " WITH ADMIN OPTION" * bool(attributes["admin"])
        case "setting":
            yield from _set(key, attributes["settings"], [])
        case "default privilege" | "parameter privilege" | "system grant":
            for name in ("granted", "revoked"):
                yield from _changed(key, name, attributes.get(name), None)
        case "extension":
            yield f"CREATE EXTENSION {key.identity}"


def _changed(key: Key, name: str, wanted: Any, present: Any) -> Iterator[str]:
    if name in ("granted", "revoked"):
        yield from _rights(key, *((wanted, present) if name == "granted" else (present, wanted)))
    elif key.kind == "role":
        yield _role(key, name, wanted)
    elif key.kind == "membership":
        yield _membership(key, name, wanted)
    elif key.kind == "setting":
        yield from _set(key, wanted, present)
    elif name == "comment" and key.kind in ("schema", "language", "extension"):
        what = SCHEMA if key.kind == "schema" else key.identity
        yield f"COMMENT ON {key.kind.upper()} {what} IS {literal(wanted) if wanted else 'NULL'}"
    elif name == "owner" and key.kind in ("schema", "language"):
        yield f"ALTER {key.kind.upper()} {SCHEMA if key.kind == 'schema' else key.identity} OWNER TO {quoted(wanted)}"
    elif (key.kind, name) == ("database", "connection_limit"):
        yield f"ALTER DATABASE {DATABASE} CONNECTION LIMIT {-1 if wanted is None else wanted}"
    elif (key.kind, name) == ("extension", "version"):
        yield f"ALTER EXTENSION {key.identity} UPDATE TO {literal(wanted)}"


def _role(key: Key, name: str, wanted: Any) -> str:
    role = quoted(key.identity)
    match name:
        case "comment":
            return f"COMMENT ON ROLE {role} IS {literal(wanted) if wanted else 'NULL'}"
        case "connection_limit":
            return f"ALTER ROLE {role} CONNECTION LIMIT {-1 if wanted is None else wanted}"
        case "valid_until":
            return f"ALTER ROLE {role} VALID UNTIL {literal(wanted or 'infinity')}"
        case _:
            return f"ALTER ROLE {role} {'' if wanted else 'NO'}{_ROLE_WORDS[name]}"


def _membership(key: Key, name: str, wanted: Any) -> str:
    member, role = (quoted(each) for each in key.identity.split(" in ", 1))
    if name == "admin" and not wanted:
        return f"REVOKE ADMIN OPTION FOR {role} FROM {member}"
    # Since PG 16 a membership can be given without its rights, and without leave to become the role.
    return f"GRANT {role} TO {member} WITH {name.upper()} {'FALSE' if wanted is False else 'TRUE'}"


def _rights(key: Key, wanted: Mapping[str, list[str]] | None, present: Mapping[str, list[str]] | None) -> Iterator[str]:
    """Write REVOKE and GRANT; what is wanted and present are rights beyond the default, or, swapped, below it."""
    before, on, after = _granted_on(key)
    for grantee, privileges in rights_beyond(present, wanted).items():
        plain = ", ".join(each.removesuffix(" WITH GRANT OPTION") for each in privileges)
        yield f"{before}REVOKE {plain} ON {on} FROM {grantee_sql(grantee)}{after}"
    for grantee, privileges in rights_beyond(wanted, present).items():
        for option in (" WITH GRANT OPTION", ""):
            chosen = [each.removesuffix(option) for each in privileges if each.endswith("OPTION") == bool(option)]
            if chosen:
                yield f"{before}GRANT {', '.join(chosen)} ON {on} TO {grantee_sql(grantee)}{option}{after}"


def _granted_on(key: Key) -> tuple[str, str, str]:
    """Say what stands before GRANT, after ON, and at the end."""
    match key.kind:
        case "schema":
            return "", f"SCHEMA {SCHEMA}", ""
        case "database":
            return "", f"DATABASE {DATABASE}", ""
        case "parameter privilege":
            return "", f"PARAMETER {key.identity}", ""
        case "default privilege":
            found = _OBJECTS_OF.fullmatch(key.identity)
            assert found is not None, key
            inside = f" IN SCHEMA {SCHEMA}" if found["inside"] else ""
            return f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(found['role'])}{inside} ", found["objects"].upper(), ""
        case "system grant":
            kind, _, name = key.identity.partition(" ")
            word = "TABLE" if kind in ("table", "view") else kind.upper()
            return "", f"{word} {name}", ""
        case _:
            return "", f"{_FOREIGN.get(key.kind, key.kind.upper())} {key.identity}", ""


_FOREIGN = {"foreign server": "FOREIGN SERVER"}


def _set(key: Key, wanted: list[str], present: list[str]) -> Iterator[str]:
    role = key.identity.removesuffix(" in the database")
    inside = key.identity.endswith(" in the database")
    if role == "every role":
        what = f"ALTER DATABASE {DATABASE}" if inside else "ALTER ROLE ALL"
    else:
        what = f"ALTER ROLE {quoted(role)}" + f" IN DATABASE {DATABASE}" * inside
    before, after = (dict(each.split("=", 1) for each in settings or ()) for settings in (present, wanted))
    for name in before:
        if name not in after:
            yield f"{what} RESET {name}"
    for name, value in after.items():
        if before.get(name) != value:
            yield f"{what} SET {name} TO {literal(value)}"


def placed(statement: str, names: Mapping[str, str], quote: Callable[[str], str] = quoted) -> str:
    """Put the names of the schema and the database into a statement.

    Args:
        statement: as `steps` writes it.
        names: SCHEMA and DATABASE with what they are called.
        quote: writes a name as an identifier.
    """
    for placeholder, name in names.items():
        statement = statement.replace(placeholder, quote(name))
    return statement
