"""The columns of every constraint and unique index. Rendered by `make generate`; not edited by hand."""

from collections.abc import Mapping

CONSTRAINT_COLUMNS: Mapping[str, tuple[str, ...]] = {}
