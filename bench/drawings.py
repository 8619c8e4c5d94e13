"""What drawings and searching cost: an edit of a large diagram, finding cells and words, importing a document."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg.types.json import Jsonb

from .clients import API, WRAPPER, Clients
from .data import FEW, FIVE, RARE
from .measure import Figure, Measure, Way
from .traffic import Connection
from .workbench import connect, with_settings

READ_WRITE = "read, modify, write by psycopg"
READ_WRITE_WRAPPER = "read, modify, write by tmi_db"
SCAN = "sequential scan, no RLS"
CELLS = 1_500
DOCUMENT_BYTES = 525_000

_EXAMPLE = Path(__file__).parents[1] / "examples" / "parcel-lockers.json"

APPLY = "cell_apply_ops(CASE WHEN _as(%s) THEN %s::uuid END, %s, %s)"
_FIND = "cell_find(CASE WHEN _as(%s) THEN %s::uuid END, %s)"
SEARCH = "threat_model_search(CASE WHEN _as(%s) THEN %s END)"
_IMPORT = "threat_model_import(CASE WHEN _as(%s) THEN %s::jsonb END)"

_FIND_BY_SCAN = """
SELECT d.id, c.cell ->> 'id', c.cell ->> 'shape', c.cell
FROM diagrams d
CROSS JOIN LATERAL jsonb_array_elements(d.cells) WITH ORDINALITY AS c (cell, n)
WHERE d.cells @> jsonb_build_array(%s::jsonb) AND c.cell @> %s
  AND d.threat_model_id = %s
  AND EXISTS (SELECT FROM threat_model_access a WHERE a.threat_model_id = d.threat_model_id AND a.user_email = %s)
ORDER BY d.created_at, d.id, c.n
"""
_SEARCH_BY_SCAN = """
SELECT m.*, a.role, x.matched
FROM threat_model_access a
JOIN threat_models m ON m.id = a.threat_model_id
JOIN (
  SELECT f.id, string_agg(DISTINCT f.kind, ',' ORDER BY f.kind) AS matched
  FROM (
    SELECT id, 'threat_model' AS kind FROM threat_models
    WHERE to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)) @@ plainto_tsquery('simple', %s)
    UNION ALL
    SELECT threat_model_id, 'threat' FROM threats
    WHERE to_tsvector(
      'simple', left(name || ' ' || coalesce(description, '') || ' ' || coalesce(mitigation, ''), 100000)
    ) @@ plainto_tsquery('simple', %s)
    UNION ALL
    SELECT threat_model_id, 'diagram' FROM diagrams
    WHERE to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)) @@ plainto_tsquery('simple', %s)
    UNION ALL
    SELECT threat_model_id, 'document' FROM documents
    WHERE to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)) @@ plainto_tsquery('simple', %s)
    UNION ALL
    SELECT threat_model_id, 'source' FROM sources
    WHERE to_tsvector('simple', left(name || ' ' || coalesce(description, ''), 100000)) @@ plainto_tsquery('simple', %s)
    UNION ALL
    SELECT threat_model_id, 'metadata' FROM metadata
    WHERE to_tsvector('simple', left(value, 65535)) @@ plainto_tsquery('simple', %s)
  ) f
  GROUP BY f.id
) x ON x.id = m.id
WHERE a.user_email = %s
ORDER BY m.created_at DESC, m.id DESC
LIMIT 50
"""


def drawing(cells: int = CELLS) -> list[dict[str, Any]]:
    """Draw a diagram as the editor saves it: boxes with ports, and flows between neighbours."""
    boxes = cells * 2 // 5
    ids = [str(uuid5(NAMESPACE_URL, f"cell {number}")) for number in range(cells)]
    drawn: list[dict[str, Any]] = []
    for number in range(boxes):
        row, column = divmod(number, 30)
        drawn.append(
            {
                "id": ids[number],
                "shape": ("process", "store", "actor")[number % 3],
                "x": 40 + column * 160,
                "y": 40 + row * 120,
                "width": 110,
                "height": 60,
                "zIndex": number,
                "visible": True,
                "attrs": {"body": {"stroke": "#333333", "strokeWidth": 1}, "text": {"text": f"Service {number}"}},
                "ports": {"items": [{"id": side, "group": side} for side in ("top", "right", "bottom", "left")]},
                "data": {"name": f"Service {number}", "isEncrypted": number % 2 == 0},
            }
        )
    for number in range(boxes, cells):
        source = number % (boxes - 1)
        drawn.append(
            {
                "id": ids[number],
                "shape": "edge",
                "zIndex": number,
                "source": {"cell": ids[source], "port": "right"},
                "target": {"cell": ids[source + 1], "port": "left"},
                "labels": [f"flow {number}"],
                "attrs": {"line": {"stroke": "#333333"}},
            }
        )
    return drawn


def document(least: int = DOCUMENT_BYTES) -> dict[str, Any]:
    """Make a Threat Dragon document of a size by repeating the diagrams of the example, with ids of their own."""
    made: dict[str, Any] = json.loads(_EXAMPLE.read_text(encoding="utf-8"))
    diagrams = made["detail"]["diagrams"]
    size = len(json.dumps(made))
    for number in itertools.count(len(diagrams)):
        if size >= least:
            return made
        text = json.dumps(diagrams[number % 4])
        for cell in diagrams[number % 4]["cells"]:
            text = text.replace(cell["id"], str(uuid5(NAMESPACE_URL, f"{number} {cell['id']}")))
        diagrams.append({**json.loads(text), "id": number, "title": f"Diagram {number}"})
        size += len(text)
    raise AssertionError("numbers came to an end")


def edit(clients: Clients) -> Iterator[Measure]:
    """Measure moving one cell of a large diagram."""
    cells = drawing()
    model, few = _own_model(clients, FEW), clients.db.as_user(FEW)
    diagram = clients.value(
        "INSERT INTO diagrams (threat_model_id, name, type, cells) VALUES (%s, 'Large', 'DFD-1.0.0', %s) RETURNING id",
        model,
        Jsonb(cells),
    )
    moved = cells[len(cells) // 3]["id"]
    places = itertools.count(1)

    def operations() -> list[dict[str, Any]]:
        return [{"id": moved, "operation": "update", "data": {"x": next(places)}}]

    def change(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
        next(cell for cell in drawn if cell["id"] == moved)["x"] = next(places)
        return drawn

    def read_write() -> list[Any]:
        connection = clients.owner
        with connection.transaction():
            read = connection.execute("SELECT cells FROM diagrams WHERE id = %s FOR UPDATE", [diagram]).fetchone()
            assert read is not None
            text = "UPDATE diagrams SET cells = %s WHERE id = %s RETURNING modified_at"
            return connection.execute(text, [Jsonb(change(read[0])), diagram]).fetchall()

    def read_write_wrapped() -> list[Any]:
        with clients.db.session(FEW) as session:
            read = session.diagrams.get(model, diagram)
            assert read.cells is not None
            changes = {"cells": change(read.cells)}
            return [session.diagrams.update(model, diagram, changes, if_modified_at=read.modified_at)]

    size = len(json.dumps(cells, separators=(",", ":"))) // 1000
    yield Measure(
        f"move one of {len(cells):,} cells ({size} KB)",
        [
            Way(READ_WRITE, read_write),
            Way(API, lambda: clients.call(APPLY, FEW, model, diagram, Jsonb(operations()))),
            Way(WRAPPER, lambda: [few.cells.apply_ops(model, diagram, operations())]),
            Way(READ_WRITE_WRAPPER, read_write_wrapped),
        ],
        [
            Figure(API, "<=", 1.0, READ_WRITE),
            Figure(WRAPPER, "<=", 1.0, READ_WRITE),
            Figure(API, "<=", 1, of="round trips"),
        ],
        rows=1,
        tidy=lambda: clients.owner.execute("VACUUM (INDEX_CLEANUP ON) diagrams"),
    )
    clients.owner.execute("DELETE FROM threat_models WHERE id = %s", [model])


def find(clients: Clients) -> Iterator[Measure]:
    """Measure finding the cells of a shape in one of many models."""
    model = _any_model(clients, FIVE)
    query = Jsonb({"shape": "store"})
    diagrams = clients.value("SELECT count(*) FROM diagrams")
    rows = clients.value("SELECT count(*) FROM diagrams WHERE threat_model_id = %s", model)
    five = clients.db.as_user(FIVE)
    with _scanning(clients) as scanning:
        arguments = [query, query, model, FIVE]
        yield Measure(
            f"cell_find among {diagrams:,} diagrams",
            [
                Way(SCAN, lambda: scanning.execute(_FIND_BY_SCAN.encode(), arguments, binary=True).fetchall()),
                Way(
                    API,
                    lambda: clients.call(_FIND, FIVE, model, query),
                    repeat=5,
                    pages=lambda: clients.call_pages(_FIND, FIVE, model, query),
                ),
                Way(WRAPPER, lambda: five.cells.find(model, {"shape": "store"}), repeat=5),
            ],
            [Figure(API, ">=", 50, SCAN, scale="full"), Figure(API, "<=", 1, of="round trips")],
            rows=rows,
            connections=[scanning],
        )


def search(clients: Clients) -> Iterator[Measure]:
    """Measure searching a rare word in everything that somebody may read."""
    five = clients.db.as_user(FIVE)
    with _scanning(clients) as scanning:
        arguments = [*([RARE] * 6), FIVE]
        yield Measure(
            "threat_model_search among all models",
            [
                Way(SCAN, lambda: scanning.execute(_SEARCH_BY_SCAN.encode(), arguments, binary=True).fetchall()),
                Way(
                    API,
                    lambda: clients.call(SEARCH, FIVE, RARE),
                    pages=lambda: clients.call_pages(SEARCH, FIVE, RARE),
                ),
                Way(WRAPPER, lambda: five.threat_models.search(RARE)),
            ],
            [Figure(API, ">=", 50, SCAN, scale="full"), Figure(API, "<=", 1, of="round trips")],
            rows=len(clients.call(SEARCH, FIVE, RARE)),
            connections=[scanning],
        )


def import_(clients: Clients) -> Iterator[Measure]:
    """Measure importing a large document; each imported model is deleted before the next way's turn."""
    made = document()
    few = clients.db.as_user(FEW)
    imported: list[UUID] = []

    def remove() -> None:
        clients.owner.execute("DELETE FROM threat_models WHERE id = ANY (%s)", [imported])
        imported.clear()

    def keep(answer: Any) -> list[Any]:
        imported.append(UUID(answer["threat_model_id"]))
        return [answer]

    yield Measure(
        f"import {len(json.dumps(made)) // 1000} KB of Threat Dragon",
        [
            Way(API, lambda: keep(clients.call(_IMPORT, FEW, Jsonb(made))[0][0]), after=remove),
            Way(WRAPPER, lambda: keep(few.threat_models.import_(made)), after=remove),
        ],
        [Figure(API, "<=", 100_000), Figure(WRAPPER, "<=", 100_000), Figure(API, "<=", 1, of="round trips")],
        rows=1,
        tidy=lambda: clients.owner.execute("VACUUM threat_models, threats, diagrams, metadata"),
    )


def _own_model(clients: Clients, email: str) -> UUID:
    text = "INSERT INTO threat_models (name, owner_email, created_by) VALUES ('Drawn in', %s, %s) RETURNING id"
    model: UUID = clients.value(text, email, email)
    return model


def _any_model(clients: Clients, email: str) -> UUID:
    model: UUID = clients.value("SELECT id FROM threat_models WHERE owner_email = %s ORDER BY name LIMIT 1", email)
    return model


def _scanning(clients: Clients) -> Connection:
    """Connect as somebody for whom there are no indexes."""
    off = {f"enable_{way}": "off" for way in ("indexscan", "indexonlyscan", "bitmapscan")}
    return connect(with_settings(clients.workbench.dsn, **off))
