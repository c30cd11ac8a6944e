"""Which of Judge0's numbers mean a language that workers offer now."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from judge.errors import LanguageError
from judge.gateway.dialects.judge0.translate.language_ids import (
    ARCHIVED_LAST,
    EXECUTABLE,
    LANGUAGE_IDS,
    MULTI_FILE,
    LanguageId,
)
from judge.gateway.dialects.judge0.translate.validation import Meant
from judge.gateway.endpoint import Asked
from judge.model.language import LanguageSpec
from judge.queue.values import LanguageCard
from judge.toolchain.definitions import Languages, compile_argv

#: What was offered last, and its cards by their numbers.
_CARDS = ("judge0", "cards")


class Known(NamedTuple):
    """What is offered at a moment. ``cards``: by the numbers that mean them; empty = no worker is there to ask.
    ``extra_dir``: where this machine has languages of its own."""

    cards: dict[str, LanguageCard]
    extra_dir: str

    def meant(self, number: int | None) -> Meant:
        """What a number stands for. Where no worker is there nobody can say that it is archived."""
        row = LANGUAGE_IDS.get(number) if number is not None else None
        if row is None:
            return Meant(None)
        return Meant(row, row.id <= ARCHIVED_LAST or (bool(self.cards) and str(row.id) not in self.cards))

    def id_of(self, row: LanguageId) -> str:
        """The language's id here; where nobody offers it now, the word that the queue knows it by."""
        card = self.cards.get(str(row.id))
        return str(row.id) if card is None else card.id

    def spec(self, row: LanguageId) -> LanguageSpec | None:
        """The language as this machine knows it; None = only workers do."""
        return _spec(self.extra_dir, self.id_of(row))


async def known_languages(asked: Asked) -> Known:
    """What is offered now. Raises QueueError."""
    service = asked.service
    offered = await service.languages.current()
    _, (of, cards) = service.remembered.get(_CARDS, (math.inf, (None, {})))
    if of is not offered:
        cards = {alias: card for card in offered.cards for alias in card.aliases}
        service.remembered[_CARDS] = (math.inf, (offered, cards))
    return Known(cards, service.settings.worker.languages_dir)


@cache
def _languages(extra_dir: str) -> Languages:
    return Languages.open(extra_dir)


@cache
def _spec(extra_dir: str, name: str) -> LanguageSpec | None:
    try:
        return _languages(extra_dir).get(name)
    except LanguageError:
        return None


def commands_of(row: LanguageId, spec: LanguageSpec | None) -> tuple[str | None, str | None]:
    """What compiles and what runs it, as people read it; ``%s`` is where a compiler's options go."""
    if row.id in (MULTI_FILE, EXECUTABLE) or spec is None:
        return None, None if row.id == MULTI_FILE else "./a.out"
    name = row.source_file
    compiling = [" ".join(argv) for argv in compile_argv(spec, (name,), name, name.rpartition(".")[0], ("%s",))]
    run = " ".join(spec.run).replace("{source}", name).replace("{artifact}/", "./").replace("{main}", "Main")
    return (" && ".join(compiling) if row.compiled and compiling else None), run
