"""Refusals as HTTP answers: one table and one body for every route.

The body is that of RFC 9457 (`application/problem+json`), with what tmi_db knows about the value that is meant.
"""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from tmi_db import (
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

STATUSES: Mapping[type[TmiError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    Contended: 503,
    PoolTimeout: 503,
    ConnectionLost: 503,
}
"""The status for each exception; whatever is not here is a fault of the service or of the database."""

_HEADERS: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
_SHOWN = ("field", "path", "index", "reason", "hint")
_log = logging.getLogger(__name__)


def problem(error: TmiError) -> dict[str, Any]:
    """Describe a refusal; a fault is logged, and its particulars stay here."""
    status = STATUSES.get(type(error), 500)
    if status == 500:
        _log.error("a call failed", exc_info=error)
        return {"title": "internal error", "status": status}
    if status == 503:
        _log.warning("the database could not be used: %s", error.detail or error.message)
        title = "the outcome is unknown" if getattr(error, "outcome_unknown", False) else "try again"
        return {"title": title, "status": status}
    parts = {name: getattr(error, name) for name in _SHOWN if getattr(error, name) is not None}
    return {"title": error.message, "status": status} | parts


def install(app: FastAPI) -> None:
    """Let every refusal leave the service in the same form."""
    app.add_exception_handler(TmiError, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_request)
    app.add_exception_handler(HTTPException, _refuse_http)


def _answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, body["status"], headers=headers, media_type="application/problem+json")


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TmiError)
    body = problem(error)
    return _answer(body, _HEADERS.get(body["status"]))


async def _refuse_request(request: Request, error: Exception) -> JSONResponse:
    """Say what FastAPI found in the words of the database: the first fault, its field, and never the value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:]]
    return await _refuse(request, Invalid(first["msg"], field=".".join(place) or None))


async def _refuse_http(request: Request, error: Exception) -> JSONResponse:
    """Give the framework's own refusals, such as of a path that does not exist, the same form."""
    assert isinstance(error, HTTPException)
    return _answer({"title": error.detail, "status": error.status_code}, error.headers)
