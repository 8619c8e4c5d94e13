"""The schema as pages: what the catalogue says of tables, their rules and the questions their indexes answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tmi_db.amendments import split_identity
from tmi_db.diagram import draw
from tmi_db.fingerprint import Attributes, Fingerprint, Key
from tmi_db.remaking import table_of
from tmi_db.tool import ToolError

# Each of these must say why it is there.
_COMMENTED = ("table", "column", "constraint", "index", "trigger", "policy", "function")

_SIZES = """
SELECT c.relname::text, pg_total_relation_size(c.oid), pg_relation_size(c.oid), greatest(c.reltuples, 0)::bigint,
  s.seq_scan, s.idx_scan
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s)
  AND c.relkind = 'r'
"""
_SCANS = """
SELECT s.indexrelname::text, s.idx_scan, pg_relation_size(s.indexrelid)
FROM pg_catalog.pg_stat_all_indexes s
WHERE s.schemaname = %(schema)s
"""


@dataclass(frozen=True)
class Live:
    """Sizes in bytes and scans since the statistics were reset, of a live database."""

    name: str
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    indexes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table with what belongs to it, each part as (name, attributes)."""

    name: str
    attributes: Attributes
    columns: Sequence[tuple[str, Attributes]]
    constraints: Sequence[tuple[str, Attributes]]
    indexes: Sequence[tuple[str, Attributes]]
    triggers: Sequence[tuple[str, Attributes]]
    policies: Sequence[tuple[str, Attributes]]


@dataclass(frozen=True)
class Model:
    """What the pages show."""

    version: int
    tables: Sequence[Table]
    functions: Sequence[tuple[str, Attributes]]
    coverage: tuple[int, int]
    uncommented: Sequence[str]


def model(objects: Fingerprint, version: int) -> Model:
    """Arrange a fingerprint by tables.

    Args:
        objects: the objects of a schema.
        version: the version they are of.
    """
    tables = []
    for key, attributes in sorted(objects.objects.items()):
        if key.kind != "table":
            continue
        parts: dict[str, list[tuple[str, Attributes]]] = {}
        for other, values in sorted(objects.objects.items()):
            if other.kind in _COMMENTED and table_of(other, values) == key.identity:
                name = other.identity if other.kind == "index" else split_identity(other)[1]
                parts.setdefault(other.kind, []).append((name, values))
        order = {name: place for place, name in enumerate(attributes.get("column_order", ()))}
        columns = sorted(parts.get("column", ()), key=lambda each: order.get(each[0].strip('"'), 0))
        rest = (parts.get(kind, []) for kind in ("constraint", "index", "trigger", "policy"))
        tables.append(Table(key.identity, attributes, columns, *rest))
    functions = [(key.identity, value) for key, value in sorted(objects.objects.items()) if key.kind == "function"]
    commented = [key for key in objects.objects if key.kind in _COMMENTED]
    without = sorted(str(key) for key in commented if not _comment(key, objects))
    return Model(version, tables, functions, (len(commented) - len(without), len(commented)), without)


def _comment(key: Key, objects: Fingerprint) -> str:
    return str(objects.objects[key].get("comment", ""))


def measure(conn: psycopg.Connection[Any], schema: str) -> Live:
    """Read sizes and scans of a live database."""
    parameters = {"schema": schema}
    return Live(
        conn.info.dbname,
        {
            row[0]: dict(zip(("total", "heap", "rows", "seq_scans", "index_scans"), row[1:], strict=True))
            for row in conn.execute(sql.SQL(_SIZES), parameters)
        },
        {row[0]: {"scans": row[1], "size": row[2]} for row in conn.execute(sql.SQL(_SCANS), parameters)},
    )


def render(template: str, shown: Model, live: Live | None = None) -> str:
    """Render a page.

    Args:
        template: `schema.md.j2` or `schema.html.j2`.
        shown: the schema.
        live: sizes and scans, if a database was asked.

    Raises:
        ToolError: jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: PLC0415 - only pages need it
    except ModuleNotFoundError:
        raise ToolError("jinja2 is not installed", hint="install tmi_db[cli]") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=template.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": _cell, "size": _size, "first": _first_line}
    diagram = draw(shown.tables) if template.endswith(".html.j2") else ""
    return environment.get_template(template).render(model=shown, live=live, diagram=diagram)


def _cell(text: object) -> str:
    """Write text so that it stays in its cell of a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _first_line(text: object) -> str:
    return str(text).partition("\n")[0]


def _size(count: int | None) -> str:
    amount = float(count or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}"
