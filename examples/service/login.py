"""Logging in and staying so: a short access token, and a refresh token that works once."""

from fastapi import APIRouter
from pydantic import BaseModel

from .access_tokens import LIFETIME
from .dependencies import Services, ServicesDependency

router = APIRouter(tags=["login"])


class LoginRequest(BaseModel):
    """What a browser brings back from the identity provider."""

    code: str


class RefreshToken(BaseModel):
    """A refresh token. A service for browsers keeps it in a cookie: HttpOnly, Secure, SameSite=Strict."""

    refresh_token: str


class TokenPair(RefreshToken):
    """What a client needs to make requests, and to go on making them."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - no secret
    expires_in: int = LIFETIME


@router.post("/login")
async def log_in(request: LoginRequest, services: ServicesDependency) -> TokenPair:
    """Log in; somebody who comes for the first time becomes a user."""
    who = await services.provider.identify(request.code)
    user = await services.auth.auth.users.login(
        who.provider, who.subject, who.email, who.name, email_verified=who.email_verified
    )
    refresh_token, _ = await services.auth.refresh_tokens.issue(user.id)
    return _pair(services, user.email, refresh_token)


@router.post("/token")
async def refresh(request: RefreshToken, services: ServicesDependency) -> TokenPair:
    """Exchange a refresh token for a new pair. One that was exchanged before was stolen: its whole family ends."""
    following, rotated = await services.auth.refresh_tokens.rotate(request.refresh_token)
    assert rotated.user_id is not None
    user = await services.auth.auth.users.get(rotated.user_id)
    return _pair(services, user.email, following)


@router.post("/logout", status_code=204)
async def log_out(request: RefreshToken, services: ServicesDependency) -> None:
    """End the login that a refresh token belongs to; access tokens run out by themselves."""
    await services.auth.refresh_tokens.revoke(request.refresh_token)


def _pair(services: Services, email: str, refresh_token: str) -> TokenPair:
    return TokenPair(access_token=services.tokens.sign(email), refresh_token=refresh_token)
