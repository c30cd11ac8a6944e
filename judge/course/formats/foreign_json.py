"""JSON that a program under test may have written: bounded, and read by place, so that a complaint says where.

Nothing here trusts anything: size, depth, kinds of values and numbers are checked, texts become safe text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from judge.errors import ResultsFault
from judge.text import printable, safe_text

#: Of a results file.
JSON_BYTES_MAX = 4 << 20
#: Of what is called a name.
NAME_CHARS_MAX = 200
#: Numbers beyond it are nobody's points or seconds.
NUMBER_MAX = 1e9
_SHOWN_CHARS = 40
_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}

_Word = TypeVar("_Word")


@dataclass(frozen=True)
class Node:
    """A value of the file and its place in it. What is absent is there as null."""

    value: object
    where: str

    @property
    def absent(self) -> bool:
        """Whether there is nothing, or null."""
        return self.value is None

    def field(self, name: str) -> Node:
        """A field of an object. Raises ResultsFault when this is none."""
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        return Node(self.value.get(name), f"{self.where}.{name}" if self.where else name)

    def items(self, most: int) -> tuple[Node, ...]:
        """The elements of a list; of nothing there are none. Raises ResultsFault for no list, or more than that."""
        if self.absent:
            return ()
        if not isinstance(self.value, list):
            raise self.fault("a list")
        if len(self.value) > most:
            raise ResultsFault(f"{self.where}: {len(self.value)} elements; at most {most} are taken")
        return tuple(Node(value, f"{self.where}[{index}]") for index, value in enumerate(self.value))

    def text(self, bytes_max: int) -> str:
        """Safe text, its beginning; of nothing "". Numbers count as text. Raises ResultsFault for anything else."""
        if self.absent:
            return ""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.fault("text")
        return safe_text(str(self.value).encode("utf-8", "replace"), bytes_max)

    def name(self) -> str:
        """One line of text. Raises ResultsFault."""
        return printable(self.text(4 * NAME_CHARS_MAX), NAME_CHARS_MAX)

    def number(self) -> float | None:
        """A number of sensible size; None = there is none. Text that says one is taken as one.

        Raises ResultsFault.
        """
        if self.absent:
            return None
        value = self.value
        if isinstance(value, str):
            try:
                value = float(value) if len(value) <= _SHOWN_CHARS else value
            except ValueError:
                raise self.fault("a number") from None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault("a number")
        if not -NUMBER_MAX <= value <= NUMBER_MAX:  # not a number is not either
            raise ResultsFault(f"{self.where}: {self._shown()} is no number from {-NUMBER_MAX:g} to {NUMBER_MAX:g}")
        return float(value)

    def flag(self, default: bool) -> bool:
        """True or false. Raises ResultsFault for anything else."""
        if self.absent:
            return default
        if not isinstance(self.value, bool):
            raise self.fault("true or false")
        return self.value

    def word(self, words: Mapping[str, _Word]) -> _Word | None:
        """What one of these words stands for; None = there is none. Raises ResultsFault for any other."""
        if self.absent:
            return None
        if not isinstance(self.value, str) or self.value not in words:
            raise ResultsFault(f"{self.where}: {self._shown()} is none of {', '.join(words)}")
        return words[self.value]

    def fault(self, wanted: str) -> ResultsFault:
        """That something else was wanted here."""
        found = _KINDS.get(type(self.value), "nothing")
        return ResultsFault(f"{self.where or 'the file'}: {wanted} was wanted, this is {found}")

    def _shown(self) -> str:
        return printable(repr(self.value) if isinstance(self.value, str) else str(self.value), _SHOWN_CHARS)


def parsed(data: bytes, bytes_max: int = JSON_BYTES_MAX) -> Node:
    """A whole file. Raises ResultsFault for what is no JSON, too large, too deep, or has numbers that are none.

    How deep it may be is the decoder's own bound, some hundred levels.
    """
    if len(data) > bytes_max:
        raise ResultsFault(f"{len(data)} bytes; at most {bytes_max} are taken")
    if not data.strip():
        raise ResultsFault("the file is empty")
    try:
        return Node(msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf")), "")
    except RecursionError:
        raise ResultsFault("no JSON: lists and objects lie too deep in each other") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ResultsFault(f"no JSON: {printable(str(error), 200)}") from error


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """The same names, those that came before with a number behind; empty ones are numbered, too."""
    found: dict[str, None] = {}
    for index, name in enumerate(names):
        wanted = name or f"test {index + 1}"
        number, one = 1, wanted
        while one in found:
            number += 1
            one = f"{wanted} ({number})"
        found[one] = None
    return tuple(found)
