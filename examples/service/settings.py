"""What the service has to be told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """Where the database is, and the service's secrets."""

    dsn: str
    """The database, as a login that was let in by `tmi-db schema grant LOGIN --as app`."""
    auth_dsn: str
    """The same database, as a login that was let in as `auth`: it manages users and tokens, and sees no model."""
    notices_dsn: str
    """The database as `dsn`, by a direct connection: notices can't be heard through a pooler."""
    key: str = field(repr=False)
    """The signing key that `tmi-db key new` printed: with it the service acts for its users."""
    secret: bytes = field(repr=False)
    """Signs access tokens; 32 random bytes of the service's own, which the database does not know."""
    url: str = "ws://127.0.0.1:8000"
    """Where clients reach the service's WebSockets."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from TMI_DB_DSN, TMI_DB_KEY and the service's own variables."""
        return cls(
            dsn=environment["TMI_DB_DSN"],
            auth_dsn=environment["SERVICE_AUTH_DSN"],
            notices_dsn=environment.get("SERVICE_NOTICES_DSN", environment["TMI_DB_DSN"]),
            key=environment["TMI_DB_KEY"],
            secret=bytes.fromhex(environment["SERVICE_SECRET"]),
            url=environment.get("SERVICE_URL", cls.url),
        )
