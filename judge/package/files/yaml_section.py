"""Typed reading of a YAML mapping: each getter names file, line and key in its complaint and returns the default.

A key that no getter asked for is unknown: :meth:`YamlSection.finish` reports it.
"""

from __future__ import annotations

import difflib
import math
import shlex
from collections.abc import Collection

from judge.package.ceilings import SCORE_MAX, Bound
from judge.package.files.yaml_tree import EMPTY_MAPPING, YamlMapping, YamlNode, YamlScalar, YamlSequence
from judge.package.findings import Findings

#: At most this many unknown keys of one mapping are reported one by one.
_UNKNOWN_MAX = 50


class YamlSection:
    """One mapping of one file. ``prefix`` is the path of keys that leads here, with a final dot."""

    def __init__(self, node: YamlNode, file: str, findings: Findings, prefix: str = "") -> None:
        self.file = file
        self._findings = findings
        self._prefix = prefix
        self._asked: set[str] = set()
        if not isinstance(node, YamlMapping):
            if not (isinstance(node, YamlScalar) and node.value is None):
                self.block_at(node.line, prefix.rstrip("."), "expected a map of keys to values")
            node = EMPTY_MAPPING
        self.mapping = node

    def __contains__(self, key: str) -> bool:
        return key in self.mapping.values

    def keys(self) -> tuple[str, ...]:
        """All keys, in file order."""
        return tuple(self.mapping.values)

    def line(self, key: str) -> int:
        """The line of a key, 0 when it is absent."""
        return self.mapping.lines.get(key, 0)

    def node(self, key: str) -> YamlNode | None:
        """The raw value; an explicit null counts as absent."""
        self._asked.add(key)
        node = self.mapping.values.get(key)
        return None if isinstance(node, YamlScalar) and node.value is None else node

    def block(self, key: str, message: str) -> None:
        """A blocking finding about ``key``."""
        self.block_at(self.line(key), self._prefix + key, message)

    def error(self, key: str, message: str) -> None:
        """A non-blocking error about ``key``."""
        self._findings.error(self.file, message, line=self.line(key), key=self._prefix + key)

    def warning(self, key: str, message: str) -> None:
        """A warning about ``key``."""
        self._findings.warning(self.file, message, line=self.line(key), key=self._prefix + key)

    def block_at(self, line: int, key: str, message: str) -> None:
        """A blocking finding at an explicit place."""
        self._findings.block(self.file, message, line=line, key=key)

    def block_in(self, file: str, line: int, message: str) -> None:
        """A blocking finding about another file that this one names."""
        self._findings.block(file, message, line=line)

    def text(self, key: str, default: str = "") -> str:
        """Any scalar, as the file spells it."""
        node = self.node(key)
        if node is None:
            return default
        if not isinstance(node, YamlScalar):
            self.block(key, "expected text")
            return default
        return node.text

    def choice(self, key: str, allowed: Collection[str], default: str) -> str:
        """One of a few words."""
        word = self.text(key, default)
        if word not in allowed:
            self.block(key, f"expected one of {', '.join(allowed)}, not {word!r}{_nearest(word, allowed)}")
            return default
        return word

    def boolean(self, key: str, default: bool) -> bool:
        """true or false."""
        node = self.node(key)
        if node is None:
            return default
        if not isinstance(node, YamlScalar) or not isinstance(node.value, bool):
            self.block(key, "expected true or false")
            return default
        return node.value

    def number(
        self,
        key: str,
        default: float,
        *,
        above: float = -math.inf,
        at_least: float = -math.inf,
        at_most: float = math.inf,
    ) -> float:
        """A finite number; ``above`` is an exclusive lower bound, ``at_least`` and ``at_most`` are inclusive ones."""
        node = self.node(key)
        if node is None:
            return default
        value = number_of(node)
        if value is None or not math.isfinite(value):
            self.block(key, "expected a number")
            return default
        if value <= above or value < at_least:
            bound = f"above {above:g}" if value <= above else f"at least {at_least:g}"
            self.block(key, f"must be {bound}, not {value:g}")
            return default
        if value > at_most:
            self.block(key, f"must be at most {at_most:g}, not {value:g}")
            return default
        return value

    def score(self, key: str, default: float, *, at_least: float = -SCORE_MAX) -> float:
        """A score: a finite number that can be added to others."""
        return self.number(key, default, at_least=at_least, at_most=SCORE_MAX)

    def optional_score(self, key: str) -> float | None:
        """A score as :meth:`score` reads it; None where the key is not there or empty."""
        return self.score(key, 0.0) if self.node(key) is not None else None

    def amount(self, key: str, default: int, unit: int, bound: Bound) -> int:
        """A number of ``unit`` ns or bytes, in ns or bytes, within ``bound``. The default is not looked at."""
        node = self.node(key)
        if node is None:
            return default
        value = number_of(node)
        if value is None or math.isnan(value):
            self.block(key, "expected a number")
            return default
        complaint = bound.complaint(value * unit, unit)
        if complaint:
            self.block(key, f"{complaint}, not {value:g}")
            return default
        return round(value * unit)

    def whole(self, key: str, default: int, bound: Bound) -> int:
        """A whole number within ``bound``."""
        node = self.node(key)
        value = None if node is None else number_of(node)
        if value is not None and math.isfinite(value) and not value.is_integer():
            self.block(key, f"expected a whole number, not {value:g}")
            return default
        return self.amount(key, default, 1, bound)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of arguments: a sequence of scalars, or a string split the way a shell would."""
        node = self.node(key)
        return () if node is None else self.words_of(node, key)

    def words_of(self, node: YamlNode, key: str) -> tuple[str, ...]:
        """As :meth:`words`, for a node found elsewhere."""
        if isinstance(node, YamlScalar):
            return split_words(node.text)
        if isinstance(node, YamlSequence) and all(isinstance(item, YamlScalar) for item in node.items):
            return tuple(item.text for item in node.items if isinstance(item, YamlScalar))
        self.block(key, "expected a sequence of strings")
        return ()

    def section(self, key: str) -> YamlSection:
        """A nested mapping; empty when absent."""
        node = self.node(key)
        return YamlSection(EMPTY_MAPPING if node is None else node, self.file, self._findings, f"{self._prefix}{key}.")

    def finish(self, known: Collection[str] = (), *, strict: bool = True) -> None:
        """Report keys that no getter asked for; ``known`` are fine but without a meaning for judging.

        ``strict``: they are errors, else warnings.
        """
        report = self.error if strict else self.warning
        unknown = [key for key in self.mapping.values if key not in self._asked and key not in known]
        for key in unknown[:_UNKNOWN_MAX]:
            report(key, f"unknown key{_nearest(key, [*self._asked, *known])}")
        if len(unknown) > _UNKNOWN_MAX:
            report(unknown[_UNKNOWN_MAX], f"unknown key, as are {len(unknown) - _UNKNOWN_MAX - 1} more")


def number_of(node: YamlNode) -> float | None:
    """The number a scalar stands for; YAML 1.1 takes ``1e-6`` for text, people do not."""
    if not isinstance(node, YamlScalar) or isinstance(node.value, bool):
        return None
    if isinstance(node.value, int | float):
        try:
            return float(node.value)
        except OverflowError:
            return math.inf if node.value > 0 else -math.inf
    try:
        return float(node.text)
    except ValueError:
        return None


def split_words(text: str) -> tuple[str, ...]:
    """Split a flags string as a shell would; an unbalanced quote is taken literally."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def _nearest(word: str, candidates: Collection[str]) -> str:
    close = difflib.get_close_matches(word, list(candidates), n=1)
    return f" (did you mean {close[0]!r}?)" if close and close[0] != word else ""
