"""Puts the service together; `__main__.py` runs it."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from tmi_db import AsyncDatabase

from . import live, login, problems, threat_models, threats
from .access_tokens import AccessTokens
from .dependencies import Services
from .identity import IdentityProvider
from .rooms import Rooms
from .settings import Settings


def create_app(settings: Settings, provider: IdentityProvider) -> FastAPI:
    """Make the application; it connects to the database when it starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            AsyncDatabase(settings.dsn, key=settings.key) as db,
            AsyncDatabase(settings.auth_dsn, max_size=4) as auth,
            Rooms(settings.notices_dsn) as rooms,
        ):
            app.state.services = Services(settings, AccessTokens(settings.secret), provider, db, auth, rooms)
            yield

    app = FastAPI(title="Threat models", lifespan=lifespan)
    problems.install(app)
    for part in (login, threat_models, threats, live):
        app.include_router(part.router)
    return app
