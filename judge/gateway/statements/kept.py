"""The statements that one gateway has made lately, as HTML."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from judge.gateway.at_once import AskedOnce
from judge.gateway.statements.cleaning import CleanRequest, cleaned
from judge.http_form.problems import StatementState

_KEPT_MAX = 500
_KEPT_CHARS_MAX = 32 << 20

#: Made safe at once; more wait.
_AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """What came of converting a statement."""

    state: StatementState
    html: str = ""
    reason: str = ""


class Statements:
    """The statements that one gateway has made lately."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Outcome] = OrderedDict()
        self._making = AskedOnce[Outcome]()
        self._few = asyncio.Semaphore(_AT_ONCE)

    def find(self, name: str) -> Outcome | None:
        """What came of a conversion."""
        kept = self._kept.get(name)
        if kept is not None:
            self._kept.move_to_end(name)
        return kept

    async def made(self, name: str, request: CleanRequest) -> Outcome:
        """The same, once its HTML is made safe; it is kept, as well when that is too much. Raises HostFault."""
        return await self._making.answer(name, lambda: self._make(name, request))

    async def _make(self, name: str, request: CleanRequest) -> Outcome:
        async with self._few:
            html = await cleaned(request)
        if html is None:
            outcome = Outcome(StatementState.FAILED, reason="it would be too large")
        else:
            outcome = Outcome(StatementState.READY, html)
        self._keep(name, outcome)
        return outcome

    def _keep(self, name: str, outcome: Outcome) -> None:
        """While there is room."""
        self._kept[name] = outcome
        while len(self._kept) > _KEPT_MAX or sum(len(one.html) for one in self._kept.values()) > _KEPT_CHARS_MAX:
            self._kept.popitem(last=False)
