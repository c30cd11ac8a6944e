"""Which versions of a language the living workers offer, and which of them a client's range means. Pure.

A worker serves ``LANGUAGE@VERSION`` for each version that it has, beside the language itself; the queue knows exact
names only, so that what was chosen stands in the record. Ranges are for clients.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge.errors import LanguageError, UnknownLanguage
from judge.queue.values import LanguageCard, WorkerInfo
from judge.toolchain import ranges


def card_offered(card: LanguageCard, infos: Sequence[WorkerInfo]) -> LanguageCard:
    """A language's card with what these workers offer of it; ``workers`` is 0 when that is nothing."""
    prefix = f"{card.id}@"
    versions, exact, variants, workers = set(), set(), set(), 0
    for info in infos:
        own = {name for name in info.languages if name == card.id or name.startswith(prefix)}
        workers += bool(own)
        versions |= {info.versions[name] for name in own if info.versions.get(name)}
        names = {
            name.removeprefix(prefix): version for name, version in info.versions.items() if name.startswith(prefix)
        }
        exact |= {name for name, version in names.items() if name == version == ranges.exact(name)}
        variants |= {name.removeprefix(prefix) for name in own - {card.id}}
    return msgspec.structs.replace(
        card,
        versions=tuple(sorted(versions)),
        workers=workers,
        exact=ranges.by_age(exact),
        variants=tuple(sorted(variants - exact)),
    )


def exact_language(cards: Sequence[LanguageCard], name: str) -> str:
    """The id, with the very version, that ``LANGUAGE@RANGE`` means among what is offered: the newest that fits.

    A name that no card has stays as it is: the queue says what is wrong with it. Raises LanguageError when no version
    fits, with those that there are.
    """
    said, at, wanted = name.partition("@")
    word, wanted = "".join(said.lower().split()), wanted.strip().lower()
    card = next((card for card in cards if word == card.id), None) or next(
        (card for card in cards if word in {"".join(alias.lower().split()) for alias in card.aliases}), None
    )
    if not at or card is None:
        return name
    if wanted in card.variants or wanted in card.exact:
        return f"{card.id}@{wanted}"
    there = ", ".join((*card.exact, *card.variants)) or "none that can be named"
    refusal = f"no worker offers version {wanted[:64]!a} of {card.id}; there are: {there}"
    try:
        chosen = ranges.best(card.exact, wanted) if wanted else None
    except UnknownLanguage as error:
        raise UnknownLanguage(f"{refusal} ({error})") from error
    if chosen is None:
        raise LanguageError(refusal)
    return f"{card.id}@{chosen}"
