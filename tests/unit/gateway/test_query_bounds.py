"""Numbers in queries have bounds: none of thirty digits goes on to Redis or a clock."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from judge.gateway.table import ENDPOINTS

_QUERIES = sorted({one.query for one in ENDPOINTS if one.query is not None}, key=lambda query: query.__name__)


def _numbers() -> list[tuple[Any, str]]:
    """Each whole number of each query."""
    found = []
    for query in _QUERIES:
        info: Any = msgspec.inspect.type_info(query)
        found += [(query, field.encode_name) for field in info.fields if isinstance(_plain(field.type), _INT)]
    return found


_INT = msgspec.inspect.IntType


def _plain(info: Any) -> Any:
    """Without what describes it."""
    return _plain(info.type) if isinstance(info, msgspec.inspect.Metadata) else info


@pytest.mark.parametrize(("query", "name"), _numbers())
def test_a_number_of_thirty_digits_is_refused_and_its_field_named(query: Any, name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"\$\.{name}"):
        msgspec.convert({name: "1" + "0" * 30}, type=query, strict=False)
