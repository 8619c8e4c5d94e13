"""Renders the API layer from the catalogue: `python -m tmi_db.generate`, or `--check` to see that nothing would change.

What a function is called in Python follows from the database alone:

- where it stands: `db.as_user(...)`, `db.auth` and `db.maintenance` hold what tmi_app, tmi_auth and tmi_maintenance
  may execute; helpers, whose names start with `_`, are never shown;
- its name: the noun in front (`NOUNS`) is an attribute, the rest the method, so `threat_bulk_create` is
  `threats.bulk_create`; a function without such a noun stands at the top, as `me()` does;
- its answer: declared with `ROWS 1`, it is one row; without, a list of rows, and its comment must agree ("Returns the
  row", "Returns rows"). A plain value may be None where the comment's `Returns` says NULL;
- its rows: those of a table are named after it; the shapes of RETURNS TABLE are named in `SHAPES`;
- its arguments: without `p_`; those with a default are keywords, and `UNSET` leaves them out;
- pages: what takes `p_limit` and `p_after` gets an iterator beside it.

Async and sync are one source: `_generated/aio.py` is rendered from the catalogue, the modules in `BY_HAND` are written,
and `_generated/api.py` and their twins follow by `to_sync`.
"""

import argparse
import difflib
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import psycopg
from psycopg.rows import namedtuple_row

from . import declared
from .cli.connection import resolve_dsn
from .cli.output import complain
from .errors import SQLSTATES
from .installation import initialise
from .scratch import scratch
from .tool import ToolError

PACKAGE = Path(__file__).parent
GENERATED = "_generated"
DOCS = PACKAGE.parents[1] / "docs" / "api"
"""A page for each noun, in a checkout; the package itself does without."""

BY_HAND: Mapping[str, str] = {"aio.py": "database.py", "aio_tokens.py": "tokens.py"}
"""The asynchronous modules written by hand, each with the twin that follows from it."""

NAMESPACES: Mapping[str, str] = {"tmi_app": "Api", "tmi_auth": "Auth", "tmi_maintenance": "Maintenance"}
"""The class that holds the functions that a role may execute."""

NOUNS: Mapping[str, str] = {
    "access": "access",
    "cell": "cells",
    "counts": "counts",
    "diagram": "diagrams",
    "document": "documents",
    "metadata": "metadata",
    "provider": "providers",
    "session": "sessions",
    "source": "sources",
    "threat": "threats",
    "threat_model": "threat_models",
    "token": "tokens",
    "user": "users",
}
"""The attribute for each noun that a function's name may begin with."""

TABLES: Mapping[str, str] = {"metadata": "MetadataEntry", "threat_model_access": "AccessEntry"}
"""The classes of rows whose table's name does not give it: without the s, in CamelCase."""


@dataclass(frozen=True)
class Shape:
    """How the rows of a RETURNS TABLE function are called in Python.

    Every function with the same columns answers with the same class.
    """

    name: str
    like: str
    """A function that returns such rows."""
    summary: str
    table: str | None = None
    """The table that columns of the same name come from, with their comments and NOT NULL."""
    also: Mapping[str, str] = field(default_factory=dict)
    """What the other columns hold; they are never null."""
    nullable: Mapping[str, str] = field(default_factory=dict)
    """What the other columns hold that may be null."""


SHAPES: Sequence[Shape] = (
    Shape(
        "ThreatModel",
        like="threat_model_get",
        summary="A threat model, with the caller's role in it.",
        table="threat_models",
        also={"role": "The caller's role: owner, writer or reader."},
    ),
    Shape(
        "FoundThreatModel",
        like="threat_model_search",
        summary="A threat model in which the words of a search were found.",
        table="threat_models",
        also={
            "role": "The caller's role: owner, writer or reader.",
            "matched": "Where the words were found, separated by commas.",
        },
    ),
    Shape(
        "DeletedThreatModel",
        like="threat_model_delete",
        summary="How much was deleted with a threat model.",
        also={
            "threat_count": "Threats.",
            "diagram_count": "Diagrams.",
            "document_count": "Documents.",
            "source_count": "Sources.",
            "metadata_count": "Metadata of every level.",
            "session_count": "Collaboration sessions.",
            "access_count": "Access entries, the owner's included.",
        },
    ),
    Shape(
        "DiagramSummary",
        like="diagram_list",
        summary="A diagram without its cells.",
        table="diagrams",
        also={"cell_count": "How many cells it has."},
    ),
    Shape(
        "OpenSession",
        like="session_list",
        summary="A session that people may join.",
        table="collaboration_sessions",
        also={
            "threat_model_name": "The model's name.",
            "participant_count": "How many are in it.",
            "role": "The caller's role in the model: owner, writer or reader.",
        },
        nullable={
            "diagram_name": "The diagram's name; None for the model as a whole.",
            "host_email": "The host's address; None when the host is gone.",
        },
    ),
    Shape(
        "Participant",
        like="session_participants",
        summary="Somebody who is in a session.",
        also={
            "user_id": "The user.",
            "email": "The user's address.",
            "name": "The user's name.",
            "is_host": "Whether this is the session's host.",
            "joined_at": "When the user joined.",
            "last_seen_at": "When the user last gave a sign of life.",
        },
        nullable={"role": "The user's role in the model: owner, writer or reader."},
    ),
    Shape(
        "PatchOutcome",
        like="threat_batch_patch",
        summary="What came of one patch of a batch.",
        also={
            "index": "The patch's place in the batch, counted from 0.",
            "succeeded": "Whether the threat was changed.",
        },
        nullable={
            "id": "The threat that was to be patched.",
            "threat": "The threat as it is now.",
            "code": "The SQLSTATE of the refusal.",
            "message": "Why it was refused.",
            "detail": "Which value is meant.",
        },
    ),
    Shape(
        "Cell",
        like="cell_get",
        summary="A cell of a diagram.",
        also={
            "diagram_id": "The diagram.",
            "cell_id": "The cell's own id, unique in its diagram.",
            "shape": "What it is drawn as.",
            "cell": "The whole cell, as the editor made it.",
        },
    ),
    Shape(
        "CellChanges",
        like="cell_apply_ops",
        summary="What operations did to a diagram.",
        also={
            "diagram_id": "The diagram.",
            "modified_at": "When the diagram was last changed.",
            "cell_count": "How many cells it has now.",
            "added": "How many cells were added.",
            "updated": "How many cells were changed.",
            "removed": "How many cells were removed.",
        },
    ),
    Shape(
        "ReleasedModel",
        like="user_delete",
        summary="What became of a threat model whose owner was deleted.",
        also={
            "threat_model_id": "The threat model.",
            "name": "Its name.",
            "action": "transferred or deleted.",
        },
        nullable={"new_owner_email": "Who owns it now."},
    ),
    Shape(
        "CountsCheck",
        like="counts_verify",
        summary="A threat model whose cached counts were wrong.",
        also={
            "threat_model_id": "The threat model.",
            "document_count": "Documents that are there.",
            "cached_document_count": "Documents by the cached count.",
            "source_count": "Sources that are there.",
            "cached_source_count": "Sources by the cached count.",
            "diagram_count": "Diagrams that are there.",
            "cached_diagram_count": "Diagrams by the cached count.",
            "threat_count": "Threats that are there.",
            "cached_threat_count": "Threats by the cached count.",
        },
    ),
    Shape(
        "HealthCheck",
        like="health",
        summary="A check of the database's health.",
        also={"name": "What was checked.", "status": "How it is.", "detail": "What was seen."},
    ),
    Shape(
        "IssuedToken",
        like="token_issue",
        summary="A refresh token, without its secret.",
        also={
            "user_id": "Whose it is.",
            "family_id": "The family of tokens that follow one another.",
            "expires_at": "When it expires.",
            "family_expires_at": "When the family does, however often it is rotated.",
        },
    ),
    Shape(
        "RotatedToken",
        like="token_rotate",
        summary="What came of a rotation.",
        also={
            "outcome": "What came of it.",
        },
        nullable={
            "user_id": "Whose it is.",
            "family_id": "The family of tokens that follow one another.",
            "expires_at": "When the new token expires.",
            "family_expires_at": "When the family does, however often it is rotated.",
        },
    ),
    Shape(
        "Login",
        like="user_login",
        summary="The user who logged in.",
        table="users",
        also={"is_new": "Whether this login made the user."},
    ),
)

# SQL type: what Python gets, and what it may pass.
_TYPES: Mapping[str, tuple[str, str]] = {
    "bigint": ("int", "int"),
    "boolean": ("bool", "bool"),
    "bytea": ("bytes", "bytes"),
    "date": ("date", "date"),
    "double precision": ("float", "float"),
    "integer": ("int", "int"),
    "interval": ("timedelta", "timedelta"),
    "jsonb": ("Any", "Json"),
    "numeric": ("Decimal", "Decimal | int"),
    "real": ("float", "float"),
    "smallint": ("int", "int"),
    "text": ("str", "str"),
    "timestamp with time zone": ("datetime", "datetime"),
    "uuid": ("UUID", "UUID | str"),
    "void": ("None", "None"),
}


@dataclass(frozen=True)
class Column:
    """A column of a row class."""

    name: str
    sql_type: str
    nullable: bool
    comment: str

    @property
    def type(self) -> str:
        """Its type in Python."""
        return _python_type(self.sql_type, nullable=self.nullable)


@dataclass(frozen=True)
class RowClass:
    """A class of rows."""

    name: str
    summary: str
    columns: tuple[Column, ...]

    @property
    def maker(self) -> str:
        """The name of the function that makes such a row."""
        return "make" + re.sub(r"([A-Z])", r"_\1", self.name).lower()


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; `default` is SQL's, None where the argument must be given."""

    name: str
    sql_type: str
    default: str | None

    @property
    def identifier(self) -> str:
        """Its name in Python."""
        return _identifier(self.name)

    @property
    def type(self) -> str:
        """What may be passed."""
        if self.sql_type.endswith("[]"):
            return f"Sequence[{_accepted(self.sql_type.removesuffix('[]'))}]"
        return _accepted(self.sql_type)

    @property
    def shown_default(self) -> str | None:
        """The default as a reader of the docstring wants it; None for NULL."""
        if self.default is None or self.default.startswith("NULL"):
            return None
        return re.sub(r"::[a-z ]+(\[\])?$", "", self.default)


@dataclass(frozen=True)
class Comment:
    """The parts of a function's comment."""

    summary: str
    parameters: Mapping[str, str]
    returns: str
    raises: str


@dataclass(frozen=True)
class Function:
    """A function of the API."""

    name: str
    parameters: tuple[Parameter, ...]
    row: RowClass | None
    """None when it returns a plain value."""
    sql_type: str
    single: bool
    read_only: bool
    roles: tuple[str, ...]
    comment: Comment

    @property
    def noun(self) -> str | None:
        """The attribute that it stands under."""
        return NOUNS.get(self._noun) if self._noun else None

    @property
    def method(self) -> str:
        """Its name in Python."""
        return _identifier(self.name.removeprefix(f"{self._noun}_") if self._noun else self.name)

    @property
    def _noun(self) -> str | None:
        found = [noun for noun in NOUNS if self.name.startswith(f"{noun}_")]
        return max(found, key=len) if found else None

    @property
    def constant(self) -> str:
        """The name of its description in `_generated/functions.py`."""
        return self.name.upper()

    @property
    def required(self) -> list[Parameter]:
        """The parameters without a default."""
        return [parameter for parameter in self.parameters if parameter.default is None]

    @property
    def optional(self) -> list[Parameter]:
        """The parameters with a default."""
        return [parameter for parameter in self.parameters if parameter.default is not None]

    @property
    def arguments(self) -> list[str]:
        """What the method passes on."""
        return [parameter.identifier for parameter in self.parameters]

    @property
    def page_arguments(self) -> list[str]:
        """What the iterator passes on for each page."""
        return ["page_size" if parameter.name == "limit" else parameter.identifier for parameter in self.parameters]

    @property
    def described_parameters(self) -> list[str]:
        """Name and type of each parameter, as Python literals."""
        return [f'("{parameter.name}", "{parameter.sql_type}")' for parameter in self.parameters]

    @property
    def item(self) -> str:
        """The type of one row, or of the plain value."""
        if self.row:
            return self.row.name
        return _python_type(self.sql_type, nullable="NULL" in self.comment.returns)

    @property
    def result(self) -> str:
        """The type of the answer."""
        return self.item if self.single else f"builtins.list[{self.item}]"

    @property
    def iterator(self) -> str | None:
        """The name of the iterator over its pages, if it has pages."""
        names = {parameter.name for parameter in self.parameters}
        if self.single or not {"limit", "after"} <= names:
            return None
        return "iterate" if self.method == "list" else f"iterate_{self.method}"

    @property
    def page_size(self) -> str:
        """The number of rows in a page, where the caller does not say."""
        return next(parameter.default or "" for parameter in self.parameters if parameter.name == "limit")

    @property
    def order(self) -> str | None:
        """The default order of a list that can be sorted, as a Python literal."""
        default = next((parameter.shown_default for parameter in self.parameters if parameter.name == "sort"), None)
        return repr(default.strip("'")) if default else None


@dataclass(frozen=True)
class Catalogue:
    """What the API layer is rendered from."""

    functions: tuple[Function, ...]
    rows: tuple[RowClass, ...]
    constraints: Mapping[str, tuple[str, ...]]
    checks: Mapping[str, str]


_FUNCTIONS = """
SELECT p.proname AS name,
  p.proretset AS returns_set,
  p.prorows = 1 AS one_row,
  p.provolatile <> 'v' AS read_only,
  obj_description(p.oid, 'pg_proc') AS comment,
  c.relname AS table_name,
  format_type(p.prorettype, NULL) AS return_type,
  ARRAY(
    SELECT r.rolname::text
    FROM aclexplode(p.proacl) a
    JOIN pg_roles r ON r.oid = a.grantee
    WHERE a.privilege_type = 'EXECUTE'
      AND r.rolname = ANY (%(roles)s)
    ORDER BY r.rolname
  ) AS roles,
  ARRAY(
    SELECT ARRAY[u.name, format_type(u.type, NULL), u.mode, pg_get_function_arg_default(p.oid, u.place::integer)]
    FROM unnest(
      coalesce(p.proargnames, '{}'),
      coalesce(p.proallargtypes, p.proargtypes::oid[]),
      coalesce(p.proargmodes::text[], array_fill('i'::text, ARRAY[p.pronargs::integer]))
    ) WITH ORDINALITY AS u (name, type, mode, place)
    ORDER BY u.place
  ) AS arguments
FROM pg_proc p
LEFT JOIN pg_type t ON t.oid = p.prorettype
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE p.pronamespace = %(schema)s::text::regnamespace
  AND p.prokind = 'f'
  AND p.proname NOT LIKE '\\_%%'
ORDER BY p.proname
"""

_COLUMNS = """
SELECT c.relname AS table_name,
  obj_description(c.oid, 'pg_class') AS table_comment,
  a.attname AS name,
  format_type(a.atttypid, NULL) AS sql_type,
  NOT a.attnotnull AS nullable,
  coalesce(col_description(c.oid, a.attnum), '') AS comment
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = %(schema)s::text::regnamespace
  AND c.relkind IN ('r', 'p')
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""

_CONSTRAINTS = """
SELECT k.name, array_agg(a.attname::text ORDER BY k.place) AS columns
FROM (
  SELECT c.conname AS name, c.conrelid AS relation, u.attnum, u.place
  FROM pg_constraint c
  CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS u (attnum, place)
  WHERE c.connamespace = %(schema)s::text::regnamespace
    AND c.contype IN ('c', 'f', 'p', 'u', 'x')
  UNION
  SELECT i.relname, x.indrelid, u.attnum, u.place
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  CROSS JOIN unnest(x.indkey::int2[]) WITH ORDINALITY AS u (attnum, place)
  WHERE i.relnamespace = %(schema)s::text::regnamespace
    AND x.indisunique
    AND u.place <= x.indnkeyatts
) k
JOIN pg_attribute a ON a.attrelid = k.relation AND a.attnum = k.attnum
GROUP BY k.name, k.relation
ORDER BY k.name
"""


_CHECKS = """
SELECT c.conname AS name, pg_get_expr(c.conbin, c.conrelid) AS expression
FROM pg_constraint c
WHERE c.connamespace = %(schema)s::text::regnamespace
  AND c.contype = 'c'
ORDER BY c.conname
"""

# Expressions as PostgreSQL prints them, and what they say; whatever is not among them is shown as it is.
_RULES = (
    (r"\(length\((\w+)\) > 0\)", r"\1 must not be empty"),
    (r"\(length\((\w+)\) <= (\d+)\)", r"\1 has at most \2 characters"),
    (r"\(\((\w+) >= (\d+)\) AND \(\1 <= (\d+)\)\)", r"\1 is \2 to \3"),
    (r"\(\(length\((\w+)\) >= (\d+)\) AND \(length\(\1\) <= (\d+)\)\)", r"\1 has \2 to \3 characters"),
    (r"\((\w+) > (\w+)\)", r"\1 is later than \2"),
    (r"\((\w+) = ANY \(ARRAY\[(.*)\]\)\)", r"\1 is one of \2"),
    (r"\((\w+) = ANY \('\{([\w,]*)\}'::text\[\]\)\)", r"\1 is one of \2"),
    (r"\((\w+) = '(.*)'::text\)", r"\1 is \2"),
)


def rule(expression: str) -> str:
    """Say in words what a CHECK constraint's expression demands."""
    for pattern, words in _RULES:
        if match := re.fullmatch(pattern, expression):
            return re.sub(r",(?=\w)", ", ", re.sub(r"'(.*?)'::text", r"\1", match.expand(words)))
    return expression


def read_catalogue(conn: psycopg.Connection[Any], schema: str) -> Catalogue:
    """Read what the API layer is rendered from.

    Args:
        conn: a connection to a database with the schema.
        schema: the schema of the installation.

    Raises:
        ToolError: a function is declared in a way that has no place in Python; all such faults are named.
    """
    parameters = {"schema": f'"{schema}"', "roles": list(NAMESPACES)}
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        functions: list[Any] = cursor.execute(_FUNCTIONS, parameters).fetchall()
        columns: list[Any] = cursor.execute(_COLUMNS, parameters).fetchall()
        keys: list[Any] = cursor.execute(_CONSTRAINTS, parameters).fetchall()
        checks: list[Any] = cursor.execute(_CHECKS, parameters).fetchall()
    constraints = {row.name: tuple(row.columns) for row in keys}
    reader = _Reader(functions, columns)
    shown = [reader.function(row) for row in functions if row.roles]
    if reader.faults:
        raise ToolError("the API layer can't be rendered: " + "; ".join(reader.faults))
    read = [function for function in shown if function]
    rows = {function.row.name: function.row for function in read if function.row}
    return Catalogue(
        tuple(read),
        tuple(rows[name] for name in sorted(rows)),
        constraints,
        {row.name: rule(row.expression) for row in checks},
    )


class _Reader:
    """Understands rows of the catalogue, and collects what it can't understand."""

    def __init__(self, functions: Iterable[Any], columns: Iterable[Any]) -> None:
        self.faults: list[str] = []
        self._tables: dict[str, list[Column]] = {}
        self._summaries: dict[str, str] = {}
        for row in columns:
            self._tables.setdefault(row.table_name, []).append(
                Column(row.name, row.sql_type, row.nullable, row.comment)
            )
            self._summaries[row.table_name] = _sentence(row.table_comment or f"A row of {row.table_name}")
        self._shapes: dict[tuple[tuple[str, str], ...], Shape] = {}
        known = {row.name: _returned_columns(row) for row in functions}
        for shape in SHAPES:
            if shape.like in known:
                self._shapes[known[shape.like]] = shape
            else:
                self.faults.append(f"SHAPES: there is no function {shape.like} for {shape.name}")

    def function(self, row: Any) -> Function | None:
        try:
            comment = parse_comment(row.comment or "")
            row_class = self._row_class(row)
            function = Function(
                name=row.name,
                parameters=tuple(
                    Parameter(name.removeprefix("p_"), sql_type, default)
                    for name, sql_type, mode, default in row.arguments
                    if mode in "iv"
                ),
                row=row_class,
                sql_type=row.return_type,
                single=not row.returns_set or row.one_row,
                read_only=row.read_only,
                roles=tuple(row.roles),
                comment=comment,
            )
            _check(function, row.returns_set)
        except ValueError as fault:
            self.faults.append(f"{row.name}: {fault}")
            return None
        return function

    def _row_class(self, row: Any) -> RowClass | None:
        if row.table_name:
            name = TABLES.get(row.table_name) or row.table_name.removesuffix("s").title().replace("_", "")
            return RowClass(name, self._summaries[row.table_name], tuple(self._tables[row.table_name]))
        returned = _returned_columns(row)
        if not returned:
            return None
        shape = self._shapes.get(returned)
        if shape is None:
            columns = ", ".join(name for name, _ in returned)
            raise ValueError(f"its rows ({columns}) have no name yet: add one to SHAPES in {Path(__file__).name}")
        return RowClass(shape.name, shape.summary, tuple(self._shape_columns(shape, returned)))

    def _shape_columns(self, shape: Shape, returned: Iterable[tuple[str, str]]) -> Iterable[Column]:
        table = {(c.name, c.sql_type): c for c in self._tables.get(shape.table or "", ())}
        for name, sql_type in returned:
            if name in shape.also:
                yield Column(name, sql_type, False, shape.also[name])
            elif name in shape.nullable:
                yield Column(name, sql_type, True, shape.nullable[name])
            elif (name, sql_type) in table:
                yield table[name, sql_type]
            else:
                raise ValueError(f"the column {name} of {shape.name} is not explained in SHAPES")


def _returned_columns(row: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, sql_type) for name, sql_type, mode, _ in row.arguments if mode in "tob")


def _check(function: Function, returns_set: bool) -> None:
    """Refuse a declaration whose parts contradict each other or Python."""
    for parameter in function.parameters:
        _ = parameter.type
        if parameter.name not in function.comment.parameters:
            raise ValueError(f"its comment does not explain p_{parameter.name}")
    unknown = function.comment.parameters.keys() - {parameter.name for parameter in function.parameters}
    if unknown:
        raise ValueError(f"its comment explains p_{sorted(unknown)[0]}, which it does not have")
    _ = function.item
    if returns_set:
        says_one = function.comment.returns.startswith("the row")
        if says_one != function.single:
            said, declared = ("the row", "does not say") if says_one else ("rows", "says")
            raise ValueError(f"its comment returns {said}, and its declaration {declared} ROWS 1")
    if function.iterator and not function.order and "sort" in {p.name for p in function.parameters}:
        raise ValueError("p_sort needs a default, from which a page's cursor is made")


def parse_comment(text: str) -> Comment:
    """Take a function's comment apart: a sentence, then `p_x: ...` lines, `Returns ...` and `Raises ...`.

    Raises:
        ValueError: it has another form.
    """
    summary, _, rest = text.strip().partition("\n\n")
    parameters: dict[str, str] = {}
    parts = {"returns": "", "raises": ""}
    for line in rest.splitlines():
        if found := re.match(r"((?:p_\w+(?:, )?)+): (.+)", line):
            for name in found[1].split(", "):
                parameters[name.removeprefix("p_")] = found[2]
        elif found := re.match(r"(Returns|Raises) (.+)", line):
            parts[found[1].lower()] = found[2]
        else:
            raise ValueError(f"its comment has a line of an unknown form: {line!r}")
    if not summary or not parts["returns"] or not parts["raises"]:
        raise ValueError("its comment needs a sentence, a line `Returns ...` and a line `Raises ...`")
    return Comment(" ".join(summary.split()), parameters, parts["returns"], parts["raises"])


def _python_type(sql_type: str, *, nullable: bool) -> str:
    if sql_type.endswith("[]"):
        base = f"builtins.list[{_python_type(sql_type.removesuffix('[]'), nullable=False)}]"
    elif sql_type in _TYPES:
        base = _TYPES[sql_type][0]
    else:
        raise ValueError(f"the type {sql_type} has no counterpart in Python yet")
    return f"{base} | None" if nullable and base not in ("Any", "None") else base


def _accepted(sql_type: str) -> str:
    if sql_type not in _TYPES:
        raise ValueError(f"the type {sql_type} has no counterpart in Python yet")
    return _TYPES[sql_type][1]


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith(".") else f"{text}."


def _words(text: str) -> str:
    """Say in Python's terms what a comment says in SQL's."""
    return re.sub(r"\bNULL\b", "None", re.sub(r"\bp_(\w+)", r"\1", text))


def docstring(function: Function, *, pages: bool = False) -> str:
    """Write the docstring of a method, from the function's comment."""
    comment = function.comment
    lines = _wrap(_sentence(_words(comment.summary)), "", "")
    if pages:
        lines += ["", *_wrap(f"Calls `{function.method}` for one page after the other, as rows are asked for.", "", "")]
    arguments = []
    for parameter in function.required + function.optional:
        text = _words(comment.parameters[parameter.name])
        if pages and parameter.name == "limit":
            arguments.append(("page_size", text))
        elif not (pages and parameter.name == "after"):
            arguments.append((parameter.identifier, text))
    if arguments:
        lines += ["", "Args:"]
        for name, text in arguments:
            lines += _wrap(f"{name}: {_sentence(text)}", "    ", "        ")
    returns = _words(comment.returns)
    if returns.rstrip(".") != "nothing":
        lines += ["", "Yields:" if pages else "Returns:"]
        lines += _wrap(_sentence(returns[0].upper() + returns[1:]), "    ", "    ")
    raised = _raises(comment.raises)
    if raised:
        lines += ["", "Raises:"]
        for name, text in raised:
            lines += _wrap(f"{name}: {_sentence(text)}", "    ", "        ")
    lines += ["", f"SQL: {function.name}"]
    return "\n".join(lines)


def _raises(text: str) -> list[tuple[str, str]]:
    """Name the exceptions for what a comment raises: `TM404 when ...; TM422 for ...`."""
    raised: list[tuple[str, str]] = []
    if text.rstrip(".") == "nothing":
        return raised
    for part in text.rstrip(".").split("; "):
        found = re.match(r"((?:TM\d{3}(?:, | and | or )?)+)\s*(.*)", part)
        if found:
            reason = _words(found[2]) or "see the summary"
            raised += [(SQLSTATES[code].__name__, reason) for code in re.findall(r"TM\d{3}", found[1])]
        elif raised:
            name, reason = raised[-1]
            raised[-1] = (name, f"{reason}; {_words(part)}")
        else:
            raised.append(("TmiError", _words(part)))
    return raised


def _tuple(items: Iterable[str]) -> str:
    """Write a tuple; without a trailing comma where it can be, since that would break the line."""
    written = list(items)
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"


def _wrap(text: str, first: str, following: str) -> list[str]:
    return textwrap.wrap(text, 104, initial_indent=first, subsequent_indent=following, break_on_hyphens=False)


def render(catalogue: Catalogue) -> dict[str, str]:
    """Render every module, formatted; the keys are paths inside the package."""
    environment = _environment()
    environment.globals["namespaces"] = _namespaces(catalogue.functions)
    modules = {
        f"{GENERATED}/{name}.py": environment.get_template(f"{name}.py.j2").render(catalogue=catalogue)
        for name in ("constraints", "rows", "functions", "aio")
    }
    modules[f"{GENERATED}/api.py"] = to_sync(modules[f"{GENERATED}/aio.py"])
    for written, twin in BY_HAND.items():
        modules[twin] = to_sync((PACKAGE / written).read_text(encoding="utf-8"))
    return {path: _format(text) for path, text in modules.items()}


def render_pages(catalogue: Catalogue) -> dict[str, str]:
    """Render the pages of the API; the keys are names in `DOCS`. A page whose noun is gone is empty."""
    template = _environment().get_template("page.md.j2")
    nouns: dict[str, list[Function]] = {}
    for function in catalogue.functions:
        nouns.setdefault(function.noun or "other", []).append(function)
    pages = {path.name: "" for path in sorted(DOCS.glob("*.md"))}
    for noun, functions in nouns.items():
        title = "Other functions" if noun == "other" else noun.replace("_", " ").capitalize()
        pages[f"{noun}.md"] = template.render(title=title, functions=functions)
    return pages


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python, not HTML
    )
    environment.filters["docstring"] = docstring
    environment.filters["wrap"] = lambda text, width: "\n".join(_wrap(text, "", "    "))
    environment.filters["tuple"] = _tuple
    environment.filters["cell"] = lambda text: text.replace("|", "\\|")
    environment.filters["code"] = _CODES.__getitem__
    environment.filters["code_span"] = "`{}`".format
    environment.filters["default_words"] = _default_words
    environment.filters["python_call"] = _python_call
    environment.filters["raises"] = _raises
    environment.filters["sentence"] = _sentence
    environment.filters["sql_signature"] = _sql_signature
    environment.filters["words"] = _words
    return environment


_CODES = {kind.__name__: code for code, kind in SQLSTATES.items() if code.startswith("TM")} | {"TmiError": ""}
_REACHED = {"tmi_app": "db.as_user(email)", "tmi_auth": "db.auth", "tmi_maintenance": "db.maintenance"}


def _default_words(parameter: Parameter) -> str:
    if parameter.default is None:
        return "needed"
    return f"`{parameter.shown_default}`" if parameter.shown_default else ""


def _sql_signature(function: Function) -> str:
    """Write how a function is declared, one parameter a line."""
    lines = [
        f"  p_{parameter.name} {parameter.sql_type}" + (f" DEFAULT {parameter.default}" if parameter.default else "")
        for parameter in function.parameters
    ]
    parameters = "(\n" + ",\n".join(lines) + "\n)" if lines else "()"
    returned = function.sql_type
    if function.row:
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in function.row.columns)
        # PostgreSQL names the schema of a table that is not in its path.
        returned = f"TABLE ({columns})" if returned == "record" else f"SETOF {returned.rpartition('.')[2]}"
    return f"{function.name}{parameters} RETURNS {returned}"


def _python_call(function: Function, role: str) -> str:
    """Write how a function is called."""
    arguments = [parameter.identifier for parameter in function.required]
    arguments += [f"{parameter.identifier}=..." for parameter in function.optional]
    where = ".".join(filter(None, [_REACHED[role], function.noun, function.method]))
    result = function.result.replace("builtins.", "")
    return f"{where}({', '.join(arguments)})  # {result}"


@dataclass(frozen=True)
class Group:
    """A class of the API layer: the functions of a noun, or those at the top of a namespace."""

    name: str
    attribute: str
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Namespace:
    """What one role may call."""

    name: str
    role: str
    groups: tuple[Group, ...]
    functions: tuple[Function, ...]


def _namespaces(functions: Iterable[Function]) -> list[Namespace]:
    namespaces = []
    for role, name in NAMESPACES.items():
        mine = [function for function in functions if role in function.roles]
        groups = []
        for noun in sorted({function.noun for function in mine if function.noun}):
            prefix = "" if name == "Api" else name
            members = tuple(function for function in mine if function.noun == noun)
            groups.append(Group(f"{prefix}{noun.title().replace('_', '')}", noun, members))
        top = tuple(function for function in mine if not function.noun)
        namespaces.append(Namespace(name, role, tuple(groups), top))
    return namespaces


_TO_SYNC = (
    (r"Rendered from the catalogue by", "Rendered from `aio.py` by"),
    (
        r"\n`(?:database|tokens)\.py` is rendered from this module by `make generate`\.",
        "\nRendered from its twin with `aio` in its name by `make generate`; not edited by hand.",
    ),
    (r"\ban asynchronous ", "a "),
    (r"\baio_tokens\b", "tokens"),
    (r"\basynchronous ", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAwaitable\[(\w+)\]", r"\1"),
    (r"\basyncio\.Lock\b", "threading.Lock"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\nimport asyncio\n", "\nimport threading\nimport time\n"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\b_generated\.aio\b", "_generated.api"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"for row in page:\s+yield row\b", "yield from page"),
)


def to_sync(source: str) -> str:
    """Turn an asynchronous module into its synchronous twin."""
    for pattern, replacement in _TO_SYNC:
        source = re.sub(pattern, replacement, source)
    return source


def _format(source: str) -> str:
    """Format as `make lint` wants it: imports sorted and unused ones gone, then laid out."""
    for arguments in (["check", "--fix", "--select", "I,F401,RUF100", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(PACKAGE / "rendered.py"), "-"]
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ToolError(f"what was rendered is not Python: {done.stderr.strip()}")
        source = done.stdout
    return source


def differences(files: Mapping[str, str], folder: Path | None = None) -> str:
    """Compare what was rendered with what is there, as a unified diff.

    Args:
        files: the texts, by their paths in the folder.
        folder: the package's own unless another is said.
    """
    lines: list[str] = []
    for name, text in files.items():
        path = (folder or PACKAGE) / name
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        lines += difflib.unified_diff(
            present.splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"{name} (committed)",
            f"{name} (rendered)",
        )
    return "".join(lines)


def _declared_catalogue(schema: str) -> Catalogue:
    """Build the declared files in a scratch database and read what they make."""
    with scratch(resolve_dsn()) as databases, databases.connect(databases.create()) as conn:
        initialise(conn, schema)
        declared.build(conn, schema)
        return read_catalogue(conn, schema)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the generator from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tmi_db.generate", description="Renders the API layer.")
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if anything would change")
    parser.add_argument("--dsn", help="a database with the schema; by default a scratch one is built from sql/")
    parser.add_argument("--schema", default="tmi", help="the schema of the installation")
    options = parser.parse_args(arguments)
    try:
        if options.dsn:
            with psycopg.connect(options.dsn) as conn:
                catalogue = read_catalogue(conn, options.schema)
        else:
            catalogue = _declared_catalogue(options.schema)
    except ToolError as error:
        complain(error)
        return error.exit_code
    modules, pages = render(catalogue), render_pages(catalogue)
    if options.check:
        changes = differences(modules) + differences(pages, DOCS)
        sys.stdout.write(changes)
        return 1 if changes else 0
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (PACKAGE / name).write_text(text, encoding="utf-8")
    for name, text in pages.items():
        if text:
            (DOCS / name).write_text(text, encoding="utf-8")
        else:
            (DOCS / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
