"""The words that may become label values. Whatever is not in it is counted as "other": cardinality is bounded here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.wire import PRIORITY_CLASSES

#: The label value of everything unknown.
OTHER = "other"

#: How many different names a label may collect that come from our own code, not from an enumeration (caches, attacks).
NAMES_MAX = 64

_NAME = re.compile(r"[a-z0-9][a-z0-9_.+-]{0,47}")


@dataclass(frozen=True)
class Vocabulary:
    """``languages``: the ids of the language definitions this node knows. ``classes``: the queue's priority classes."""

    languages: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset(PRIORITY_CLASSES)

    def language(self, name: str) -> str:
        """The label value for a language id, which a client may have chosen."""
        return name if name in self.languages else OTHER

    def priority_class(self, name: str) -> str:
        """The label value for a priority class, which a client may have chosen."""
        return name if name in self.classes else OTHER


class Names:
    """A set of names that fills up as they come, to a limit: for names given by the judge's own parts."""

    def __init__(self, limit: int = NAMES_MAX) -> None:
        self._known: set[str] = set()
        self._limit = limit

    def admit(self, name: str) -> str:
        """``name`` itself when it is well-formed and there is room, else "other"."""
        if name in self._known:
            return name
        if len(self._known) >= self._limit or not _NAME.fullmatch(name):
            return OTHER
        self._known.add(name)
        return name
