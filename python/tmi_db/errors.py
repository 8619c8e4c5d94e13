"""The exceptions of the package, and how PostgreSQL's errors become them.

The class follows from the SQLSTATE and never from the text of a message. `docs/errors.md` lists every code.
"""

import re
from collections.abc import Mapping
from typing import Any

import psycopg

from ._generated.constraints import CHECK_RULES, CONSTRAINT_COLUMNS

__all__ = [
    "SQLSTATES",
    "Conflict",
    "ConnectionLost",
    "Contended",
    "Forbidden",
    "Invalid",
    "NotFound",
    "PoolTimeout",
    "Stale",
    "TmiError",
    "TooLarge",
    "Unauthenticated",
    "error_class",
    "from_database",
]


class TmiError(Exception):
    """Anything that the database or the package refuses; the base of the exceptions below.

    Attributes:
        message: what is wrong, in one clause.
        sqlstate: PostgreSQL's five characters, or None where the database never saw the call.
        detail: which value is meant.
        hint: what to do about it.
        table: the table concerned.
        column: the column concerned.
        constraint: the constraint or unique index that refused.
        field: the argument or column that is wrong; several columns of one constraint are joined by `, `; None where
            there is a reason.
        path: the JSON Pointer of what is wrong inside a document.
        index: the position, in a bulk call's array, of the item that is wrong; the first is 0.
        reason: why an operation on cells is refused, in the word that editors are sent, such as `cell_already_exists`.
    """

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
        table: str | None = None,
        column: str | None = None,
        constraint: str | None = None,
        field: str | None = None,
        path: str | None = None,
        index: int | None = None,
        reason: str | None = None,
    ) -> None:
        """Keep the parts; `str()` gives the message alone."""
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.detail = detail
        self.hint = hint
        self.table = table
        self.column = column
        self.constraint = constraint
        self.field = field
        self.path = path
        self.index = index
        self.reason = reason


class Unauthenticated(TmiError):
    """There is no identity, or it is forged, expired, or its user is gone."""


class Forbidden(TmiError):
    """The thing may be seen, but the role is too low."""


class NotFound(TmiError):
    """The thing does not exist or may not be seen: the answer is the same for both."""


class Conflict(TmiError):
    """The thing stands against what is there: a duplicate, the last owner, an open session."""


class Stale(TmiError):
    """The row was changed since the `if_modified_at` that came with the call; nothing was written."""


class TooLarge(TmiError):
    """A page, a bulk call, a document or a value is larger than the limit."""


class Invalid(TmiError):
    """A value is refused; `field`, `path` and `index` say which."""


class Contended(TmiError):
    """Others were at the same rows: a deadlock or a serialization failure that outlived the retries.

    Nothing was written, and the call may be repeated.
    """


class ConnectionLost(TmiError):
    """The connection broke.

    Attributes:
        outcome_unknown: whether the call may have been carried out all the same. A `create` with an `id` of the
            caller's can be repeated safely: if the first one arrived, the answer is `Conflict`.
    """

    def __init__(self, message: str, *, outcome_unknown: bool, **parts: Any) -> None:
        """Keep whether the outcome is unknown."""
        super().__init__(message, **parts)
        self.outcome_unknown = outcome_unknown

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the argument that has no default."""
        return _rebuild_connection_lost, (self.message, self.outcome_unknown), self.__dict__


class PoolTimeout(TmiError):
    """No connection came free in time; nothing was sent. `detail` says why connecting failed, where it did."""


def _rebuild_connection_lost(message: str, outcome_unknown: bool) -> ConnectionLost:
    return ConnectionLost(message, outcome_unknown=outcome_unknown)


SQLSTATES: Mapping[str, type[TmiError]] = {
    "TM401": Unauthenticated,
    "TM403": Forbidden,
    "TM404": NotFound,
    "TM409": Conflict,
    "TM412": Stale,
    "TM413": TooLarge,
    "TM422": Invalid,
    "23505": Conflict,  # unique_violation
    "23P01": Conflict,  # exclusion_violation
    "23": Invalid,  # the other constraints: a value that its column does not take
    "22": Invalid,  # data exceptions: too long, out of range, not of the type
    "42501": Forbidden,  # insufficient_privilege: the login was not granted the function
    "54": TooLarge,  # program limits: an index row, a statement or a document too large or too deep
    "40001": Contended,  # serialization_failure
    "40P01": Contended,  # deadlock_detected
    "55P03": Contended,  # lock_not_available: lock_timeout ran out
    "08": ConnectionLost,
    "57P01": ConnectionLost,  # admin_shutdown
    "57P02": ConnectionLost,  # crash_shutdown
    "57P03": ConnectionLost,  # cannot_connect_now
    "57P05": ConnectionLost,  # idle_session_timeout
    "25P03": ConnectionLost,  # idle_in_transaction_session_timeout
}
"""The exception for each SQLSTATE: by the whole code, else by the class that its first two characters name."""

_SCHEMA_MISMATCH = {"3F000", "42883", "42P01", "42703", "42704"}
_CHECK_VIOLATION = "23514"
_VIOLATIONS = {"23502": "is missing", "23505": "is in use already"}
_ITEM = re.compile(r"item (?P<index>\d+)(?:: (?P<rest>.*))?\Z")
_NAMED = re.compile(r"(?P<kind>field|path): (?P<name>.*)\Z")
_CELL_REASONS = {
    "add_requires_cell_data",
    "cell_already_exists",
    "empty_cell_operations",
    "invalid_cell_data",
    "invalid_cell_operation",
    "invalid_operation_type",
    "update_nonexistent_cell",
}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")


def error_class(sqlstate: str) -> type[TmiError]:
    """Find the exception for a SQLSTATE; `TmiError` itself where none is foreseen."""
    return SQLSTATES.get(sqlstate) or SQLSTATES.get(sqlstate[:2]) or TmiError


def from_database(error: psycopg.Error, *, outcome_unknown: bool = True) -> TmiError:
    """Turn an error of psycopg into the package's own.

    Args:
        error: what psycopg raised.
        outcome_unknown: what to say if the connection was lost: whether the call may have been carried out.
    """
    diagnostics = error.diag
    sqlstate = error.sqlstate
    message = diagnostics.message_primary or str(error).strip() or type(error).__name__
    if sqlstate is None:
        if isinstance(error, psycopg.OperationalError):
            return ConnectionLost(message, outcome_unknown=outcome_unknown)
        if isinstance(error, psycopg.DataError | psycopg.ProgrammingError | psycopg.NotSupportedError):
            return Invalid(message)  # psycopg refused a value before it sent anything
        return TmiError(message)
    parts: dict[str, Any] = {
        "sqlstate": sqlstate,
        "detail": diagnostics.message_detail,
        "hint": diagnostics.message_hint,
        "table": diagnostics.table_name,
        "column": diagnostics.column_name,
        "constraint": diagnostics.constraint_name,
    }
    if sqlstate in _SCHEMA_MISMATCH:  # PostgreSQL would hint at type casts
        parts["hint"] = "the schema may be of another version than the package: see `tmi-db migrate status`"
    parts |= _location(parts["detail"], parts["column"], parts["constraint"])
    message = _constraint_message(sqlstate, parts) or message
    kind = error_class(sqlstate)
    if issubclass(kind, ConnectionLost):
        return kind(message, outcome_unknown=outcome_unknown, **parts)
    return kind(message, **parts)


def _constraint_message(sqlstate: str, parts: Mapping[str, Any]) -> str | None:
    """Say what the value must be; the server only names the constraint."""
    field = parts.get("field")
    if sqlstate == _CHECK_VIOLATION:
        rule = CHECK_RULES.get(parts["constraint"] or "")
        return rule and (rule if rule.isascii() and "(" not in rule else f"{field or 'the row'} must satisfy {rule}")
    if field and (words := _VIOLATIONS.get(sqlstate)):
        return f"{field} {words}"
    return None


def _location(detail: str | None, column: str | None, constraint: str | None) -> dict[str, Any]:
    """Read which item, field or path is meant: DETAIL's first line is `field: name`, `item 3: name` or the like."""
    found: dict[str, Any] = {}
    rest = (detail or "").partition("\n")[0]
    if item := _ITEM.match(rest):
        found["index"] = int(item["index"])
        rest = item["rest"] or ""
    if rest in _CELL_REASONS:
        found["reason"] = rest
    elif named := _NAMED.match(rest):
        found["path" if named["kind"] == "path" else "field"] = named["name"]
    elif rest.startswith("/"):
        found["path"] = rest
    elif "index" in found and _WORD.match(rest):
        found["field"] = rest
    if "field" not in found and "reason" not in found:
        columns = (column,) if column else CONSTRAINT_COLUMNS.get(constraint or "", ())
        if columns:
            found["field"] = ", ".join(columns)
    return found
