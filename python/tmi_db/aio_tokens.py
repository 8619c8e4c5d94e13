"""Refresh tokens for an asynchronous login service: the client keeps the token, the database its hash.

`tokens.py` is rendered from this module by `make generate`.
"""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from ._generated.aio import AsyncAuth
from ._generated.rows import IssuedToken, RotatedToken
from .calls import UNSET, Unset
from .errors import ConnectionLost, Unauthenticated

_TOKEN_BYTES = 32


class AsyncRefreshTokens:
    """Issues, exchanges and revokes refresh tokens, whose secrets never reach the database or its logs."""

    def __init__(self, auth: AsyncAuth) -> None:
        """Call by way of `auth`."""
        self._tokens = auth.tokens

    async def issue(
        self,
        user_id: UUID | str,
        *,
        ttl: timedelta | Unset | None = UNSET,
        family_ttl: timedelta | Unset | None = UNSET,
    ) -> tuple[str, IssuedToken]:
        """Make the first token of a sign-in.

        Args:
            user_id: the user, who has just been authenticated.
            ttl: how long the token is good, 1 second to 90 days.
            family_ttl: how long all tokens are good that follow from this sign-in, 1 second to 365 days.

        Returns:
            The token, 43 characters for the client alone, and what the database knows of it.

        Raises:
            NotFound: there is no such user.
            Invalid: a duration is out of range.

        SQL: token_issue
        """
        token = _new_token()
        return token, await self._tokens.issue(user_id, _hash(token), ttl=ttl, family_ttl=family_ttl)

    async def rotate(self, token: str, *, ttl: timedelta | Unset | None = UNSET) -> tuple[str, RotatedToken]:
        """Exchange a token for the next of its family.

        A lost answer is asked for again, since the same exchange sent twice is the same request.

        Args:
            token: what the client presents.
            ttl: how long the new token is good; as long as the old one if left out.

        Returns:
            The new token and what the database knows of it.

        Raises:
            Unauthenticated: the token is unknown, revoked or expired; or it was exchanged before, which means that
                two hold it, so that its whole family has just been revoked.
            Invalid: the duration is out of range.

        SQL: token_rotate
        """
        new = _new_token()
        try:
            rotated = await self._tokens.rotate(_hash(token), _hash(new), ttl=ttl)
        except ConnectionLost:
            rotated = await self._tokens.rotate(_hash(token), _hash(new), ttl=ttl)
        # An answer and no error, because an error would have taken back the revocation.
        if rotated.outcome == "reused":
            raise Unauthenticated(
                "the token was exchanged before",
                sqlstate="TM401",
                hint="let the user sign in again: somebody has a copy",
            )
        return new, rotated

    async def revoke(self, token: str) -> None:
        """Revoke a token with its family: a sign-out. To do it again is no error.

        Args:
            token: what the client presents.

        SQL: token_revoke
        """
        await self._tokens.revoke(_hash(token))


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _hash(token: str) -> str:
    # What is no text of ours is no token: it is hashed all the same, and found nowhere.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
