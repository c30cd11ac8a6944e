"""Words of an enumeration are found wherever in a type it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from judge.gateway.enum_words import words_at


class _Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class _Inner(msgspec.Struct, rename="camel"):
    first_one: _Colour | None = None
    many: tuple[_Colour, ...] = ()
    pair: tuple[int, _Colour] | None = None


class _Outer(msgspec.Struct):
    inner: _Inner | msgspec.UnsetType = msgspec.UNSET
    named: dict[str, Annotated[_Colour, Meta(description="its colour")]] = {}
    said: Literal["yes", "no"] = "no"
    number: int = 0


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".inner.firstOne", ("red", "blue")),
        (".inner.many[3]", ("red", "blue")),
        (".inner.pair[1]", ("red", "blue")),
        (".named[...]", ("red", "blue")),
        (".said", ("no", "yes")),
        (".number", ()),
        (".inner.none", ()),
        (".inner[0]", ()),
        ("", ()),
    ],
)
def test_words(path: str, words: tuple[str, ...]) -> None:
    assert words_at(_Outer, path) == words


def test_what_the_library_says_of_a_place_is_understood() -> None:
    for body, path in (
        (b'{"inner":{"many":["red","odd"]}}', ".inner.many[1]"),
        (b'{"named":{"a":"odd"}}', ".named[...]"),
        (b'{"inner":{"firstOne":"odd"}}', ".inner.firstOne"),
    ):
        with pytest.raises(msgspec.ValidationError, match="Invalid enum value 'odd'") as caught:
            msgspec.json.decode(body, type=_Outer)
        assert str(caught.value).endswith(f"at `${path}`")
        assert words_at(_Outer, path) == ("red", "blue")
