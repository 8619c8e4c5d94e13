"""Every function that reads, as calls of each of its ways to read, and how many pages each may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from costs.places import Place

Arguments = Callable[[Place], dict[str, Any]]


@dataclass(frozen=True)
class Read:
    """A call, and how many pages it may read.

    pages: for the person with 5 models in a small one and in the full one, then for the one with 5,000 in the same.
    variant: what sets it apart from the function's other calls.
    after: go on after this row of the first page.
    login: the service that calls.
    scans: a table that may be read from end to end by whoever needs most of what is in it: all of the full model, or
        5,000 models. Page by page in any other order it would cost more.
    """

    function: str
    variant: str
    pages: tuple[int, int, int, int]
    arguments: Arguments
    after: int = 0
    login: str = "app"
    scans: str = ""

    def __str__(self) -> str:
        return f"{self.function} {self.variant}".strip()


def _across(**arguments: Any) -> Arguments:
    return lambda place: dict(arguments)


def _within(**arguments: Any) -> Arguments:
    return lambda place: {"threat_model_id": place.model, **arguments}


def _one(noun: str, **arguments: Any) -> Arguments:
    return lambda place: {"threat_model_id": place.model, f"{noun}_id": getattr(place, noun), **arguments}


def _metadata_of(noun: str, **arguments: Any) -> Arguments:
    return lambda place: {
        "threat_model_id": place.model,
        "entity_type": "threat_model" if noun == "model" else noun,
        "entity_id": getattr(place, noun),
        **arguments,
    }


STORE = {"shape": "store"}

# Measured on PostgreSQL 15 and 18, and a fifth more, but for what is promised: 14 pages for one row, and for the models
# of a person 25 where there are 5 of them and 260 where there are 5,000.
READS = [
    Read("access_list", "", (10, 11, 10, 11), _within()),
    Read("access_role", "", (7, 7, 7, 7), _within()),
    Read("access_role", "of another", (10, 10, 10, 10), _within(email="person1@example.com")),
    Read("cell_find", "", (10, 36, 11, 36), _within(query=STORE)),
    Read("cell_find", "what is not there", (10, 36, 11, 36), _within(query={"shape": "cloud"})),
    Read("cell_get", "", (10, 10, 10, 10), _one("diagram", cell_id="b")),
    Read("cell_list", "", (14, 14, 14, 14), _one("diagram")),
    Read("cell_list", "of a shape", (14, 14, 14, 14), _one("diagram", shape="store")),
    Read("diagram_get", "", (10, 10, 10, 10), _one("diagram")),
    Read("diagram_list", "", (10, 11, 11, 11), _within()),
    Read("diagram_list", "second page", (11, 12, 12, 12), _within(), after=2),
    Read("diagram_list", "by name", (10, 33, 11, 33), _within(sort="name")),
    Read("document_get", "", (10, 10, 10, 10), _one("document")),
    Read("document_list", "", (14, 30, 14, 30), _within()),
    Read("document_list", "second page", (12, 30, 12, 30), _within(), after=10),
    Read("document_list", "by name", (12, 214, 12, 214), _within(sort="name")),
    Read("document_list", "with a name", (12, 221, 12, 221), _within(filter={"name": "Document 7"})),
    Read("source_get", "", (10, 10, 10, 10), _one("source")),
    Read("source_list", "", (14, 40, 14, 40), _within()),
    Read("source_list", "second page", (12, 40, 12, 40), _within(), after=10),
    Read("source_list", "by name", (12, 314, 12, 314), _within(sort="name")),
    Read("source_list", "of a type", (12, 40, 12, 40), _within(filter={"type": "git"})),
    Read("me", "", (14, 14, 14, 14), _across()),
    Read("me_providers", "", (30, 30, 30, 30), _across()),
    Read("metadata_find", "a key of all", (53, 53, 719, 719), _across(key="team")),
    Read("metadata_find", "a rare key", (47, 47, 162, 162), _across(key="rare")),
    Read("metadata_find", "a value of many", (759, 759, 453, 453), _across(key="team", value="Team 2")),
    Read("metadata_find", "a value of nobody", (33, 33, 33, 33), _across(key="team", value="None")),
    Read("metadata_find", "second page", (53, 53, 711, 711), _across(key="team"), after=2),
    Read("metadata_get", "of a model", (14, 14, 14, 14), _metadata_of("model", key="team")),
    Read("metadata_get", "of a threat", (14, 14, 14, 14), _metadata_of("threat", key="ticket")),
    Read("metadata_get", "of a cell", (14, 14, 14, 14), _metadata_of("cell", key="zone")),
    Read("metadata_keys", "of a model", (14, 14, 15, 14), _metadata_of("model")),
    Read("metadata_keys", "of a threat", (14, 14, 14, 14), _metadata_of("threat")),
    Read("metadata_keys", "of a cell", (14, 14, 14, 14), _metadata_of("cell")),
    Read("metadata_list", "of a model", (14, 14, 15, 14), _metadata_of("model")),
    Read("metadata_list", "of a threat", (14, 14, 14, 14), _metadata_of("threat")),
    Read("metadata_list", "of a diagram", (14, 14, 14, 14), _metadata_of("diagram")),
    Read("metadata_list", "of a document", (14, 14, 14, 14), _metadata_of("document")),
    Read("metadata_list", "of a source", (14, 14, 14, 14), _metadata_of("source")),
    Read("metadata_list", "of a cell", (14, 14, 14, 14), _metadata_of("cell")),
    Read("metadata_list", "second page", (14, 14, 14, 14), _metadata_of("threat", after={"key": "s"})),
    Read("session_get", "", (9, 9, 9, 9), _one("diagram")),
    Read("session_list", "", (178, 178, 1168, 1168), _across(), scans="users"),
    Read("session_participants", "", (22, 22, 22, 22), _one("session")),
    Read("threat_get", "", (10, 10, 10, 10), _one("threat")),
    Read("threat_list", "", (14, 14, 12, 14), _within()),
    Read("threat_list", "second page", (14, 14, 14, 14), _within(), after=10),
    Read("threat_list", "the oldest first", (14, 12, 14, 12), _within(sort="created_at")),
    Read("threat_list", "by name", (14, 2973, 14, 2973), _within(sort="name"), scans="threats"),
    Read(
        "threat_list", "by score, second page", (14, 2973, 14, 2973), _within(sort="-score"), after=10, scans="threats"
    ),
    Read("threat_list", "by change", (12, 12, 14, 12), _within(sort="-modified_at")),
    Read("threat_list", "of a rating", (12, 48, 14, 48), _within(filter={"risk_rating": "High"})),
    Read(
        "threat_list",
        "of a cell",
        (14, 10, 12, 10),
        lambda p: _within(filter={"diagram_id": p.diagram, "cell_id": "a"})(p),
    ),
    Read("threat_list", "with words", (12, 89, 14, 89), _within(filter={"words": "seldom"})),
    Read(
        "threat_list",
        "with a score",
        (12, 2973, 14, 2973),
        _within(filter={"score_min": 90, "status": "open"}, sort="-score"),
        scans="threats",
    ),
    Read(
        "threat_model_document",
        "",
        (28, 562, 29, 562),
        _within(include=["access", "diagrams", "documents", "sources"]),
    ),
    Read("threat_model_document", "of drawings", (14, 40, 14, 40), _within(include=["diagrams"])),
    Read("threat_model_get", "", (10, 10, 10, 10), _within()),
    Read("threat_model_list", "", (25, 25, 260, 260), _across()),
    Read("threat_model_list", "second page", (18, 18, 189, 189), _across(), after=2),
    Read("threat_model_list", "the oldest first", (26, 26, 190, 190), _across(sort="created_at")),
    Read("threat_model_list", "by name", (26, 26, 4426, 4426), _across(sort="name"), scans="threat_models"),
    Read(
        "threat_model_list",
        "by name, second page",
        (26, 26, 4426, 4426),
        _across(sort="name"),
        after=2,
        scans="threat_models",
    ),
    Read("threat_model_list", "by change", (26, 26, 4426, 4426), _across(sort="-modified_at"), scans="threat_models"),
    Read(
        "threat_model_list",
        "with a name",
        (26, 26, 4426, 4426),
        _across(filter={"name": "model 50"}),
        scans="threat_models",
    ),
    Read("threat_model_list", "of an owner", (17, 17, 153, 153), _across(filter={"owner_email": "few@example.com"})),
    Read("threat_model_list", "in a role", (11, 11, 147, 147), _across(filter={"role": "writer"})),
    Read("threat_model_list", "with a key", (70, 70, 260, 260), _across(filter={"metadata_key": "rare"})),
    Read(
        "threat_model_list",
        "with a value",
        (76, 76, 792, 792),
        _across(filter={"metadata_key": "team", "metadata_value": "Team 2"}),
    ),
    Read("threat_model_search", "a word of many", (218, 218, 1500, 1500), _across(query="Threat")),
    Read("threat_model_search", "a rare word", (86, 86, 294, 294), _across(query="gem")),
    Read("threat_model_search", "a word of nobody", (83, 83, 83, 83), _across(query="nothing")),
    Read("threat_model_search", "second page", (153, 153, 1620, 1620), _across(query="Team"), after=2),
    Read("provider_list", "", (5, 5, 5, 5), lambda p: {"user_id": p.user}, login="auth"),
    Read("user_get", "", (5, 5, 5, 5), lambda p: {"user_id": p.user}, login="auth"),
    Read("user_find", "", (5, 5, 5, 5), lambda p: {"email": p.email}, login="auth"),
    Read(
        "user_find_by_provider",
        "",
        (8, 8, 8, 8),
        lambda p: {"provider": "google", "provider_user_id": p.email},
        login="auth",
    ),
    Read("user_list", "", (18, 18, 18, 18), _across(), login="auth"),
    Read("user_list", "second page", (20, 20, 20, 20), _across(), after=10, login="auth"),
    Read("user_list", "with a name", (492, 492, 492, 492), _across(query="person 199"), login="auth"),
]
