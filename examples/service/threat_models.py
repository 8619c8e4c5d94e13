"""Threat models: the caller's list, one of them, a new one."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from tmi_db import AccessEntry, Diagram, ThreatModel

from .dependencies import Caller
from .paging import Page, read_cursor, write_cursor

router = APIRouter(prefix="/threat-models", tags=["threat models"])


class NewThreatModel(BaseModel):
    """A threat model to be made. Types only: what a value may be is judged by the database."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str | None = None
    threat_model_framework: str | None = None
    issue_url: str | None = None
    id: UUID | None = None
    """The client's own id, by which a request whose answer was lost can be repeated: the second is a conflict."""


class NewDiagram(BaseModel):
    """A diagram to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str
    cells: list[dict[str, Any]] = []


class Grant(BaseModel):
    """What somebody shall be allowed to do in a threat model."""

    model_config = ConfigDict(extra="forbid")

    role: str


@router.get("")
async def list_threat_models(
    tmi: Caller, limit: int = 50, after: str | None = None, sort: str = "-created_at"
) -> Page[ThreatModel]:
    """List what the caller may see, with counts and the caller's role, a page at a time."""
    models = await tmi.threat_models.list(limit=limit, after=read_cursor(after), sort=sort)
    return Page(items=models, next=write_cursor(models, limit, sort))


@router.post("", status_code=201)
async def create_threat_model(model: NewThreatModel, tmi: Caller) -> ThreatModel:
    """Make a threat model, whose owner the caller becomes."""
    return await tmi.threat_models.create(**model.model_dump(exclude_unset=True))


@router.get("/{threat_model_id}")
async def get_threat_model(threat_model_id: UUID, tmi: Caller) -> ThreatModel:
    """Show one."""
    return await tmi.threat_models.get(threat_model_id)


@router.put("/{threat_model_id}/access/{email}")
async def grant_access(threat_model_id: UUID, email: str, grant: Grant, tmi: Caller) -> AccessEntry:
    """Let somebody in, or change what he may do."""
    return await tmi.access.grant(threat_model_id, email, grant.role)


@router.delete("/{threat_model_id}/access/{email}", status_code=204)
async def revoke_access(threat_model_id: UUID, email: str, tmi: Caller) -> None:
    """Let somebody out."""
    await tmi.access.revoke(threat_model_id, email)


@router.post("/{threat_model_id}/diagrams", status_code=201)
async def create_diagram(threat_model_id: UUID, diagram: NewDiagram, tmi: Caller) -> Diagram:
    """Make a diagram, on which people may then work together: see live.py."""
    return await tmi.diagrams.create(threat_model_id, **diagram.model_dump())
