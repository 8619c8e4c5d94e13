"""The data layer of TMI: threat models behind PostgreSQL functions, with row-level security in force."""

from ._generated.aio import AsyncApi
from ._generated.api import Api
from ._generated.rows import *  # noqa: F403 - every row that an answer may hold, as its own __all__ lists them
from .aio import AsyncDatabase
from .calls import UNSET
from .context import Key
from .database import Database
from .errors import (
    Conflict,
    ConnectionLost,
    Contended,
    Forbidden,
    Invalid,
    NotFound,
    PoolTimeout,
    Stale,
    TmiError,
    TooLarge,
    Unauthenticated,
)
from .notices import AsyncNotices, Notice, Notices

__version__ = "0.1.0"

__all__ = [
    "UNSET",
    "Api",
    "AsyncApi",
    "AsyncDatabase",
    "AsyncNotices",
    "Conflict",
    "ConnectionLost",
    "Contended",
    "Database",
    "Forbidden",
    "Invalid",
    "Key",
    "NotFound",
    "Notice",
    "Notices",
    "PoolTimeout",
    "Stale",
    "TmiError",
    "TooLarge",
    "Unauthenticated",
    "__version__",
]
