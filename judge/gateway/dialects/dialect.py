"""A dialect: the interface of another system, served for its clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from judge.gateway.service import Service


@dataclass(frozen=True)
class Dialect:
    """``name`` is that of its settings' section, of its requests in metrics and log, and the sender of its work.

    ``app`` makes an ASGI application whose paths begin behind ``prefix``, and which answers every path in the dialect's
    own way.
    """

    name: str
    prefix: str
    app: Callable[[Service], ASGIApp]
