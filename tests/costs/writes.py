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

# Measured on PostgreSQL 15 and 18, and a fifth more: indexes grow while other tests write.
WRITES = [
    Write("threat_create", 50, _new(name="New", description="text")),
    Write("threat_update", 51, _one("threat", changes=CHANGES)),
    Write("threat_patch", 60, _one("threat", operations=OPERATIONS)),
    Write("threat_delete", 33, _one("threat")),
    Write("threat_bulk_update", 52, _bulk("threat", name="Other")),
    Write("threat_bulk_delete", 42, _bulk("threat")),
    Write("threat_batch_patch", 65, _batch),
    Write("document_create", 44, _new(name="New", url="https://example.com/new")),
    Write("document_update", 47, _one("document", changes=CHANGES)),
    Write("document_patch", 53, _one("document", operations=OPERATIONS)),
    Write("document_delete", 32, _one("document")),
    Write("document_bulk_update", 46, _bulk("document", name="Other")),
    Write("document_bulk_delete", 40, _bulk("document")),
    Write("source_create", 46, _new(name="New", url="https://example.com/new")),
    Write("source_update", 50, _one("source", changes=CHANGES)),
    Write("source_patch", 56, _one("source", operations=OPERATIONS)),
    Write("source_delete", 32, _one("source")),
    Write("source_bulk_update", 46, _bulk("source", name="Other")),
    Write("source_bulk_delete", 40, _bulk("source")),
    Write("diagram_create", 56, _new(name="New")),
    Write("diagram_update", 58, _one("diagram", changes=CHANGES)),
    Write("diagram_patch", 57, _one("diagram", operations=OPERATIONS)),
    Write("cell_apply_ops", 69, _one("diagram", ops=UPDATE)),
    Write("metadata_set", 57, _of_threat(**PAIR)),
    Write("metadata_update", 56, _of_threat(key="ticket", value="Other")),
    Write("metadata_delete", 23, _of_threat(key="ticket")),
    Write("metadata_replace", 65, _of_threat(items=[PAIR])),
    Write("metadata_bulk_set", 58, _of_threat(items=[PAIR])),
    Write("metadata_bulk_delete", 26, _of_threat(keys=["ticket"])),
    Write("session_join", 95, _one("session")),
    Write("threat_model_update", 36, _new(changes=CHANGES)),
    Write("threat_model_patch", 40, _new(operations=OPERATIONS)),
    Write("threat_model_create", 81, lambda _: {"name": "New"}),
    Write("me_update", 57, lambda _: {"changes": CHANGES}),
]
