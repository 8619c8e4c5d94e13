"""Who somebody is, as an identity provider has confirmed it."""

from dataclasses import dataclass
from typing import Protocol

from tmi_db import Unauthenticated


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says about a person."""

    provider: str
    """One of the names that `db.auth.users.login` knows."""
    subject: str
    """The provider's own id of the person, which never changes."""
    email: str
    name: str
    email_verified: bool


class IdentityProvider(Protocol):
    """Turns the code that a browser brings back from a provider into an identity."""

    async def identify(self, code: str) -> Identity:
        """Exchange the code.

        Raises:
            Unauthenticated: the provider does not confirm it.
        """
        ...


class FakeIdentityProvider:
    """NOT FOR PRODUCTION: believes whoever it is told somebody is.

    It stands where a service has an OpenID Connect client, which exchanges the code at the provider's token endpoint
    and checks the signature, issuer, audience, nonce and expiry of the ID token. Here the code is an e-mail address.
    """

    async def identify(self, code: str) -> Identity:
        """Take an e-mail address for the proof of itself."""
        name, at, _ = code.partition("@")
        if not name or not at:
            raise Unauthenticated("the identity provider does not know this code")
        return Identity("google", subject=f"fake|{code}", email=code, name=name, email_verified=True)
