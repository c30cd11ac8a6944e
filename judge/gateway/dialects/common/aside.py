"""Work on large outputs, which nobody else is to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: As much is worked on before anything else is done.
_AT_ONCE_BYTES_MAX = 256 << 10


async def aside(size_bytes: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a pure function gives that works on ``size_bytes``: in a thread when they are many."""
    if size_bytes <= _AT_ONCE_BYTES_MAX:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
