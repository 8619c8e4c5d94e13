"""Every way to write one row, and how many pages it may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from costs.places import Place


@dataclass(frozen=True)
class Write:
    """A call, and how many pages it may read, in whatever model."""

    function: str
    pages: int
    arguments: Callable[[Place], dict[str, Any]]

    def __str__(self) -> str:
        return self.function


def _new(**arguments: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda place: {"threat_model_id": place.model, **arguments}


def _one(noun: str, **arguments: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda place: {"threat_model_id": place.model, f"{noun}_id": getattr(place, noun), **arguments}


def _of_threat(**arguments: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda place: {
        "threat_model_id": place.model,
        "entity_type": "threat",
        "entity_id": place.threat,
        **arguments,
    }


def _bulk(noun: str, **item: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda place: {"threat_model_id": place.model, "items": [{"id": getattr(place, noun), **item}]}


def _batch(place: Place) -> dict[str, Any]:
    return {"threat_model_id": place.model, "patches": [{"id": place.threat, "operations": OPERATIONS}]}


CHANGES = {"name": "Other"}
OPERATIONS = [{"op": "replace", "path": "/name", "value": "Other"}]
PAIR = {"key": "owner", "value": "Somebody"}
UPDATE = [{"id": "a", "operation": "update", "data": {"id": "a", "shape": "cylinder"}}]

# Measured on PostgreSQL 15 and 18, and a fifth more. Ids are alike in every run, and so are the figures.
WRITES = [
    Write("threat_create", 41, _new(name="New", description="text")),
    Write("threat_update", 38, _one("threat", changes=CHANGES)),
    Write("threat_patch", 42, _one("threat", operations=OPERATIONS)),
    Write("threat_delete", 33, _one("threat")),
    Write("threat_bulk_update", 38, _bulk("threat", name="Other")),
    Write("threat_bulk_delete", 38, _bulk("threat")),
    Write("threat_batch_patch", 47, _batch),
    Write("document_create", 41, _new(name="New", url="https://example.com/new")),
    Write("document_update", 35, _one("document", changes=CHANGES)),
    Write("document_patch", 40, _one("document", operations=OPERATIONS)),
    Write("document_delete", 32, _one("document")),
    Write("document_bulk_update", 35, _bulk("document", name="Other")),
    Write("document_bulk_delete", 36, _bulk("document")),
    Write("source_create", 44, _new(name="New", url="https://example.com/new")),
    Write("source_update", 38, _one("source", changes=CHANGES)),
    Write("source_patch", 42, _one("source", operations=OPERATIONS)),
    Write("source_delete", 32, _one("source")),
    Write("source_bulk_update", 38, _bulk("source", name="Other")),
    Write("source_bulk_delete", 36, _bulk("source")),
    Write("diagram_create", 53, _new(name="New")),
    Write("diagram_update", 54, _one("diagram", changes=CHANGES)),
    Write("diagram_patch", 54, _one("diagram", operations=OPERATIONS)),
    Write("cell_apply_ops", 64, _one("diagram", ops=UPDATE)),
    Write("metadata_set", 60, _of_threat(**PAIR)),
    Write("metadata_update", 57, _of_threat(key="ticket", value="Other")),
    Write("metadata_delete", 24, _of_threat(key="ticket")),
    Write("metadata_replace", 69, _of_threat(items=[PAIR])),
    Write("metadata_bulk_set", 62, _of_threat(items=[PAIR])),
    Write("metadata_bulk_delete", 27, _of_threat(keys=["ticket"])),
    Write("session_join", 95, _one("session")),
    Write("threat_model_update", 33, _new(changes=CHANGES)),
    Write("threat_model_patch", 36, _new(operations=OPERATIONS)),
    Write("threat_model_create", 89, lambda _: {"name": "New"}),
    Write("me_update", 57, lambda _: {"changes": CHANGES}),
]
