"""What loading many threats costs: with triggers and foreign keys, beside COPY without them; and through the API.

Every slice loads the same number of rows into new models of one shape by every way, in an order that is shuffled anew,
so that the table grows under all of them alike.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg

from .data import FEW
from .growth import REDUCED
from .workbench import Workbench, counts_wrong, value, workbench

COPY = "COPY, no triggers"
INSERT = "INSERT ... SELECT, all triggers"
COPY_TRIGGERS = "COPY, all triggers"
API = "threat_bulk_create, 1,000 a call"

FIGURE = 2.0
"""How many times COPY without triggers a load by the owner may take."""

_COLUMNS = "threat_model_id, name, description, risk_rating, score, mitigation"
_STAGING = """
CREATE TEMPORARY TABLE staging (
  threat_model_id uuid, name text, description text, risk_rating text, score integer, mitigation text
)
"""
_COUNT = """
UPDATE threat_models m
SET threat_count = (SELECT count(*) FROM threats t WHERE t.threat_model_id = m.id)
WHERE m.id = ANY (%s)
"""


def run(dsn: str, quick: bool = False) -> dict[str, Any]:
    """Measure loading.

    Args:
        dsn: a superuser on the server to measure on.
        quick: load 10,000 threats in 2 slices by each way, instead of 1,000,000 in 10.

    Returns:
        `ways`, each with its seconds for each slice, rows a second and ratio to the first; `counts_wrong`, models whose
        counts are not true after all loads that keep them.
    """
    slices, models, rows, chunk = (2, 5, 1_000, 1_000) if quick else (10, 100, 1_000, 10_000)
    with workbench(dsn, "load", REDUCED) as bench, bench.owner() as owner, bench.bare() as bare:
        owner.execute(_STAGING)
        ways: dict[str, Callable[[Sequence[UUID]], float]] = {
            COPY: lambda ids: _copy(bare, ids, rows, chunk),
            INSERT: lambda ids: _insert(owner, ids, rows, chunk),
            COPY_TRIGGERS: lambda ids: _copy(owner, ids, rows, chunk),
            API: lambda ids: _create(bench, ids, rows),
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        loaded: dict[str, list[UUID]] = {way: [] for way in ways}
        for _ in range(slices):
            for way in random.sample(list(ways), len(ways)):
                ids = _models(bench, models)
                taken[way].append(ways[way](ids))
                loaded[way] += ids
            # As autovacuum does while somebody loads.
            owner.execute("ANALYZE threats")
        wrong = {way: counts_wrong(owner, ids) for way, ids in loaded.items()}
        counted = {way: _counted(owner, ids) for way, ids in loaded.items()}
        if wrong[COPY] != len(loaded[COPY]):
            raise RuntimeError("counts that nobody kept were found right, so finding them right proves nothing")
        bare.execute(_COUNT, [loaded[COPY]])
        left = counts_wrong(owner, [one for ids in loaded.values() for one in ids])
        version = owner.info.server_version
    return {
        "quick": quick,
        "server": version,
        "rows": slices * models * rows,
        "slices": slices,
        "models_a_slice": models,
        "chunk": chunk,
        "figure": FIGURE,
        "figure_is_for": INSERT,
        "ways": [
            {
                "name": way,
                "seconds": [round(one, 4) for one in taken[way]],
                "rows_per_second": round(models * rows / statistics.median(taken[way])),
                # Slice by slice, since each has a larger table than the one before.
                "ratio": round(statistics.median(a / b for a, b in zip(taken[way], taken[COPY], strict=True)), 3),
                "counted": counted[way],
                "counts_wrong": wrong[way],
            }
            for way in ways
        ],
        "counts_wrong": sum(number for way, number in wrong.items() if way != COPY) + left,
    }


def markdown(found: dict[str, Any]) -> str:
    """Write the loads as a table, with the figure where it belongs."""
    lines = [
        f"{found['rows']:,} threats by each way, in {found['slices']} interleaved slices of {found['models_a_slice']}"
        f" models, chunks of {found['chunk']:,} rows a transaction. The ratio is the median over the slices.",
        "",
        "| way | rows a second | ratio | models whose counts are wrong | figure to reach |",
        "|---|---|---|---|---|",
    ]
    for way in found["ways"]:
        figure = f"<= {found['figure']:g}x" if way["name"] == found["figure_is_for"] else ""
        wrong = "all: nothing counts" if way["name"] == COPY else str(way["counts_wrong"])
        lines.append(f"| {way['name']} | {way['rows_per_second']:,} | {way['ratio']:.2f}x | {wrong} | {figure} |")
    lines += [
        "",
        f"The figure is for {found['figure_is_for']}: staging the rows in a temporary table by COPY is part of it.",
    ]
    return "\n".join(lines) + "\n"


def _models(bench: Workbench, number: int) -> list[UUID]:
    with bench.database() as db:
        few = db.as_user(FEW)
        return [few.threat_models.create("Loaded").id for _ in range(number)]


def _rows(ids: Sequence[UUID], rows: int, chunk: int) -> list[bytes]:
    """Write the rows of all models as COPY reads them, in chunks."""
    texts = "\t".join(["what could happen " * 10, "High", "{}", "what is done " * 10])
    lines = [f"{model}\tThreat {n}\t{texts.format(n % 100)}\n" for model in ids for n in range(rows)]
    return ["".join(lines[first : first + chunk]).encode() for first in range(0, len(lines), chunk)]


def _copy(conn: psycopg.Connection[Any], ids: Sequence[UUID], rows: int, chunk: int) -> float:
    data = _rows(ids, rows, chunk)
    begun = time.perf_counter()
    for part in data:
        with conn.cursor().copy(f"COPY threats ({_COLUMNS}) FROM STDIN".encode()) as copy:
            copy.write(part)
    return time.perf_counter() - begun


def _insert(conn: psycopg.Connection[Any], ids: Sequence[UUID], rows: int, chunk: int) -> float:
    """Load as whoever has the rows in another database would: staged first, then moved in chunks."""
    data = _rows(ids, rows, chunk)
    begun = time.perf_counter()
    for part in data:
        with conn.transaction():
            with conn.cursor().copy(f"COPY staging ({_COLUMNS}) FROM STDIN".encode()) as copy:
                copy.write(part)
            conn.execute(f"INSERT INTO threats ({_COLUMNS}) SELECT {_COLUMNS} FROM staging".encode())
            conn.execute("TRUNCATE staging")
    return time.perf_counter() - begun


def _create(bench: Workbench, ids: Sequence[UUID], rows: int) -> float:
    texts = {"description": "what could happen " * 10, "risk_rating": "High", "mitigation": "what is done " * 10}
    items = [{"name": f"Threat {n}", "score": n % 100} | texts for n in range(rows)]
    with bench.database() as db:
        few = db.as_user(FEW)
        begun = time.perf_counter()
        for model in ids:
            few.threats.bulk_create(model, items)
        return time.perf_counter() - begun


def _counted(conn: psycopg.Connection[Any], ids: Sequence[UUID]) -> int:
    return int(value(conn, "SELECT sum(threat_count) FROM threat_models WHERE id = ANY (%s)", list(ids)))
