"""What a program left as JSON. It may have been written by the code that is judged: nothing of it is sure. Pure."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from judge.gateway.json_amount import has_too_many_values

T = TypeVar("T")


class NotLeft(Exception):
    """It is something else; the text says what."""


def left_json(content: bytes, kind: type[T]) -> T:
    """The value of a file. Raises NotLeft."""
    if has_too_many_values(content):
        raise NotLeft("it has too many values")
    try:
        return msgspec.json.decode(content.decode(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotLeft(str(error)) from error
