"""How many of something come along in a request."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def at_most(most: int, values: tuple[T, ...], name: str) -> tuple[T, ...]:
    """The same. Raises ValueError when there are more than any worker takes: nothing is made of them then."""
    if len(values) > most:
        raise ValueError(f"{len(values)} {name}; at most {most} are taken")
    return values
