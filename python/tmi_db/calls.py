"""How a call of an API function becomes one statement, and its answer Python objects.

The functions themselves are described in `_generated/functions.py`. Nothing here talks to the database.
"""

import enum
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, Protocol, TypeVar, final
from uuid import UUID

import psycopg
from psycopg import sql

from .errors import Invalid, TmiError, TooLarge, from_database


class Row:
    """The base of all rows that the database answers with: frozen dataclasses."""

    __slots__ = ()


Json = dict[str, Any] | list[Any] | str | int | float | bool | Row
"""What may stand for a `jsonb` argument; ids, times and rows may also stand inside it."""

R = TypeVar("R")


@final
class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        """Read as it is written in a signature."""
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Stands for an argument that is left out, so that the function's own default holds; None means NULL."""


@dataclass(frozen=True, slots=True, eq=False)
class Function(Generic[R]):
    """An API function of the database, as the catalogue knows it.

    Attributes:
        name: its name in SQL.
        parameters: name, without the leading `p_`, and SQL type of each parameter.
        columns: the columns of its rows; none when it returns a plain value.
        make: makes the answer's object from a row of values.
        read_only: whether it is declared to write nothing, so that it may be repeated after a lost connection.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    make: Callable[[Sequence[Any]], R]
    read_only: bool

    def row_factory(self, cursor: object) -> Callable[[Sequence[Any]], R]:
        """Tell psycopg how to make rows."""
        return self.make


def value(row: Sequence[Any]) -> Any:
    """Make the answer of a function that returns a plain value."""
    return row[0]


def nothing(row: Sequence[Any]) -> None:
    """Make the answer of a function that returns nothing."""


def writable(row_class: type[Row]) -> type:
    """Make a class of the same layout whose attributes can be set.

    The `__init__` of a frozen dataclass sets each slot through `object.__setattr__`. To fill an object of this class
    and then to turn it into `row_class` takes a sixth of the time (0.3 instead of 1.8 microseconds for 18 columns).
    """
    return type(row_class.__name__, (Row,), {"__slots__": row_class.__slots__, "__module__": row_class.__module__})


class Caller(Protocol):
    """Calls functions, each for itself or in a transaction."""

    def rows(self, function: Function[R], arguments: Sequence[Any]) -> list[R]:
        """Call a function and give its rows."""
        ...


class AsyncCaller(Protocol):
    """The asynchronous `Caller`."""

    async def rows(self, function: Function[R], arguments: Sequence[Any]) -> list[R]:
        """Call a function and give its rows."""
        ...


@dataclass(frozen=True, slots=True)
class Statement:
    """The text that calls a function with a certain choice of its arguments."""

    text: bytes
    adapt: tuple[tuple[int, str, Callable[[Any], Any]], ...]


class Statements:
    """The statements of one schema, each composed once.

    A statement names everything with its schema, because a setting of the session would not survive a pooler.
    """

    def __init__(self, schema: str) -> None:
        """Start with no statement."""
        self._schema = schema
        self._known: dict[tuple[Function[Any], tuple[bool, ...], bool], Statement] = {}

    def bind(self, function: Function[Any], arguments: Sequence[Any], *, identify: bool) -> tuple[bytes, list[Any]]:
        """Find the statement for these arguments and make its parameters.

        Args:
            function: what to call.
            arguments: one for each parameter, `UNSET` for those left out.
            identify: whether the statement sets the caller's identity first; parameter 0 is then left for it.

        Raises:
            Invalid: a value is none that the database could take.
            TooLarge: a document is nested too deep.
        """
        choice = tuple([argument is not UNSET for argument in arguments])
        key = (function, choice, identify)
        statement = self._known.get(key)
        if statement is None:
            statement = self._known[key] = _compose(self._schema, function, choice, identify)
        parameters = [argument for argument in arguments if argument is not UNSET]
        if identify:
            parameters.insert(0, None)
        for index, name, adapt in statement.adapt:
            argument = parameters[index]
            if argument is not None:
                try:
                    parameters[index] = adapt(argument)
                except RecursionError:
                    raise TooLarge(f"{name} is nested too deep", field=name) from None
                except (TypeError, ValueError) as error:
                    raise Invalid(f"{name}: {error}", field=name) from error
        return statement.text, parameters


def _compose(schema: str, function: Function[Any], choice: tuple[bool, ...], identify: bool) -> Statement:
    arguments: list[sql.Composable] = []
    adapt: list[tuple[int, str, Callable[[Any], Any]]] = []
    first = 1 if identify else 0
    sets_identity = sql.Identifier(schema, "_as")
    for (name, sql_type), given in zip(function.parameters, choice, strict=True):
        if not given:
            continue
        place = first + len(arguments)
        argument: sql.Composable = sql.SQL(f"${place + 1}::{sql_type}")
        if identify and not arguments:
            argument = sql.SQL("CASE WHEN {}($1) THEN {} END").format(sets_identity, argument)
        arguments.append(sql.SQL("{} => {}").format(sql.Identifier(f"p_{name}"), argument))
        if sql_type in _ADAPTERS:
            adapt.append((place, name, _ADAPTERS[sql_type]))
    parts = {
        "as": sets_identity,
        "call": sql.SQL("{}({})").format(sql.Identifier(schema, function.name), sql.SQL(", ").join(arguments)),
        "alias": sql.SQL("f") if function.columns else sql.SQL("f (value)"),
    }
    # The identity must be there before the function runs. Only a dependence of its data makes that certain:
    # PostgreSQL may evaluate the items of FROM and of a select list in any order.
    columns: list[sql.Composable] = [sql.Identifier("f", column) for column in function.columns or ("value",)]
    if arguments or not identify:
        template = "SELECT {columns} FROM {call} AS {alias}"
    else:
        template = "SELECT {columns} FROM (SELECT {call} AS f FROM {as}($1) AS a WHERE a OFFSET 0) AS r"
        columns = [sql.SQL("(r.f).{}").format(sql.Identifier(c)) for c in function.columns] or [sql.SQL("r.f")]
    # Columns are named, so that a column appended by a later release does not reach rows that have no place for it.
    statement = sql.SQL(template).format(columns=sql.SQL(", ").join(columns), **parts)
    return Statement(statement.as_bytes(None), tuple(adapt))


def refusal(error: Exception, function: Function[Any], arguments: Sequence[Any]) -> TmiError:
    """Turn what sending a call raised into the package's own exception, and find the argument that is to blame.

    Args:
        error: an exception of psycopg, or one of Python's from writing a value as the database reads it.
        function: what was called.
        arguments: its arguments.
    """
    if isinstance(error, psycopg.Error):
        failure = from_database(error, outcome_unknown=not function.read_only)
    else:
        failure = Invalid(str(error))
    if isinstance(failure, Invalid) and failure.field is None and failure.path is None and failure.index is None:
        failure.field = _impossible_argument(function, arguments)
    failure.__cause__ = error
    return failure


_BITS = {"smallint": 15, "integer": 31, "bigint": 63}


def _impossible_argument(function: Function[Any], arguments: Sequence[Any]) -> str | None:
    """Name the argument that no database could take; asked only after a refusal that named none."""
    for (name, sql_type), argument in zip(function.parameters, arguments, strict=True):
        values = argument if isinstance(argument, list | tuple) and sql_type.endswith("[]") else [argument]
        if any(_is_impossible(sql_type.removesuffix("[]"), item) for item in values):
            return name
    return None


def _is_impossible(sql_type: str, argument: Any) -> bool:
    if argument is UNSET or argument is None:
        return False
    try:
        if sql_type == "jsonb":
            text = _json(argument)
            text.encode()
            return "\\u0000" in text
        if sql_type in _BITS:
            limit = 1 << _BITS[sql_type]
            return not -limit <= argument < limit
        if isinstance(argument, str):
            argument.encode()
            if sql_type == "uuid":
                UUID(argument)
            return "\0" in argument
    except (TypeError, ValueError):
        return True
    return False


def only(rows: list[R], function: Function[R]) -> R:
    """Take the one row of a function that returns one."""
    if len(rows) != 1:
        raise TmiError(f"{function.name} returned {len(rows)} rows instead of one")
    return rows[0]


def cursor_after(row: Any, sort: str) -> dict[str, Any]:
    """Make the `after` of the next page from the last row of a page.

    Args:
        row: the last row.
        sort: the column that the list is sorted by, perhaps with a leading minus.
    """
    column = sort.removeprefix("-")
    return {"id": row.id, column: getattr(row, column)}


def _jsonable(thing: object) -> Any:
    if isinstance(thing, UUID):
        return str(thing)
    if isinstance(thing, datetime | date):
        return _aware(thing).isoformat()
    if isinstance(thing, Row):
        slots: Iterable[str] = type(thing).__slots__
        return {name: getattr(thing, name) for name in slots}
    if isinstance(thing, Mapping):
        return dict(thing)
    raise TypeError(f"{type(thing).__name__} is not JSON")


def _aware(moment: Any) -> Any:
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError("a time without a time zone could mean any of two dozen moments")
    return moment


# JSON travels as text: the server reads it either way, and NaN, sets and the like are refused here.
_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_jsonable).encode

_ADAPTERS: Mapping[str, Callable[[Any], Any]] = {"jsonb": _json, "timestamp with time zone": _aware}
