"""Access tokens: short-lived, signed by the service, stored nowhere.

They carry the e-mail address, which is what the database is told, so that a request costs no look-up. Therefore an
address must not pass from one person to another within LIFETIME: an old token would act for the new holder. A service
that changes addresses (`db.auth.users.change_email`) or deletes users keeps a given-up address from others for as long,
or puts the user's id in here and asks `db.auth.users.get` for the address that goes with it, once a request.
"""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256

from tmi_db import Unauthenticated

LIFETIME = 300
"""Seconds. A token can't be taken back, so it is short; a deleted user's is refused by the database all the same."""


class AccessTokens:
    """Signs and reads access tokens: `<e-mail and expiry as JSON, base64url>.<HMAC-SHA256, hex>`.

    Args:
        secret: at least 32 random bytes.
        clock: gives the time in seconds since the epoch.

    Raises:
        ValueError: the secret is too short.
    """

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        """Keep the secret."""
        if len(secret) < 32:
            raise ValueError("the secret of access tokens has at least 32 bytes")
        self._secret = secret
        self._clock = clock

    def sign(self, email: str) -> str:
        """Make a token for a user who has just been authenticated."""
        claims = {"email": email, "expires": int(self._clock()) + LIFETIME}
        body = urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"{body}.{self._signature(body)}"

    def read(self, token: str) -> str:
        """Give the e-mail address that a token was made for.

        Raises:
            Unauthenticated: the token is forged or has expired.
        """
        body, _, signature = token.partition(".")
        # Bytes, since compare_digest refuses text beyond ASCII, which a forged token may hold.
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode(errors="replace")):
            raise Unauthenticated("the access token is not valid", hint="log in again")
        claims = json.loads(urlsafe_b64decode(body))
        if claims["expires"] <= self._clock():
            raise Unauthenticated("the access token has expired", hint="exchange the refresh token for a new pair")
        email: str = claims["email"]
        return email

    def _signature(self, body: str) -> str:
        return hmac.digest(self._secret, body.encode(errors="replace"), sha256).hex()
