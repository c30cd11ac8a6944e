"""Which languages the playground offers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from judge.gateway.statements.conversion import CONVERTER
from judge.gateway.web.playground.pages import languages_ready
from judge.queue.values import LanguageCard


class _Languages:
    async def current(self) -> Any:
        return SimpleNamespace(
            cards=(
                LanguageCard(id="python3", name="Python 3 (CPython)", workers=1),
                LanguageCard(id=CONVERTER, name="Markdown to HTML (pandoc)", workers=1),
                LanguageCard(id="c17", name="C17 (GCC)", workers=2),
                LanguageCard(id="ada", name="Ada", workers=0),
            )
        )


def test_those_that_a_worker_has_ready_by_name_and_not_the_converter_of_statements() -> None:
    service: Any = SimpleNamespace(languages=_Languages())
    assert [card["id"] for card in asyncio.run(languages_ready(service))] == ["c17", "python3"]
