"""Strategies for hypothesis: any value of a model type, by its fields."""

from __future__ import annotations

from typing import Any

import msgspec.inspect as types
from hypothesis import strategies as st

#: No surrogates: JSON has none.
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)

#: What the JSON of every language reads without loss.
INTEGERS = st.integers(0, 2**53 - 1)

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def values_of(model: Any) -> st.SearchStrategy[Any]:
    """Values of a model type (or of several, joined by ``|``) that a decoder must take as they are."""
    return _of(types.type_info(model))


def _of(info: types.Type) -> st.SearchStrategy[Any]:
    match info:
        case types.StrType():
            return TEXT
        case types.BytesType():
            return st.binary(max_size=8)
        case types.BoolType():
            return st.booleans()
        case types.IntType():
            return INTEGERS
        case types.FloatType():
            return FLOATS
        case types.NoneType():
            return st.none()
        case types.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case types.VarTupleType(item_type=item):
            return st.lists(_of(item), max_size=2).map(tuple)
        case types.DictType(key_type=key, value_type=value):
            return st.dictionaries(_of(key), _of(value), max_size=2)
        case types.UnionType(types=several):
            return st.one_of(*map(_of, several))
        case types.StructType(cls=cls, fields=fields):
            return _struct(cls, fields)
    raise AssertionError(f"no strategy for {info}")


def _struct(cls: type, fields: tuple[types.Field, ...]) -> st.SearchStrategy[Any]:
    """A value of some fields; those that are refused together (content and blob) are drawn again."""
    drawn = st.fixed_dictionaries({}, optional={field.name: _of(field.type) for field in fields if not field.required})
    needed = st.fixed_dictionaries({field.name: _of(field.type) for field in fields if field.required})
    return st.tuples(needed, drawn).map(lambda parts: _made(cls, parts[0] | parts[1]))


def _made(cls: type, values: dict[str, Any]) -> Any:
    if cls.__name__ == "Data" and values.get("content"):
        values["blob"] = ""
    return cls(**values)
