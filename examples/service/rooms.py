"""Who is connected to this process and wants to hear of changes, whichever process or service makes them."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import UUID

from tmi_db.notices import AsyncNotices


@dataclass(eq=False, slots=True)
class Seat:
    """One connected client."""

    threat_model_id: UUID
    diagram_id: UUID
    email: str
    hint: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something may have changed. Hints that come while one is dealt with are one more hint, no queue."""


class Rooms:
    """Hands the database's notices to the clients whom they may concern.

    A notice is a hint that anybody could have forged, and says only that something changed. So nothing is passed on
    from it: each seat reads again as its own user, who may have lost access meanwhile.
    """

    def __init__(self, dsn: str) -> None:
        """Prepare to listen on a connection of its own: where the pool's go through PgBouncer, this one may not."""
        self._notices = AsyncNotices(dsn)
        self._seats: set[Seat] = set()
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self._notices.__aenter__()
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Listen no more."""
        assert self._listener is not None
        self._notices.stop()
        try:
            await self._listener
        finally:
            await self._notices.__aexit__(kind, error, traceback)

    @contextlib.contextmanager
    def seat(self, threat_model_id: UUID, diagram_id: UUID, email: str) -> Iterator[Seat]:
        """Take a seat for as long as the block lasts."""
        seat = Seat(threat_model_id, diagram_id, email)
        self._seats.add(seat)
        try:
            yield seat
        finally:
            self._seats.discard(seat)

    def is_seated(self, diagram_id: UUID, email: str) -> bool:
        """Say whether somebody has a seat at a diagram, perhaps in another window."""
        return any(seat.diagram_id == diagram_id and seat.email == email for seat in self._seats)

    async def _listen(self) -> None:
        async for notice in self._notices:
            for seat in self._seats:
                # After a lost connection a notice names no model: anything may have changed meanwhile.
                if notice.threat_model_id in (None, seat.threat_model_id):
                    seat.hint.set()
