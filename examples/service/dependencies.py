"""What routes ask for: the databases, and the API as the caller's own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from fastapi.requests import HTTPConnection
from tmi_db import AsyncApi, AsyncDatabase, Unauthenticated

from .access_tokens import AccessTokens
from .identity import IdentityProvider
from .rooms import Rooms
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What the application holds as long as it runs."""

    settings: Settings
    tokens: AccessTokens
    provider: IdentityProvider
    db: AsyncDatabase
    """Acts for users."""
    auth: AsyncDatabase
    """Logs users in, and can do nothing else."""
    rooms: Rooms


async def services(connection: HTTPConnection) -> Services:
    """Find what the application opened when it started."""
    found: Services = connection.app.state.services
    return found


ServicesDependency = Annotated[Services, Depends(services)]


async def as_caller(services: ServicesDependency, authorization: Annotated[str, Header()] = "") -> AsyncApi:
    """Give the API as the bearer of the access token sees it.

    Raises:
        Unauthenticated: there is no valid token.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("an access token is needed", hint="send it as Authorization: Bearer ...")
    return services.db.as_user(services.tokens.read(token))


Caller = Annotated[AsyncApi, Depends(as_caller)]
