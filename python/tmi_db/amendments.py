"""Writes the SQL that makes one schema's objects like another's, from nothing but their two fingerprints.

migra changes structure and is blind to the rest: comments, owners, rights, forced row-level security, storage options,
the settings of functions. What it leaves, and what it gets wrong, is said here one attribute at a time.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tmi_db.fingerprint import Attributes, Change, Fingerprint, Key, compare
from tmi_db.statements import tokens

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*")
_RESERVED = {"public", "none", "user", "current_user", "session_user", "current_role"}

# What stands before the name in COMMENT ON, ALTER and DROP.
_WORDS = {
    "table": "TABLE",
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "foreign table": "FOREIGN TABLE",
    "column": "COLUMN",
    "index": "INDEX",
    "sequence": "SEQUENCE",
    "function": "FUNCTION",
    "aggregate": "AGGREGATE",
    "type": "TYPE",
    "enum": "TYPE",
    "range": "TYPE",
    "domain": "DOMAIN",
    "statistics": "STATISTICS",
    "collation": "COLLATION",
    "schema": "SCHEMA",
}
_ON_A_TABLE = {"constraint": "CONSTRAINT", "trigger": "TRIGGER", "policy": "POLICY", "rule": "RULE"}

# What stands before the name in GRANT and REVOKE.
_GRANTED_ON = {
    "table": "TABLE",
    "view": "TABLE",
    "materialized view": "TABLE",
    "foreign table": "TABLE",
    "sequence": "SEQUENCE",
    "function": "FUNCTION",
    "aggregate": "FUNCTION",
    "type": "TYPE",
    "enum": "TYPE",
    "range": "TYPE",
    "domain": "DOMAIN",
}

_ENABLED = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}

# Where two objects are alike in their class: what hangs on others goes first and comes last.
_DROP_ORDER = (
    "policy",
    "rule",
    "trigger",
    "function",
    "view",
    "materialized view",
    "constraint",
    "index",
    "statistics",
)


def amend(actual: Fingerprint, expected: Fingerprint) -> list[str]:
    """Write the statements that bring a schema from one fingerprint to another, in an order in which they run.

    What has no statement here (a table that is missing, a column of another type) is left out: whoever uses the
    statements proves them by taking the fingerprint again.

    Args:
        actual: what is.
        expected: what shall be.
    """
    difference = compare(expected, actual)
    recreated = {change.key for change in difference.changed if _must_be_recreated(change)}
    statements: list[str] = []
    for key in sorted({*difference.added, *recreated}, key=_drop_rank):
        statements += drop(key)
    for key in sorted({*difference.removed, *recreated}, key=_drop_rank, reverse=True):
        statements += create(key, expected.objects[key])
    for change in sorted(difference.changed, key=lambda each: _place(each.key, expected)):
        if change.key not in recreated:
            statements += _alter(change, expected.objects[change.key])
    return statements


def drop(key: Key) -> list[str]:
    """Write the statement that drops an object."""
    if key.kind == "column":
        table, name = split_identity(key)
        return [f"ALTER TABLE {table} DROP COLUMN {name}"]
    if key.kind == "constraint":
        table, name = split_identity(key)
        return [f"ALTER TABLE {table} DROP CONSTRAINT {name}"]
    if key.kind in _WORDS or key.kind in _ON_A_TABLE:
        return [f"DROP {designation(key)}"]
    return []


def create(key: Key, attributes: Attributes) -> list[str]:
    """Write the statements that make an object as its attributes say, with its owner, its rights and its comment."""
    maker = _MAKERS.get(key.kind)
    if maker is None:
        return []
    statements = [maker(key, attributes)]
    if key.kind in ("trigger", "rule") and attributes["enabled"] != "origin":
        statements += _enable(key, attributes["enabled"])
    for name in ("comment", "granted", "revoked"):
        if name in attributes:
            statements += alter_attribute(key, name, None, attributes[name])
    # Last, since an owner who has given an object away can no longer grant.
    if "owner" in attributes:
        statements += alter_attribute(key, "owner", None, attributes["owner"])
    return statements


def designation(key: Key) -> str:
    """Name an object as COMMENT ON and DROP do."""
    if key.kind in _ON_A_TABLE:
        table, name = split_identity(key)
        return f"{_ON_A_TABLE[key.kind]} {name} ON {table}"
    return f"{_WORDS[key.kind]} {key.identity}"


def split_identity(key: Key) -> tuple[str, str]:
    """Part the identity of what belongs to a table into the table's name and its own."""
    dot = next(token.start for token in tokens(key.identity) if token.text == ".")
    return key.identity[:dot], key.identity[dot + 1 :]


def create_function(key: Key, attributes: Attributes) -> str:
    """Write a function as its file would: every attribute that is not the default is stated."""
    name = key.identity.partition("(")[0]
    kind = "PROCEDURE" if attributes["kind"] == "procedure" else "FUNCTION"
    returns = f" RETURNS {attributes['returns']}" if "returns" in attributes else ""
    lines = [f"CREATE OR REPLACE {kind} {name}({attributes.get('arguments', '')}){returns}"]
    lines.append(f"LANGUAGE {attributes['language']}")
    if "transforms" in attributes:
        lines.append(f"TRANSFORM {', '.join(f'FOR TYPE {each}' for each in attributes['transforms'])}")
    if kind == "FUNCTION":
        lines.append(attributes["volatility"].upper())
        lines += ["STRICT"] if attributes["strict"] else []
        lines += ["WINDOW"] if attributes["kind"] == "window" else []
    lines += ["SECURITY DEFINER"] if attributes["security_definer"] else []
    lines += ["LEAKPROOF"] if attributes["leakproof"] else []
    if kind == "FUNCTION":
        lines.append(f"PARALLEL {attributes['parallel'].upper()}")
        lines += [f"COST {attributes['cost']}"] if attributes["cost"] != _usual_cost(attributes) else []
        lines += [f"ROWS {attributes['rows']}"] if attributes["rows"] not in (0, 1000) else []
        lines += [f"SUPPORT {attributes['support']}"] if "support" in attributes else []
    lines += [_setting(setting) for setting in attributes.get("settings", ())]
    if "body" in attributes:
        lines.append(attributes["body"])
    elif "library" in attributes:
        lines.append(f"AS {literal(attributes['library'])}, {literal(attributes['source'])}")
    else:
        lines.append(f"AS {_dollar_quoted(attributes.get('source', ''))}")
    return "\n".join(lines)


def _create_policy(key: Key, attributes: Attributes) -> str:
    table, name = split_identity(key)
    parts = [f"CREATE POLICY {name} ON {table}"]
    parts += ["AS RESTRICTIVE"] if attributes["kind"] == "restrictive" else []
    roles = ", ".join("PUBLIC" if role == "PUBLIC" else quoted(role) for role in attributes["roles"])
    parts.append(f"FOR {attributes['command']} TO {roles}")
    parts += [f"USING ({attributes['using']})"] if "using" in attributes else []
    parts += [f"WITH CHECK ({attributes['check']})"] if "check" in attributes else []
    return "\n  ".join(parts)


def _create_constraint(key: Key, attributes: Attributes) -> str:
    table, name = split_identity(key)
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} {attributes['definition']}"


def _create_domain(key: Key, attributes: Attributes) -> str:
    parts = [f"CREATE DOMAIN {key.identity} AS {attributes['base']}"]
    parts += [f"COLLATE {attributes['collation']}"] if "collation" in attributes else []
    parts += [f"DEFAULT {attributes['default']}"] if "default" in attributes else []
    parts += ["NOT NULL"] if attributes["not_null"] else []
    parts += [f"CONSTRAINT {quoted(name)} {check}" for name, check in attributes.get("constraints", {}).items()]
    return "\n  ".join(parts)


def _create_view(key: Key, attributes: Attributes) -> str:
    options = (option.split("=", 1) for option in attributes.get("options", ()))
    stated = ", ".join(f"{name} = {option_sql(value)}" for name, value in options)
    clause = f" WITH ({stated})" if stated else ""
    return f"CREATE {_WORDS[key.kind]} {key.identity}{clause} AS\n{attributes['definition'].rstrip(';')}"


_MAKERS: Mapping[str, Callable[[Key, Attributes], str]] = {
    "function": create_function,
    "policy": _create_policy,
    "constraint": _create_constraint,
    "domain": _create_domain,
    "index": lambda _, attributes: str(attributes["definition"]),
    "trigger": lambda _, attributes: str(attributes["definition"]),
    "rule": lambda _, attributes: str(attributes["definition"]),
    "statistics": lambda _, attributes: str(attributes["definition"]),
    "enum": lambda key, attributes: (
        f"CREATE TYPE {key.identity} AS ENUM ({', '.join(map(literal, attributes['labels']))})"
    ),
    "view": _create_view,
    "materialized view": _create_view,
}


def _must_be_recreated(change: Change) -> bool:
    """Whether no ALTER leads from one state of the object to the other."""
    return bool(
        change.attributes.keys()
        & {
            "policy": {"kind", "command", "roles", "using", "check"},
            "trigger": {"definition"},
            "rule": {"definition"},
            "constraint": {"definition"},
            "index": {"definition"},
            "statistics": {"definition"},
        }.get(change.key.kind, set())
    )


def _alter(change: Change, attributes: Attributes) -> Iterator[str]:
    key, changed = change.key, dict(change.attributes)
    if key.kind == "function" and changed.keys() - {"comment", "granted", "revoked", "owner"}:
        if changed.keys() & {"kind", "returns", "arguments"}:
            # It is another function to its callers, and must be made anew, with all that hangs on it.
            yield from drop(key)
            yield from create(key, attributes)
            return
        yield create_function(key, attributes)
    # Rights before owners: an owner who has given an object away can no longer grant.
    for name in sorted(changed, key=lambda each: (each == "owner", each)):
        expected, actual = changed[name]
        yield from alter_attribute(key, name, actual, expected)


def alter_attribute(key: Key, name: str, actual: Any, expected: Any) -> list[str]:
    """Write the statements that change one attribute of an object; none where there is no statement for it."""
    if name == "comment":
        return [f"COMMENT ON {designation(key)} IS {literal(expected) if expected else 'NULL'}"]
    if name == "owner":
        return [f"ALTER {_WORDS[key.kind]} {key.identity} OWNER TO {quoted(expected)}"] if key.kind in _WORDS else []
    if name == "granted":
        return [*_revoke(key, rights_beyond(actual, expected)), *_grant(key, rights_beyond(expected, actual))]
    if name == "revoked":
        return [*_revoke(key, rights_beyond(expected, actual)), *_grant(key, rights_beyond(actual, expected))]
    writer = _WRITERS.get((key.kind, name)) or _WRITERS.get(("", name))
    return writer(key, actual, expected) if writer else []


def _grant(key: Key, rights: Mapping[str, list[str]]) -> list[str]:
    statements = []
    for grantee, privileges in rights.items():
        for option in (" WITH GRANT OPTION", ""):
            chosen = [each.removesuffix(option) for each in privileges if each.endswith("OPTION") == bool(option)]
            if chosen:
                statements.append(f"GRANT {_rights_on(key, chosen)} TO {grantee_sql(grantee)}{option}")
    return statements


def _revoke(key: Key, rights: Mapping[str, list[str]]) -> list[str]:
    return [
        f"REVOKE {_rights_on(key, [each.removesuffix(' WITH GRANT OPTION') for each in privileges])} "
        f"FROM {grantee_sql(grantee)}"
        for grantee, privileges in rights.items()
    ]


def _rights_on(key: Key, privileges: list[str]) -> str:
    if key.kind == "column":
        table, name = split_identity(key)
        return f"{', '.join(f'{privilege} ({name})' for privilege in privileges)} ON TABLE {table}"
    return f"{', '.join(privileges)} ON {_GRANTED_ON[key.kind]} {key.identity}"


def rights_beyond(
    rights: Mapping[str, list[str]] | None, others: Mapping[str, list[str]] | None
) -> dict[str, list[str]]:
    """Give the rights, by grantee, that one object gives and another does not."""
    others = others or {}
    beyond = {
        grantee: [each for each in privileges if each not in others.get(grantee, ())]
        for grantee, privileges in (rights or {}).items()
    }
    return {grantee: privileges for grantee, privileges in beyond.items() if privileges}


def _set_options(key: Key, actual: Any, expected: Any, prefix: str = "") -> list[str]:
    before, after = (dict(option.split("=", 1) for option in options or ()) for options in (actual, expected))
    changed = [f"{prefix}{name} = {option_sql(value)}" for name, value in after.items() if before.get(name) != value]
    gone = [f"{prefix}{name}" for name in before if name not in after]
    what = f"ALTER {_WORDS[key.kind]} {key.identity}"
    return [
        *([f"{what} SET ({', '.join(changed)})"] if changed else []),
        *([f"{what} RESET ({', '.join(gone)})"] if gone else []),
    ]


def _set_column_options(key: Key, actual: Any, expected: Any) -> list[str]:
    before, after = (dict(option.split("=", 1) for option in options or ()) for options in (actual, expected))
    changed = [f"{name} = {option_sql(value)}" for name, value in after.items() if before.get(name) != value]
    gone = [name for name in before if name not in after]
    return [
        *([alter_column(key, f"SET ({', '.join(changed)})")] if changed else []),
        *([alter_column(key, f"RESET ({', '.join(gone)})")] if gone else []),
    ]


def alter_column(key: Key, clause: str) -> str:
    """Write ALTER COLUMN with a clause."""
    table, name = split_identity(key)
    return f"ALTER TABLE {table} ALTER COLUMN {name} {clause}"


def _alter_table(clause: str) -> Callable[[Key, Any, Any], list[str]]:
    """Write ALTER TABLE with a clause in which NO stands before what is switched off."""
    return lambda key, _, expected: [
        f"ALTER TABLE {key.identity} {clause.format(*(('', 'ENABLE') if expected else ('NO ', 'DISABLE')))}"
    ]


def _enable(key: Key, state: str) -> list[str]:
    table, name = split_identity(key)
    return [f"ALTER TABLE {table} {_ENABLED[state]} {key.kind.upper()} {name}"]


def _replica_identity(key: Key, _: Any, expected: Any) -> list[str]:
    words = {None: "DEFAULT", "nothing": "NOTHING", "full": "FULL"}
    return [f"ALTER TABLE {key.identity} REPLICA IDENTITY {words[expected]}"] if expected in words else []


_WRITERS: Mapping[tuple[str, str], Callable[[Key, Any, Any], list[str]]] = {
    ("table", "row_security"): _alter_table("{1} ROW LEVEL SECURITY"),
    ("table", "force_row_security"): _alter_table("{0}FORCE ROW LEVEL SECURITY"),
    ("table", "toast_options"): lambda key, actual, expected: _set_options(key, actual, expected, "toast."),
    ("table", "replica_identity"): _replica_identity,
    ("table", "persistence"): lambda key, _, expected: [
        f"ALTER TABLE {key.identity} SET {'UNLOGGED' if expected else 'LOGGED'}"
    ],
    ("", "options"): _set_options,
    ("column", "options"): _set_column_options,
    ("column", "default"): lambda key, _, expected: [
        alter_column(key, f"SET DEFAULT {expected}" if expected else "DROP DEFAULT")
    ],
    ("column", "not_null"): lambda key, _, expected: [alter_column(key, f"{'SET' if expected else 'DROP'} NOT NULL")],
    ("column", "statistics"): lambda key, _, expected: [
        alter_column(key, f"SET STATISTICS {-1 if expected is None else expected}")
    ],
    ("column", "compression"): lambda key, _, expected: [alter_column(key, f"SET COMPRESSION {expected or 'default'}")],
    ("column", "storage"): lambda key, _, expected: (
        [alter_column(key, f"SET STORAGE {expected.upper()}")] if expected else []
    ),
    ("constraint", "validated"): lambda key, _, expected: (
        ["ALTER TABLE {} VALIDATE CONSTRAINT {}".format(*split_identity(key))] if expected else []
    ),
    ("trigger", "enabled"): lambda key, _, expected: _enable(key, expected),
    ("rule", "enabled"): lambda key, _, expected: _enable(key, expected),
}


def _place(key: Key, whole: Fingerprint) -> tuple[str, int, Key]:
    """Sort by table, then from the table to what hangs on it."""
    kinds = ["table", "column", "constraint", "index", "trigger", "policy"]
    if key.kind not in kinds:
        return key.identity if key.kind in _WORDS else "", len(kinds), key
    table = whole.objects[key]["table"] if key.kind == "index" else key.identity
    if key.kind in ("column", *_ON_A_TABLE):
        table, _ = split_identity(key)
    return table, kinds.index(key.kind), key


def _drop_rank(key: Key) -> tuple[int, Key]:
    rank = _DROP_ORDER.index(key.kind) if key.kind in _DROP_ORDER else len(_DROP_ORDER)
    return rank, key


def _usual_cost(attributes: Attributes) -> int:
    return 1 if attributes["language"] in ("c", "internal") else 100


def _setting(setting: str) -> str:
    name, _, value = setting.partition("=")
    if setting == "search_path=<schema>, pg_temp":
        # Whoever runs migrations has said the path, with the schema's name in it.
        return "SET search_path FROM CURRENT"
    if name == "search_path":
        value = ", ".join(quoted(each.strip()) for each in value.split(","))
        return f"SET search_path TO {value}"
    return f"SET {name} TO {value if _PLAIN_NAME.fullmatch(value) else literal(value)}"


def option_sql(value: str) -> str:
    """Write the value of a storage option."""
    return value if re.fullmatch(r"[a-z]+|[0-9]+(\.[0-9]+)?", value) else literal(value)


def grantee_sql(role: str) -> str:
    """Write a grantee."""
    return "PUBLIC" if role == "PUBLIC" else quoted(role)


def quoted(name: str) -> str:
    """Write a name as an identifier."""
    if _PLAIN_NAME.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def _dollar_quoted(text: str) -> str:
    tags = ("$$", "$body$", *(f"$body_{n}$" for n in range(1, 1000)))
    tag = next(tag for tag in tags if tag.rstrip("$") + "$" not in text + "$"[: text.endswith("$")])
    return f"{tag}{text}{tag}"
