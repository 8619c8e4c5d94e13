"""Threats: listed, made, and edited by several people who don't overwrite each other."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict
from tmi_db import Threat

from .dependencies import Caller
from .paging import Page, read_cursor, write_cursor
from .versions import etag, if_match

router = APIRouter(prefix="/threat-models/{threat_model_id}/threats", tags=["threats"])
Version = Annotated[datetime | None, Depends(if_match)]


class ThreatChanges(BaseModel):
    """The fields to change: null clears one, a field that is not there is kept."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    description: str | None = None
    impact: str | None = None
    likelihood: str | None = None
    risk_rating: str | None = None
    score: int | None = None
    priority: str | None = None
    mitigated: bool | None = None
    status: str | None = None
    threat_type: str | None = None
    mitigation: str | None = None
    issue_url: str | None = None
    diagram_id: UUID | None = None
    cell_id: str | None = None


class NewThreat(ThreatChanges):
    """A threat to be made."""

    name: str
    id: UUID | None = None
    """The client's own id, by which a request whose answer was lost can be repeated: the second is a conflict."""


@router.get("")
async def list_threats(
    threat_model_id: UUID, tmi: Caller, limit: int = 50, after: str | None = None, sort: str = "-created_at"
) -> Page[Threat]:
    """List a page of a model's threats."""
    threats = await tmi.threats.list(threat_model_id, limit=limit, after=read_cursor(after), sort=sort)
    return Page(items=threats, next=write_cursor(threats, limit, sort))


@router.post("", status_code=201)
async def create_threat(threat_model_id: UUID, threat: NewThreat, tmi: Caller, response: Response) -> Threat:
    """Make a threat."""
    made = await tmi.threats.create(threat_model_id, **threat.model_dump(exclude_unset=True))
    return _with_etag(made, response)


@router.get("/{threat_id}")
async def get_threat(threat_model_id: UUID, threat_id: UUID, tmi: Caller, response: Response) -> Threat:
    """Show one; its ETag is what an edit has to name."""
    return _with_etag(await tmi.threats.get(threat_model_id, threat_id), response)


@router.patch("/{threat_id}")
async def edit_threat(
    threat_model_id: UUID, threat_id: UUID, changes: ThreatChanges, version: Version, tmi: Caller, response: Response
) -> Threat:
    """Change some fields, if nobody else has changed the threat since."""
    fields = changes.model_dump(exclude_unset=True)
    return _with_etag(await tmi.threats.update(threat_model_id, threat_id, fields, if_modified_at=version), response)


@router.delete("/{threat_id}", status_code=204)
async def delete_threat(threat_model_id: UUID, threat_id: UUID, version: Version, tmi: Caller) -> None:
    """Delete one, if nobody else has changed it since."""
    await tmi.threats.delete(threat_model_id, threat_id, if_modified_at=version)


def _with_etag(threat: Threat, response: Response) -> Threat:
    response.headers["ETag"] = etag(threat.modified_at)
    return threat
