"""``{{name}}`` and ``{{name.variant}}`` templates of 2025-09 packages. Pure.

Constants are substituted in the jury's submissions, included files, validators and test_group.yaml, and nowhere
else; a tag with an unknown name stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TAG = re.compile(rb"\{\{([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)?)\}\}")


def substitute(data: bytes, constants: Sequence[tuple[str, str]]) -> bytes:
    """``data`` with every tag of a known constant replaced by its value."""
    if not constants:
        return data
    values = {name.encode(): value.encode("utf-8", "surrogateescape") for name, value in constants}
    return _TAG.sub(lambda match: values.get(match[1], match[0]), data)


def unknown_tags(data: bytes, constants: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Names used in tags that no constant defines, each once."""
    known = {name.encode() for name, _ in constants}
    names = (match[1] for match in _TAG.finditer(data) if match[1] not in known)
    return tuple(dict.fromkeys(name.decode() for name in names))
