"""The texts that people read: one file a language below ``texts``, by section and name.

A text is asked for as ``section.name``; ``{word}`` in it is a value. One that depends on a number ``n`` has a second
text ``name_one`` for what the language says of one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

#: What is spoken where a browser wants nothing that there is.
USUAL = "en"

_TAG = re.compile(r"\s*(?P<tag>[A-Za-z*]{1,8})[A-Za-z0-9-]{0,30}\s*(?:;\s*q=(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?")

Section = Mapping[str, str]


class Texts:
    """One language."""

    def __init__(self, language: str, sections: Mapping[str, Section]) -> None:
        self.language = language
        self.sections = sections

    def text(self, name: str, /, **values: object) -> str:
        """The text of this name. Raises KeyError for one that is not there, or needs a value that is not given."""
        section, _, own = name.partition(".")
        found = self.sections[section]
        one = values.get("n") == 1 and found.get(f"{own}_one")
        return (one or found[own]).format_map(values)

    def for_scripts(self, section: str) -> bytes:
        """A section and those that every page needs, as JSON."""
        return json.dumps({**self.sections["common"], **self.sections[section]}, ensure_ascii=False).encode()


@cache
def catalogue() -> Mapping[str, Texts]:
    """Every language that there is."""
    folder = files("judge.gateway.web") / "texts"
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".toml"))
    found = {name.removesuffix(".toml"): tomllib.loads((folder / name).read_text("utf-8")) for name in names}
    return {language: Texts(language, sections) for language, sections in found.items()}


def wanted_of(accepted: str, languages: Sequence[str]) -> str:
    """Which of the languages an ``Accept-Language`` (RFC 9110, 12.5.4) wants most, or the usual one."""
    best, most = USUAL, 0.0
    for part in accepted[:500].split(","):
        match = _TAG.fullmatch(part)
        if match is None or match["tag"].lower() not in languages:
            continue
        weight = float(match["weight"] or 1)
        if weight > most:
            best, most = match["tag"].lower(), weight
    return best
