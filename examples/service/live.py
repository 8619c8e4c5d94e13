"""Drawing together: a WebSocket for each client, and one open session for each diagram.

What clients send, as JSON texts:
    {"access_token": "..."}         first of all, and again before it expires
    {"ops": [...], "if_modified_at": "..."}   operations on cells; the version is optional
What they get:
    {"event": "joined" or "changed", "modified_at": "...", "cells": [...], "people": [...]}
    {"event": "applied", "modified_at": "..."}
    {"event": "refused", "problem": {...}}    about the last message; the connection goes on
A connection that can't go on is closed with 4000 and the HTTP status: 4401, 4404 and so on.
"""

import asyncio
import contextlib
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError
from tmi_db import AsyncApi, Conflict, Invalid, TmiError, Unauthenticated

from .dependencies import Services, ServicesDependency
from .problems import problem
from .rooms import Seat

SIGN_OF_LIFE = 600
"""Seconds between two of them; a session without any for an hour is over."""

router = APIRouter()


class Message(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid")

    access_token: str | None = None
    ops: list[Any] | None = None
    if_modified_at: datetime | None = None


@router.websocket("/threat-models/{threat_model_id}/diagrams/{diagram_id}/live")
async def live(socket: WebSocket, threat_model_id: UUID, diagram_id: UUID, services: ServicesDependency) -> None:
    """Let a client take part in the session of a diagram, which begins with the first and ends with the last."""
    await socket.accept()
    try:
        await Client(socket, services, threat_model_id, diagram_id).take_part()
    except* WebSocketDisconnect:
        pass
    except* TmiError as refused:
        shown = problem(_first(refused))
        await socket.close(4000 + shown["status"], shown["title"][:100])


class Client:
    """A connected client. Everything is done as its user, with the token that it sent last."""

    def __init__(self, socket: WebSocket, services: Services, threat_model_id: UUID, diagram_id: UUID) -> None:
        """Know nobody yet."""
        self._socket = socket
        self._services = services
        self._threat_model_id = threat_model_id
        self._diagram_id = diagram_id
        self._token = ""

    async def take_part(self) -> None:
        """Join, go on until something ends it, and leave."""
        self._token = (await self._receive()).access_token or ""
        email = self._services.tokens.read(self._token)
        rooms = self._services.rooms
        session_id = await self._join()
        try:
            with rooms.seat(self._threat_model_id, self._diagram_id, email) as seat:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._show_changes(session_id, seat))
                    tasks.create_task(self._obey(email))
                    tasks.create_task(self._stay(session_id))
        finally:
            if not rooms.is_seated(self._diagram_id, email):
                with contextlib.suppress(TmiError):  # who has lost access has left already
                    await self._services.db.as_user(email).sessions.leave(self._threat_model_id, session_id)

    @property
    def _tmi(self) -> AsyncApi:
        return self._services.db.as_user(self._services.tokens.read(self._token))

    async def _join(self) -> UUID:
        """Join the open session, or open one: the database lets only one of many who try at once do so."""
        sessions = self._tmi.sessions
        url = f"{self._services.settings.url}{self._socket.url.path}"
        try:
            return (await sessions.create(self._threat_model_id, url, diagram_id=self._diagram_id)).id
        except Conflict:
            session = await sessions.get(self._threat_model_id, diagram_id=self._diagram_id)
            await sessions.join(self._threat_model_id, session.id)
            return session.id

    async def _show_changes(self, session_id: UUID, seat: Seat) -> None:
        """Show drawing and people, and again whenever they have changed; a hint may come without any change."""
        event, shown = "joined", None
        while True:
            seat.hint.clear()  # before reading: what is committed after it sets the hint once more
            tmi = self._tmi
            diagram = await tmi.diagrams.get(self._threat_model_id, self._diagram_id)
            people = await tmi.sessions.participants(self._threat_model_id, session_id)
            seen = {
                "modified_at": diagram.modified_at.isoformat(),
                "cells": diagram.cells,
                "people": [{"email": person.email, "role": person.role, "host": person.is_host} for person in people],
            }
            if seen != shown:
                await self._socket.send_json({"event": event} | seen)
            event, shown = "changed", seen
            await seat.hint.wait()

    async def _obey(self, email: str) -> None:
        """Do what the client asks for; a refusal is answered and does not end anything."""
        while True:
            try:
                message = await self._receive()
                if message.access_token is not None:
                    self._renew(message.access_token, email)
                if message.ops is not None:
                    changes = await self._tmi.cells.apply_ops(
                        self._threat_model_id, self._diagram_id, message.ops, if_modified_at=message.if_modified_at
                    )
                    await self._socket.send_json({"event": "applied", "modified_at": changes.modified_at.isoformat()})
            except TmiError as refused:
                await self._socket.send_json({"event": "refused", "problem": problem(refused)})

    async def _stay(self, session_id: UUID) -> None:
        """Keep the session alive while the client is connected, and only as long as its token is renewed."""
        while True:
            await asyncio.sleep(SIGN_OF_LIFE)
            await self._tmi.sessions.touch(self._threat_model_id, session_id)

    def _renew(self, token: str, email: str) -> None:
        if self._services.tokens.read(token) != email:
            raise Unauthenticated("the access token is somebody else's", hint="open a connection for each user")
        self._token = token

    async def _receive(self) -> Message:
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"])
        try:
            return Message.model_validate_json(frame.get("text") or "")
        except ValidationError as error:
            first = error.errors()[0]
            raise Invalid(first["msg"], field=".".join(map(str, first["loc"])) or None) from None


def _first(error: BaseException) -> TmiError:
    """Take one refusal out of a group of them, all of which ended the same connection."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, TmiError)
    return error
