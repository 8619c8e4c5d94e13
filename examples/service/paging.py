"""Pages over HTTP: a cursor is the last row's id and what it was sorted by, as one opaque word."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from tmi_db import Invalid

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Some of many rows."""

    items: list[T]
    next: str | None
    """What to pass as `after` for the page that follows; None on the last one."""


def read_cursor(after: str | None) -> Any:
    """Read what `write_cursor` wrote; None before the first page.

    Raises:
        Invalid: it is something else. What is inside is judged by the database.
    """
    if after is None:
        return None
    try:
        cursor = json.loads(urlsafe_b64decode(after))
    except (binascii.Error, ValueError):
        cursor = None
    if not isinstance(cursor, dict):
        raise Invalid("after is no cursor that a page ended with", field="after")
    return cursor


def write_cursor(rows: Sequence[Any], limit: int, sort: str) -> str | None:
    """Make the cursor of the page that follows; a page that is not full is the last."""
    if len(rows) < limit:
        return None
    column = sort.removeprefix("-")
    cursor = {"id": str(rows[-1].id), column: str(getattr(rows[-1], column))}
    return urlsafe_b64encode(json.dumps(cursor).encode()).decode()
