"""Which words a field takes: of an enumeration, at a place in a type as msgspec names it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import inspect

_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>[^\]]*)\]")


def words_at(kind: Any, path: str) -> tuple[str, ...]:
    """The words of the enumerations at ``path`` (".tests[0].kind", "[...]") of a type; empty = there is none."""
    types = list(_plain([inspect.type_info(kind)]))
    for step in _STEP.finditer(path):
        types = list(_plain(_inside(types, step["name"])))
    found: dict[str, None] = {}
    for one in types:
        if isinstance(one, inspect.EnumType):
            found |= dict.fromkeys(str(member.value) for member in one.cls)
        elif isinstance(one, inspect.LiteralType):
            found |= dict.fromkeys(map(str, one.values))
    return tuple(found)


def _plain(types: Iterable[inspect.Type]) -> Iterator[inspect.Type]:
    """Without what wraps a type, and each of a union by itself."""
    for one in types:
        if isinstance(one, inspect.Metadata):
            yield from _plain([one.type])
        elif isinstance(one, inspect.UnionType):
            yield from _plain(one.types)
        else:
            yield one


def _inside(types: Iterable[inspect.Type], name: str | None) -> Iterator[inspect.Type]:
    """``name``: of a field; None = an item, or a value."""
    for one in types:
        if name is not None and isinstance(one, inspect.StructType):
            yield from (field.type for field in one.fields if field.encode_name == name)
        elif name is None and isinstance(one, inspect.DictType):
            yield one.value_type
        elif name is None and isinstance(one, inspect.TupleType):
            yield from one.item_types
        elif name is None and isinstance(one, inspect.CollectionType):
            yield one.item_type
