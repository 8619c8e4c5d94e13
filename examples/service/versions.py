"""ETag and If-Match: two people who edit the same threat must not overwrite each other unseen."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, HTTPException
from tmi_db import Stale


def etag(modified_at: datetime) -> str:
    """Give the ETag of a row: `modified_at` grows with every change, so it tells versions apart."""
    return f'"{modified_at.isoformat()}"'


def if_match(if_match: Annotated[str | None, Header()] = None) -> datetime | None:
    """Read the version that the client has seen; None for `*`, which asks for no check.

    Raises:
        HTTPException: 428 without the header, since a client that forgets it would overwrite others' work.
        Stale: it is no ETag of this service, so it matches no version.
    """
    if if_match is None:
        raise HTTPException(428, "say by If-Match which version you have read, or * for any")
    if if_match == "*":
        return None
    try:
        version = datetime.fromisoformat(if_match.removeprefix('"').removesuffix('"'))
        if version.tzinfo is not None:
            return version
    except ValueError:
        pass
    raise Stale("If-Match names no version of this", hint="read it again", field="If-Match")
