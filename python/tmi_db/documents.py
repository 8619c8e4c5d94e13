"""Reads threat model documents from files, and says in words why one can't be stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from tmi_db.tool import ToolError

# The limits of threat_model_import; refused here before they are sent.
_LARGEST_BYTES = 64 * 1024 * 1024
_DEEPEST = 100


def read_document(path: Path) -> str:
    """Read a JSON document that PostgreSQL can store.

    Args:
        path: the file, UTF-8, up to 64 MB.

    Returns:
        Its text.

    Raises:
        ToolError: it can't be read, is no JSON, or holds what no database text can: the message names the JSON path.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    if len(data) > _LARGEST_BYTES:
        raise ToolError(f"{path}: a document takes at most 64 MB, and this has {len(data):,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ToolError(f"{path}: not UTF-8 text, see byte {error.start}") from None
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ToolError(f"{path}: not JSON, see line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ToolError(f"{path}: JSON nested more than {_DEEPEST} levels deep") from None
    except ValueError as error:
        raise ToolError(f"{path}: not JSON: {error}") from None
    for place, fault in _faults(document):
        raise ToolError(f"{path}: {place} {fault}")
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _faults(document: Any) -> Iterator[tuple[str, str]]:
    """Name what can't be stored, with its JSON path; without recursion, since depth is one of the faults."""
    waiting: list[tuple[str, Any, int]] = [("$", document, 1)]
    while waiting:
        place, value, depth = waiting.pop()
        if isinstance(value, str):
            if fault := _text_fault(value):
                yield place, f"holds {fault}"
        elif isinstance(value, dict | list):
            if depth > _DEEPEST:
                yield place, f"is nested more than {_DEEPEST} levels deep"
                return
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                if isinstance(key, str) and (fault := _text_fault(key)):
                    yield place, f"has a key with {fault}"
                waiting.append((f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}", item, depth + 1))


def _text_fault(text: str) -> str | None:
    if "\0" in text:
        return "a NUL character"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "half of a surrogate pair"
    return None
