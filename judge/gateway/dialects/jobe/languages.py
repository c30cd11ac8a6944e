"""The languages that clients of Jobe see: Jobe's own by its ids, all others that are offered by ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from judge.gateway.dialects.jobe.recipes import RECIPES, Stage
from judge.queue.values import LanguageCard

_VERSION = re.compile(r"\d[0-9._]*")

_UNKNOWN = "Unknown"


def offered(cards: Iterable[LanguageCard]) -> list[tuple[str, str]]:
    """Ids and versions, by id."""
    there = {card.id: card for card in cards if card.workers}
    found = {id: there[recipe.language] for id, recipe in RECIPES.items() if recipe.language in there}
    named = {recipe.language for recipe in RECIPES.values()}
    found |= {id: card for id, card in there.items() if id not in named}
    return sorted((id, _version(card)) for id, card in found.items())


def language_of(cards: Iterable[LanguageCard], id: str) -> str:
    """What we call the language that a client calls so; empty = there is none that is offered."""
    wanted = RECIPES[id].language if id in RECIPES else id
    return next((card.id for card in cards if card.workers and wanted in (card.id, *card.aliases)), "")


def _version(card: LanguageCard) -> str:
    for version in reversed(card.versions):
        number = _VERSION.search(version)
        if number:
            return number[0].rstrip(".")
    return _UNKNOWN


def languages_table(names: Mapping[str, str]) -> str:
    """Jobe's languages for people, in Markdown; ``names``: those of ours by their ids."""
    rows = ["| `language_id` | here | file without a name | looked at before the run |", "|---|---|---|---|"]
    for id, recipe in RECIPES.items():
        file = recipe.file_name("") if id != "java" else "`CLASS.java`, of the class with `main`"
        looked_at = {
            Stage.NONE: "no",
            Stage.CHECK: "its syntax: outcome 11 when it is wrong",
            Stage.COMPILE: "compiled: any message is outcome 11",
        }[recipe.stage]
        rows.append(f"| `{id}` | {names[recipe.language]} | {file if id == 'java' else f'`{file}`'} | {looked_at} |")
    return "\n".join(rows) + "\n"
